"""Many texts at once, and any model, through sentence-transformers: 6 s of imports, so nothing here is loaded before it is needed.

Measured on 300 abstracts with two cores of Zen 4, in texts a second: fp32 in batches of 32 (the library's own way) 15; this
way, products in bf16 and batches of 8, 45 (reckoned from 22.9 a CPU second on a busy machine) at a mean cosine of 0.99998
to fp32. Dynamic int8 reaches 48, but a cosine of 0.92 (0.98 by channel, at 41), so it is not used.

On a processor each thread takes whole batches and no product is shared: on an idle machine that is as quick, on a busy one
two to four times quicker, because threads that share a product spin for the one that was put aside.
"""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tracker.embed.processor import has_bf16
from tracker.errors import ModelError
from tracker.threads import in_threads

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.ports import FloatArray, IntArray

_CPU_BATCH: Final = 8
"""Small: a sorted batch of 8 holds little padding and stays in the cache; 16 is as quick, 32 a quarter slower."""
_LONGEST: Final = 1_300
"""Characters that 256 word pieces cover, about: beyond them a text costs no more."""
_SHORTEST: Final = 80
"""Characters below which a text is not worth a larger batch."""
_GPU_BATCH: Final = 128
_REMEDY: Final = 'Check the name under [embedding] in feeds.toml, or use model = "default".'


class BulkModel:
    """A sentence-transformers model on the best device of this machine, in the quickest precision that keeps its vectors.

    Args:
        model: a name on the hub or a folder.
        tokens: limit of word pieces a text; None keeps the model's own.
        download: whether the hub may be asked for what is not on this machine.

    Raises:
        ModelError: the model cannot be found or loaded.
    """

    def __init__(self, model: str, *, tokens: int | None = None, download: bool = False) -> None:
        self._name = model
        with quiet():
            self._model = _load(model, download=download)
            if tokens is not None:
                self._model.max_seq_length = tokens
            self.device = str(self._model.device.type)
            # the first text sets truncation and padding of the tokenizer, which must not happen while another thread uses it
            self.dimension = int(self._document(["warm"]).shape[1])

    def encode_query(self, text: str) -> FloatArray:
        """Return (dimension,) float32 of length 1, with the model's prompt for questions where it has one."""
        with precision(self.device):
            rows = self._model.encode_query([text], show_progress_bar=False)
        row: FloatArray = self._unit(rows)[0]
        return row

    def encode_documents(self, texts: Sequence[str]) -> FloatArray:
        """Return (n, dimension) float32, rows of length 1, with the model's prompt for documents where it has one."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return self._unit(self._in_threads(texts) if self.device == "cpu" else self._document(list(texts)))

    def _document(self, texts: list[str]) -> FloatArray:
        with precision(self.device):
            rows = self._model.encode_document(texts, batch_size=_GPU_BATCH, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)

    def _in_threads(self, texts: Sequence[str]) -> FloatArray:
        """Encode batches of texts of similar length, longest first, each in one thread."""
        order = np.argsort([-len(text) for text in texts], kind="stable")
        batches = _batches(texts, order)
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)

        def encode(batch: IntArray) -> None:
            rows[batch] = self._document([texts[n] for n in batch])

        in_threads(encode, batches)
        return rows

    def _unit(self, rows: Any) -> FloatArray:  # noqa: ANN401 - what an untyped library returned
        """Return rows in float32 with length 1, whatever precision they were computed in."""
        vectors = np.asarray(rows, dtype=np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(norms).all():  # fp16 overflows in some models
            raise ModelError(f"The model {self._name} returned numbers that are none.", _REMEDY)
        unit: FloatArray = vectors / np.maximum(norms, np.float32(1e-12))
        return unit


def _batches(texts: Sequence[str], order: IntArray) -> list[IntArray]:
    """Cut texts, longest first, into batches of about equal work: 8 abstracts or 128 titles."""
    batches, start = [], 0
    while start < len(order):
        longest = min(max(len(texts[order[start]]), _SHORTEST), _LONGEST)
        size = max(_CPU_BATCH * _LONGEST // longest, _CPU_BATCH)
        batches.append(order[start : start + size])
        start += size
    return batches


def _load(model: str, *, download: bool) -> Any:  # noqa: ANN401 - sentence-transformers is imported here only
    """Return the loaded model; what is on this machine is used without asking the hub."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)  # batches are what runs in parallel
    error: Exception
    for local in (True, False) if download and not Path(model).is_dir() else (True,):
        try:
            return SentenceTransformer(model, local_files_only=local)
        except Exception as problem:  # noqa: BLE001 - its errors are those of four libraries
            error = problem
    raise ModelError(f"The model {model} cannot be loaded: {error}", _REMEDY) from error


def precision(device: str) -> Any:  # noqa: ANN401 - torch is imported here only
    """Return the context, one for each thread, in which products run in the quickest precision of a device.

    Weights stay float32, and so does what must (norms, softmax, rotary positions), hence any model may go through it; 6 %
    slower than weights in bf16 and nearer to fp32.
    """
    import torch

    if device == "cuda":
        return torch.autocast(device, torch.bfloat16 if torch.cuda.get_device_capability()[0] >= 8 else torch.float16)
    return torch.autocast("cpu", torch.bfloat16, enabled=device == "cpu" and has_bf16())


@contextmanager
def quiet() -> Iterator[None]:
    """Keep bars and chatter of the libraries away from stdout, which belongs to results, while a model is loaded."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    with redirect_stdout(sys.stderr):
        logging: Any = importlib.import_module("transformers.utils.logging")
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        yield
