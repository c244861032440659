"""A cross-encoder of sentence-transformers as a judge: question and document are read together, which costs a model run a pair.

As in bulk embedding, each thread takes whole batches, and products run in the quickest precision of the device.
"""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tracker.embed import bulk
from tracker.errors import ModelError
from tracker.threads import in_threads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.ports import FloatArray

_BATCH: Final = 8
_READ: Final = 8_192
"""Characters of a document that are handed on: 512 word pieces hold about 2,600."""
_WEIGHTS: Final = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")
_REMEDY: Final = "Run 'tracker index' where there is a network, or take reranker out of [search] in feeds.toml."


class CrossEncoderReranker:
    """A cross-encoder by its name on the hub or its folder; nothing is loaded before it scores.

    Args:
        depth: how many of the first hits it reads.
    """

    def __init__(self, model: str, depth: int) -> None:
        folder = Path(model).expanduser()
        self.name = folder.name if folder.is_dir() else model
        self.depth = depth
        self._place = str(folder) if folder.is_dir() else model
        self._lock = threading.Lock()  # one question at a time has all threads

    def score(self, question: str, documents: Sequence[str]) -> FloatArray:
        """Return (n,) float32 from 0 to 1, the logistic function of what the model says. Uses no network.

        Raises:
            ModelError: the model is not on this machine, cannot be loaded, or gives no single number for a pair.
        """
        import numpy as np

        pairs = [(_clean(question), _clean(text)) for text in documents]
        if not pairs:
            return np.empty(0, dtype=np.float32)
        with self._lock:
            self._say(pairs[:1])  # sets truncation of the tokenizer, which must not happen while another thread uses it
            scores = np.empty(len(pairs), dtype=np.float32)

            def judge(part: slice) -> None:
                scores[part] = self._say(pairs[part])

            in_threads(judge, [slice(start, start + _BATCH) for start in range(0, len(pairs), _BATCH)])
        return np.asarray(1 / (1 + np.exp(-scores.clip(-80, 80))), dtype=np.float32)

    def _say(self, pairs: list[tuple[str, str]]) -> FloatArray:
        """Return (n,) float32, whatever the model says of pairs."""
        import numpy as np
        from torch.nn import Identity

        with bulk.precision(str(self._model.device.type)):
            said = self._model.predict(pairs, batch_size=_BATCH, show_progress_bar=False, activation_fn=Identity())
        scores = np.asarray(said, dtype=np.float32)
        if scores.shape != (len(pairs),) or not np.isfinite(scores).all():
            raise ModelError(f"The reranker {self.name} gives no single number for a pair.", _REMEDY)
        return scores

    def fetch(self) -> None:
        """Download the model where it is not on this machine.

        Raises:
            ModelError: it cannot be had.
        """
        if not self._is_here():
            _load(self._place, local=False)

    def _is_here(self) -> bool:
        if Path(self._place).is_dir():
            return True
        from huggingface_hub import try_to_load_from_cache

        return any(isinstance(try_to_load_from_cache(self._place, name), str) for name in _WEIGHTS)

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401 - sentence-transformers is imported here only
        return _load(self._place, local=True)


def _clean(text: str) -> str:
    """Return a text that every tokenizer takes: not endless, without half surrogates."""
    return text[:_READ].encode("utf-8", "replace").decode("utf-8")


def _load(place: str, *, local: bool) -> Any:  # noqa: ANN401 - sentence-transformers is imported here only
    """Return the loaded model, with the chatter of the libraries kept away from stdout, which belongs to results."""
    with bulk.quiet():
        import torch
        from sentence_transformers import CrossEncoder

        torch.set_num_threads(1)  # batches are what runs in parallel
        try:
            return CrossEncoder(place, local_files_only=local)
        except Exception as error:  # its errors are those of four libraries
            cause = (str(error).splitlines() or [type(error).__name__])[0]
            raise ModelError(f"The reranker {place} cannot be loaded: {cause}", _REMEDY) from error
