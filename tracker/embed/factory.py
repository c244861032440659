"""Which embedder a model name stands for. Building one loads nothing: files are found, checked and read on first use."""

from __future__ import annotations

import hashlib
import logging
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.embed import processor, weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.embed.bulk import BulkModel
    from tracker.embed.light import LightModel
    from tracker.embed.quantized import QuantizedModel
    from tracker.embed.weights import ModelFiles
    from tracker.ports import Embedder, FloatArray

_MADE_BY: Final = f"{weights.NAME}@{weights.TOKENS}"
"""The name of the default model's vectors: those of another token limit are others."""
DEFAULT: Final = frozenset({"", "default", weights.NAME, weights.REPOSITORY, _MADE_BY})
_READ: Final = 32_768
"""Characters handed to the tokenizer: far beyond what 256 or 512 word pieces hold, so that a book costs no more than a page."""
_COUNTED: Final = 1_000
"""Characters that 192 word pieces cover, about."""
_FEW: Final = 8 * _COUNTED
"""Characters up to which the light path is quicker from a cold start than the 8-bit one, which takes 0.5 s of CPU to be ready."""
_FEW_WITHOUT: Final = 120 * _COUNTED
"""The same where torch and sentence-transformers, 8 s, do the bulk."""

log = logging.getLogger("tracker.embed")


class MiniLMEmbedder:
    """The default model: questions and handfuls of documents by the light path, many documents by the quickest bulk path.

    All cut a text at the same word piece and give the same vectors: to a cosine of 0.9999 by torch, of 0.997 in 8 bits.
    """

    def __init__(self, folder: Path | None = None, check_file: Path | None = None) -> None:
        self.name: str = _MADE_BY
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
        if "_bulk" not in self.__dict__ and sum(min(len(text), _COUNTED) for text in cleaned) <= self._few:
            return self._light.encode(cleaned)
        return self._bulk.encode_documents(cleaned)

    @cached_property
    def _light(self) -> LightModel:
        from tracker.embed.light import LightModel

        return LightModel(weights.model_files(self._folder, check_file=self._check_file))

    @cached_property
    def _few(self) -> int:
        return _FEW if processor.is_quantizing() and not processor.has_gpu() else _FEW_WITHOUT

    @cached_property
    def _bulk(self) -> BulkModel | QuantizedModel:
        """A GPU, else 8-bit products where the processor has them, else torch on the processor."""
        files = weights.model_files(self._folder, check_file=self._check_file, download=True)
        on_gpu = self._by_torch(files) if processor.has_gpu() else None
        if on_gpu is not None and on_gpu.device != "cpu":
            return on_gpu
        return (self._in_bytes(files) if processor.is_quantizing() else None) or on_gpu or self._by_torch(files)

    def _in_bytes(self, files: ModelFiles) -> QuantizedModel | None:
        """Return the 8-bit path, or None where OpenVINO is there but does not work."""
        from tracker.embed.quantized import QuantizedModel

        try:
            return QuantizedModel(files)
        except (ImportError, OSError, RuntimeError) as error:
            log.warning("OpenVINO does not work here, embedding takes twice as long without it: %s", error)
            return None

    def _by_torch(self, files: ModelFiles) -> BulkModel:
        from tracker.embed.bulk import BulkModel

        return BulkModel(str(files.folder), tokens=weights.TOKENS)


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
