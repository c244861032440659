"""Which embedder a model name stands for. Building one loads nothing: files are found, checked and read on first use."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.embed import weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.embed.bulk import BulkModel
    from tracker.embed.light import LightModel
    from tracker.ports import Embedder, FloatArray

DEFAULT: Final = frozenset({"", "default", weights.NAME, weights.REPOSITORY})
_READ: Final = 32_768
"""Characters handed to the tokenizer: far beyond what 256 or 512 word pieces hold, so that a book costs no more than a page."""
_COUNTED: Final = 1_300
"""Characters that 256 word pieces cover, about."""
_FEW: Final = 96 * _COUNTED
"""Characters up to which the light path is the quicker one from a cold start: it encodes 96 abstracts in the 8 s that torch and
sentence-transformers need to be imported and do the same. Once imported, they serve every call."""


class MiniLMEmbedder:
    """The default model: questions and handfuls of documents by the light path, many documents by the bulk path.

    Both give the same vectors to a cosine of 0.9999.
    """

    def __init__(self, folder: Path | None = None, check_file: Path | None = None) -> None:
        self.name: str = weights.NAME
        self.dimension: int = 384
        self._folder = folder
        self._check_file = check_file

    def encode_query(self, text: str) -> FloatArray:
        """Return (384,) float32 of length 1.

        Raises:
            ModelError: the model's files are missing or not the promised ones.
        """
        row: FloatArray = self._light.encode([_clean(text)])[0]
        return row

    def encode_documents(self, texts: Sequence[str]) -> FloatArray:
        """Return (n, 384) float32, rows of length 1.

        Raises:
            ModelError: the model's files are missing, cannot be downloaded or are not the promised ones.
        """
        cleaned = [_clean(text) for text in texts]
        if "_bulk" not in self.__dict__ and sum(min(len(text), _COUNTED) for text in cleaned) <= _FEW:
            return self._light.encode(cleaned)
        return self._bulk.encode_documents(cleaned)

    @cached_property
    def _light(self) -> LightModel:
        from tracker.embed.light import LightModel

        return LightModel(weights.model_files(self._folder, check_file=self._check_file))

    @cached_property
    def _bulk(self) -> BulkModel:
        from tracker.embed.bulk import BulkModel
        from tracker.embed.light import TOKENS

        files = weights.model_files(self._folder, check_file=self._check_file, download=True)
        return BulkModel(str(files.folder), tokens=TOKENS)


class SentenceTransformerEmbedder:
    """Any other model of sentence-transformers, by its name on the hub or its folder. Its first use takes seconds."""

    def __init__(self, model: str) -> None:
        folder = Path(model).expanduser()
        self.name: str = fingerprint(folder) if folder.is_dir() else model
        self._model = str(folder) if folder.is_dir() else model

    @cached_property
    def dimension(self) -> int:
        """The length of its vectors; asking loads the model."""
        return self._bulk(download=False).dimension

    def encode_query(self, text: str) -> FloatArray:
        """Return (dimension,) float32 of length 1. Uses no network: the model must be on this machine.

        Raises:
            ModelError: the model is not there or cannot be loaded.
        """
        return self._bulk(download=False).encode_query(_clean(text))

    def encode_documents(self, texts: Sequence[str]) -> FloatArray:
        """Return (n, dimension) float32, rows of length 1; downloads the model when it is not on this machine.

        Raises:
            ModelError: the model is unknown or cannot be loaded.
        """
        return self._bulk(download=True).encode_documents([_clean(text) for text in texts])

    def _bulk(self, *, download: bool) -> BulkModel:
        loaded: BulkModel | None = self.__dict__.get("_loaded")
        if loaded is None:
            from tracker.embed.bulk import BulkModel

            loaded = self.__dict__["_loaded"] = BulkModel(self._model, download=download)
        return loaded


def open_embedder(model: str = "default", *, folder: Path | None = None, check_file: Path | None = None) -> Embedder:
    """Return the embedder of a model; nothing is loaded, hashed or downloaded before it encodes.

    Args:
        model: "default", a name on the hub, or a folder.
        folder: where the default model's files are, instead of the places where they usually are.
        check_file: where it is remembered that the default model's files were checked.
    """
    if model in DEFAULT:
        return MiniLMEmbedder(folder, check_file)
    return SentenceTransformerEmbedder(model)


def fingerprint(folder: Path) -> str:
    """Return a name for a model in a folder that changes when the model is trained again and stays when it is moved.

    Sizes and the first and last 64 KiB of its files are read, no more: training changes weights everywhere.
    """
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(65_536))
            file.seek(max(0, size - 65_536))
            digest.update(file.read(65_536))
    return f"{folder.resolve().name}@{digest.hexdigest()}"


def _clean(text: str) -> str:
    """Return a text that every tokenizer takes: not endless, without half surrogates."""
    return text[:_READ].encode("utf-8", "replace").decode("utf-8")
