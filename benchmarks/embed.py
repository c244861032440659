"""Documents a second by precision, batch size and path: `python -m benchmarks.embed [FILE.jsonl[.gz]] [COUNT]`.

The file holds papers with `title` and `abstract`; without one the demo's papers are used, whose abstracts are shorter than real ones.
The first row is sentence-transformers as it comes, and what the cosines are to. Compare within one run.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.machine import cost, describe
from tracker.demo import stream
from tracker.embed import weights
from tracker.embed.bulk import BulkModel
from tracker.embed.light import LightModel
from tracker.embed.quantized import QuantizedModel
from tracker.threads import bulk_threads

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT = 300
COLD = "from tracker.embed import open_embedder, pin_threads; pin_threads(); open_embedder(check_file=__import__('pathlib').Path({check!r})).encode_query('graph neural networks')"


def texts(path: str | None, count: int) -> list[str]:
    """Return titles with abstracts in a repeatable random order."""
    if path is None:
        found = [f"{paper.title}\n{paper.abstract}" for paper in stream.papers()]
    else:
        data = gzip.decompress(Path(path).read_bytes()) if path.endswith(".gz") else Path(path).read_bytes()
        rows = (json.loads(line) for line in data.splitlines())
        found = [f"{row['title']}\n{row['abstract']}" for row in rows if len(row.get("abstract") or "") > 300]
    random.Random(1).shuffle(found)
    return (found * (count // len(found) + 1))[:count]


def plain(batch: int, *, precision: str = "fp32") -> Callable[[list[str]], Any]:
    """Return an encoder that shares each product among all threads, as sentence-transformers comes."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(bulk_threads())
    model: Any = SentenceTransformer(str(weights.model_files().folder), device="cpu", local_files_only=True)
    if precision == "bf16":
        model = model.to(torch.bfloat16)
    if precision.startswith("int8"):
        from torch.ao import quantization

        warnings.simplefilter("ignore")
        how = (
            quantization.per_channel_dynamic_qconfig
            if precision.endswith("channel")
            else quantization.default_dynamic_qconfig
        )
        model = quantization.quantize_dynamic(model, {torch.nn.Linear: how})
    return lambda some: model.encode(some, batch_size=batch, show_progress_bar=False, convert_to_numpy=True)


def light() -> Callable[[list[str]], Any]:
    """Return the numpy path."""
    return LightModel(weights.model_files()).encode


def bulk() -> Callable[[list[str]], Any]:
    """Return what `tracker` does with many texts where there is no OpenVINO."""
    return BulkModel(str(weights.model_files().folder), tokens=weights.TOKENS).encode_documents


def quantized() -> Callable[[list[str]], Any]:
    """Return what `tracker` does with many texts."""
    return QuantizedModel(weights.model_files()).encode_documents


ROWS: dict[str, Callable[[], Callable[[list[str]], Any]]] = {
    **{f"fp32, batch {batch}": lambda batch=batch: plain(batch) for batch in (32, 16, 8)},
    **{f"bf16, batch {batch}": lambda batch=batch: plain(batch, precision="bf16") for batch in (32, 16, 8)},
    **{f"int8 by tensor, batch {batch}": lambda batch=batch: plain(batch, precision="int8") for batch in (32, 16, 8)},
    "int8 by channel, batch 8": lambda: plain(8, precision="int8 channel"),
    "tracker, many (OpenVINO)": quantized,
    "tracker, many (torch)": bulk,
    "tracker, few (numpy)": light,
}


def measure(encode: Callable[[list[str]], Any], some: list[str]) -> tuple[np.ndarray, float, float]:
    """Return vectors, texts a second and texts a CPU second, the better of two runs."""
    encode(some[:16])
    best = (0.0, 0.0)
    for _ in range(2):
        wall, cpu = time.perf_counter(), time.process_time()
        rows = np.asarray(encode(some), dtype=np.float32)
        best = max(best, (len(some) / (time.perf_counter() - wall), len(some) / (time.process_time() - cpu)))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True), *best


def main(path: str | None = None, count: str = str(COUNT)) -> None:
    """Print the table, and what one cold question costs."""
    print(describe())
    some = texts(path, int(count))
    print(
        f"{len(some)} texts of {np.mean([len(text) for text in some]):.0f} characters on average, {bulk_threads()} threads"
    )
    reference = None
    for name, make in ROWS.items():
        rows, wall, cpu = measure(make(), some)
        reference = rows if reference is None else reference
        cosines = (rows * reference).sum(axis=1)
        print(
            f"{name:26} {wall:6.1f}/s {cpu:6.1f}/CPU s  cosine {cosines.mean():.5f}, least {cosines.min():.5f}",
            flush=True,
        )
    with tempfile.TemporaryDirectory() as folder:
        code = [sys.executable, "-c", COLD.format(check=f"{folder}/check.json")]
        print(f"one cold question, the model's files checked before: {cost(code)}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
