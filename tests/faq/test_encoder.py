import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from tokenizers import Tokenizer  # type: ignore[import-untyped]

from faq.encoder.batching import MAX_BATCH, BatchingEncoder
from faq.encoder.export import add_inner
from faq.encoder.hashing import HashingEncoder
from faq.encoder.manifest import CENTRE, MODEL_FILES, read_manifest, verify
from faq.encoder.naming import encoder_of
from faq.encoder.onnx import OnnxEncoder
from faq.encoder.opening import open_encoder
from faq.encoder.ports import Encoder, Vectors
from faq.encoder.side_by_side import SideBySide
from faq.encoder.source import BGE, MINILM, MULTILINGUAL, PACKAGED, export_folder, parts, resolve_source
from faq.encoder.unit import unit
from faq.errors import ExportCorrupt, ExportMissing
from faq.settings import FaqSettings

TEXTS = [
    "Where is my parcel?",
    "hi",
    "",
    "can i return a sale item that i bought with a voucher in your shop in Cork three weeks ago, please",
    "Größe 40, café, naïve — 日本語 🙂",
    "refund " * 400,
    "Where is my parcel?",
]


@pytest.fixture(params=["hashing", "fp32", "int8", "packaged"])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    if request.param == "hashing":
        return HashingEncoder()
    found: Encoder = request.getfixturevalue(request.param)
    return found


def test_every_encoder_gives_unit_vectors_of_its_dimension(encoder: Encoder):
    vectors = encoder.encode(TEXTS)

    assert vectors.shape == (len(TEXTS), encoder.width)
    assert vectors.dtype == np.float32
    for view in np.split(vectors, [encoder.dimension], axis=1):
        lengths = np.linalg.norm(view, axis=1)
        assert not view.size or np.allclose(lengths[[bool(text) for text in TEXTS]], 1, atol=1e-5)
    assert encoder.encode([]).shape == (0, encoder.width)


def test_a_text_has_the_same_vector_alone_and_in_any_batch(encoder: Encoder):
    together = encoder.encode(TEXTS)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])

    assert np.abs(together - alone).max() < 1e-5


@pytest.mark.slow  # loads PyTorch in another process
@pytest.mark.timeout(300)
def test_the_serving_encoder_equals_sentence_transformers(model_folder: Path, fp32: OnnxEncoder, int8: OnnxEncoder):
    script = (
        "import sys, numpy, json, torch, warnings; warnings.simplefilter('ignore')\n"
        "from sentence_transformers import SentenceTransformer\n"
        "model = SentenceTransformer(sys.argv[1], device='cpu')\n"
        "texts = json.loads(sys.argv[3])\n"
        "meant = model.encode(texts, normalize_embeddings=True)\n"
        "def inner(text):\n"
        "    given = model.tokenizer(text, return_tensors='pt', truncation=True, max_length=model.max_seq_length)\n"
        "    with torch.inference_mode():\n"
        "        states = model[0].auto_model(**given, output_hidden_states=True).hidden_states\n"
        "    pooled = torch.stack(states[2:6]).sum(0).mean(1)[0]\n"  # the embeddings come first
        "    return (pooled / pooled.norm()).numpy()\n"
        "numpy.save(sys.argv[2], numpy.hstack([meant, numpy.stack([inner(text) for text in texts])]))\n"
    )

    with tempfile.TemporaryDirectory() as folder:  # its own process: the library warns
        out = Path(folder) / "vectors.npy"
        command = [sys.executable, "-c", script, resolve_source(MINILM)[1], str(out), json.dumps(TEXTS)]
        subprocess.run(command, check=True, capture_output=True)
        meant, inner = np.split(np.load(out), [fp32.dimension], axis=1)
    reference = np.hstack([unit(meant - np.load(model_folder / CENTRE)), inner])

    for encoder, least in ((fp32, 0.9999), (int8, 0.97)):
        products = encoder.encode(TEXTS) * reference
        assert [part.sum(axis=1).min() >= least for part in np.split(products, [encoder.dimension], axis=1)] == [
            True
        ] * 2


def test_a_model_that_is_packaged_in_integers_means_what_it_means_there(faq_data: Path):
    folder = Path(resolve_source(BGE)[1])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(512)
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"))

    def meant(text: str) -> Vectors:
        ids = np.array([tokenizer.encode(text).ids])
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        mean: Vectors = session.run(None, given)[0].mean(axis=1)
        return mean

    export = export_folder(faq_data, BGE)
    theirs = unit(unit(np.concatenate([meant(text) for text in TEXTS])) - np.load(export / CENTRE))

    for precision in ("fp32", "int8"):
        ours = OnnxEncoder(export, precision).encode(TEXTS)[:, : theirs.shape[1]]
        assert (ours * theirs).sum(axis=1).min() > 0.97


def test_side_by_side_a_cosine_is_the_mean_of_both(packaged: Encoder, int8: OnnxEncoder, faq_data: Path):
    assert isinstance(packaged, SideBySide)
    one, other = TEXTS[0], TEXTS[3]
    each = [int8, OnnxEncoder(export_folder(faq_data, BGE))]

    def cosine(encoder: Encoder) -> float:
        first, second = encoder.encode([one, other])[:, : encoder.dimension]
        return float(first @ second)

    assert cosine(packaged) == pytest.approx(np.mean([cosine(encoder) for encoder in each]), abs=1e-5)
    assert packaged.model == "+".join(encoder.model for encoder in each)


def test_which_models_are_asked_is_told_with_a_plus(tmp_path: Path):
    (tmp_path / "a+b").mkdir()

    assert parts(PACKAGED) == [MINILM, BGE]
    assert parts(f"{PACKAGED} + somebody/model") == [MINILM, BGE, "somebody/model"]
    assert parts(str(tmp_path / "a+b")) == [str(tmp_path / "a+b")]


def test_serving_needs_neither_pytorch_nor_sentence_transformers(faq_data: Path):
    script = (
        "import sys, pathlib\nfrom faq.app import create_app\nfrom faq.encoder.opening import open_encoder\n"
        "from faq.settings import FaqSettings\n"
        "settings = FaqSettings(data=pathlib.Path(sys.argv[1]))\ncreate_app(settings)\n"
        "open_encoder(settings).encode(['hello'])\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'sklearn'} & set(sys.modules)))"
    )
    made = subprocess.run([sys.executable, "-c", script, str(faq_data)], check=True, capture_output=True, text=True)

    assert made.stdout.strip() == "[]"


@pytest.mark.parametrize(("model", "precision"), [(PACKAGED, "int8"), (PACKAGED, "fp32"), (MULTILINGUAL, "int8")])
def test_what_an_encoder_is_called_is_known_without_loading_it(faq_data: Path, model: str, precision: str):
    settings = FaqSettings.model_validate({"data": faq_data, "faq_model": model, "faq_precision": precision})

    assert encoder_of(settings) == open_encoder(settings).model


def test_an_encoder_that_was_never_exported_has_no_name_yet(tmp_path: Path):
    with pytest.raises(ExportMissing):
        encoder_of(FaqSettings(data=tmp_path, faq_model=PACKAGED))


def test_a_graph_without_layers_of_a_known_name_is_left_as_it_is(tmp_path: Path):
    graph = onnx.helper.make_graph([onnx.helper.make_node("Identity", ["a"], ["b"], name="only")], "graph", [], [])
    onnx.save(onnx.helper.make_model(graph), tmp_path / "model.onnx")
    before = (tmp_path / "model.onnx").read_bytes()

    assert not add_inner(tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_bytes() == before


def test_a_missing_or_damaged_export_is_told_in_one_line(model_folder: Path, tmp_path: Path):
    with pytest.raises(ExportMissing, match="python -m faq prepare"):
        OnnxEncoder(tmp_path)
    copy = _copy(model_folder, tmp_path / "copy")
    (copy / MODEL_FILES["int8"]).write_bytes(b"not a model")

    with pytest.raises(ExportCorrupt, match="is damaged") as caught:
        OnnxEncoder(copy)
    assert "\n" not in str(caught.value)


@pytest.mark.slow  # loads PyTorch in another process
@pytest.mark.timeout(300)
def test_a_damaged_export_is_made_again_before_serving(tmp_path: Path, model_folder: Path):
    settings = FaqSettings(data=tmp_path, faq_model=MINILM)
    copy = _copy(model_folder, tmp_path / "models" / model_folder.name)
    with (copy / MODEL_FILES["int8"]).open("r+b") as file:
        file.seek(1000)
        file.write(b"\0" * 64)

    encoder = open_encoder(settings)

    assert encoder.dimension == 384
    verify(copy, read_manifest(copy))
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


async def test_concurrent_texts_share_batches_and_get_their_own_vectors():
    inner = Recording()
    batching = BatchingEncoder(inner, cache_size=0, workers=2)
    texts = [f"question number {number}" for number in range(20)]

    vectors = await asyncio.gather(*(batching.one(text) for text in texts))

    assert np.array_equal(np.stack(vectors), HashingEncoder().encode(texts))
    assert sorted(len(batch) for batch in inner.batches)[-2:] == [MAX_BATCH, MAX_BATCH]
    assert sum(len(batch) for batch in inner.batches) == len(texts)
    assert threading.current_thread().name not in inner.threads
    await batching.close()


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_customer_goes_before_bulk_work(workers: int):
    inner = Recording()
    batching = BatchingEncoder(inner, workers=workers)
    bulk = asyncio.create_task(batching.many([f"phrasing {number}" for number in range(50)]))
    while not inner.batches:  # noqa: ASYNC110 - set from the worker's thread
        await asyncio.sleep(0)

    await batching.one("a customer's question")

    assert inner.batches.index(["a customer's question"]) <= 2
    assert (await bulk).shape == (50, 256)
    assert max(len(batch) for batch in inner.batches) == MAX_BATCH
    await batching.close()


async def test_bulk_work_leaves_a_worker_to_customers():
    inner = Recording(waits_on="phrasing")
    batching = BatchingEncoder(inner, workers=2)
    bulk = asyncio.create_task(batching.many(["phrasing"] + [f"phrasing {number}" for number in range(50)]))
    await asyncio.sleep(0)

    assert (await batching.one("a customer's question")).shape == (256,)

    assert not bulk.done()
    inner.go_on.set()
    assert (await bulk).shape == (51, 256)
    await batching.close()


@pytest.mark.parametrize(("asked_before", "workers_at_work"), [(False, 2), (True, 1)])
async def test_bulk_work_takes_all_workers_only_while_nobody_asks(*, asked_before: bool, workers_at_work: int):
    inner = Recording(waits_on="phrasing")
    batching = BatchingEncoder(inner, workers=2)
    if asked_before:
        await batching.one("a customer's question")
        inner.batches.clear()

    bulk = asyncio.create_task(batching.many(["phrasing"] * 3 * MAX_BATCH))
    await asyncio.sleep(0.3)

    assert len(inner.batches) == workers_at_work
    inner.go_on.set()
    assert (await bulk).shape == (3 * MAX_BATCH, 256)
    assert len(inner.batches) == 3
    await batching.close()


async def test_a_little_bulk_work_is_shared_by_all_workers():
    inner = Recording()
    batching = BatchingEncoder(inner, workers=2)

    await batching.many([f"phrasing {number}" for number in range(5)])

    assert sorted(len(batch) for batch in inner.batches) == [2, 3]
    await batching.close()


async def test_a_repeated_question_is_remembered_and_the_oldest_forgotten():
    inner = Recording()
    batching = BatchingEncoder(inner, cache_size=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        await batching.one(text)

    assert [batch[0] for batch in inner.batches] == ["a", "b", "c", "b"]
    await batching.close()


async def test_a_failure_reaches_who_asked_and_the_next_one_is_served():
    batching = BatchingEncoder(Recording(fails_on="bad"))
    with pytest.raises(RuntimeError, match="bad"):
        await batching.one("bad")

    assert (await batching.one("good")).shape == (256,)
    await batching.close()


class Recording(HashingEncoder):
    def __init__(self, fails_on: str = "", waits_on: str = "") -> None:
        super().__init__()
        self.go_on = threading.Event()
        self._waits_on = waits_on
        self.batches: list[list[str]] = []
        self.threads: set[str] = set()
        self._fails_on = fails_on

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(list(texts))
        self.threads.add(threading.current_thread().name)
        if self._waits_on in texts:
            self.go_on.wait(10)
        if self._fails_on in texts and self._fails_on:
            raise RuntimeError(self._fails_on)
        return super().encode(texts)


def _copy(folder: Path, to: Path) -> Path:

    shutil.copytree(folder, to)
    return to
