"""One loaded model, eight threads: each gets, bit for bit, what it would get alone, whatever the others ask for."""

import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from functools import partial
from pathlib import Path
from pkgutil import iter_modules
from threading import Barrier
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import transferkit
from tiny_models import VOCABULARY, WIDTH, Tiny, make_context, rows_for, some_rows
from transferkit import TransferClassifier, predictors, routes, tasks
from transferkit.config import GenerationConfig, RouteConfig
from transferkit.encoding.prompting import frame
from transferkit.networks.head import Head
from transferkit.networks.scaling import last_map
from transferkit.networks.torch_engine import TorchEngine
from transferkit.networks.torch_features import TorchFeatures
from transferkit.predictors import Predictor
from transferkit.predictors.frozen_features import FrozenFeatures
from transferkit.predictors.generator import Generator
from transferkit.predictors.in_context import InContext, Retriever, of_length_1
from transferkit.predictors.static import Sizes, Static, StaticModel, number
from transferkit.predictors.transformer import Transformer
from transferkit.shapes import Shape
from transferkit.sources.hush import hushed, log_hushed
from transferkit.table.rows import Rows

THREADS = 8
LABELS = ("O", "B-one", "B-two")
PROBLEMS = {
    Shape.LABEL: "single_label_classification",
    Shape.LABELS: "multi_label_classification",
    Shape.VALUE: "regression",
    Shape.TAGS: "token_classification",
    Shape.SPAN: "question_answering",
}
# More rows than it takes for the last layer to be cut short, and texts longer than the windows below.
SIZES = (1, 66, 3, 70, 2, 9, 64, 5)
MOST_TOKENS = 9

Build = Callable[[Tiny], Predictor]


@pytest.fixture(autouse=True)
def eager_threads() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def labels_of(shape: Shape) -> tuple[str, ...]:
    return {Shape.VALUE: ("value",), Shape.SPAN: ("start", "end")}.get(shape, LABELS)


def transformer(shape: Shape, windows: bool, tiny: Tiny) -> Predictor:
    backbone = tiny("bert")
    torch.manual_seed(1)
    model = backbone.classifier(labels_of(shape), PROBLEMS[shape])
    nn.init.normal_(last_map(model, len(labels_of(shape))).weight)
    most = 24 if shape is Shape.SPAN else MOST_TOKENS
    engine = TorchEngine(model)
    return Transformer(engine, backbone.tokenizer(), labels_of(shape), most, windows=windows, shape=shape)


def frozen_features(shape: Shape, family: str, windows: bool, tiny: Tiny) -> Predictor:
    backbone, random = tiny(family), np.random.default_rng(2)
    weights = random.standard_normal((2 * WIDTH, len(labels_of(shape)))).astype(np.float32)
    head = Head(np.zeros((2, WIDTH), dtype=np.float32), weights, np.zeros(weights.shape[1], dtype=np.float32))
    return FrozenFeatures(
        engine=TorchFeatures(backbone.encoder(), backbone.pooling, (1, 3), uses_output=family == "gpt2"),
        tokenizer=backbone.tokenizer(),
        head=head,
        labels=labels_of(shape),
        max_length=24 if shape is Shape.SPAN else MOST_TOKENS,
        windows=windows,
        shape=shape,
    )


def static(tiny: Tiny) -> Predictor:
    torch.manual_seed(3)
    words = [word for word in VOCABULARY if word.isalpha()]
    model = StaticModel(Sizes(len(words), width=8, filters=4, ngrams=2, hidden=8, labels=3)).fold()
    return Static(model, number(words), LABELS)


def baseline(task: str, tiny: Tiny) -> Predictor:
    rows = rows_for(task)
    context = make_context(tiny("bert"), Path("nowhere"), rows, task=tasks.get(task).bound(rows))
    return routes.resolve(RouteConfig(name="baseline")).run(context).predictor


def generator(family: str, tiny: Tiny, **how: Any) -> Generator:
    backbone = tiny(family)
    model, tokenizer = backbone.generator(), backbone.tokenizer()
    asked = frame(tokenizer, model.config, tasks.get("summarization"), "the")
    return Generator(model, tokenizer, asked, 16, GenerationConfig(max_new_tokens=6, **how))


def in_context(tiny: Tiny) -> Predictor:
    found, rows = tiny("bert"), some_rows(30, seed=4)
    retriever = Retriever(found.encoder(), found.tokenizer(), found.pooling, MOST_TOKENS)
    shots = list(zip(rows["text"], rows["label"], strict=True))
    return InContext(generator("llama", tiny).writer, retriever, shots, of_length_1(retriever.vectors(rows)), 2, 14, 60)


# By name: how it is made, the columns it reads, and calls per thread.
KINDS: dict[str, tuple[Build, bool, int]] = {
    **{
        f"transformer {shape.name}": (partial(transformer, shape, False), shape is Shape.SPAN, 25) for shape in PROBLEMS
    },
    "transformer windows": (partial(transformer, Shape.LABEL, True), False, 8),
    **{
        f"frozen_features {shape.name}": (partial(frozen_features, shape, "bert", False), shape is Shape.SPAN, 25)
        for shape in PROBLEMS
    },
    "frozen_features windows": (partial(frozen_features, Shape.LABEL, "mpnet", True), False, 8),
    "frozen_features decoder": (partial(frozen_features, Shape.LABEL, "gpt2", False), False, 8),
    "static": (static, False, 25),
    "bag_of_words": (partial(baseline, "text-classification"), False, 25),
    "bag_of_words LABELS": (partial(baseline, "multi-label-classification"), False, 25),
    "bag_of_words VALUE": (partial(baseline, "text-regression"), False, 25),
    "tag_dictionary": (partial(baseline, "token-classification"), False, 25),
    "span_matcher": (partial(baseline, "question-answering"), True, 25),
    "plain_copy": (partial(baseline, "summarization"), False, 25),
    "generator": (partial(generator, "llama"), False, 4),
    "generator drawing": (partial(generator, "gpt2", do_sample=True, temperature=2.0), False, 4),
    "generator drawing beams": (partial(generator, "llama", do_sample=True, num_beams=2), False, 2),
    "in_context": (in_context, False, 3),
}


def parts(thread: int, calls: int, pairs: bool) -> list[Rows]:
    """What a thread asks about: other rows than every other thread, few and many, short and long."""
    rows = some_rows(90, seed=100 + thread, pairs=pairs)
    sizes = [SIZES[(thread + i) % len(SIZES)] for i in range(calls)]
    return [rows.take(range(i % 20, i % 20 + size)) for i, size in enumerate(sizes)]


def in_threads(asked: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each gives in a thread of its own, all begun at once."""
    begin = Barrier(len(asked))

    def run(each: Callable[[], Any]) -> Any:
        begin.wait()
        return each()

    with ThreadPoolExecutor(len(asked)) as pool:
        return [future.result() for future in [pool.submit(run, each) for each in asked]]


def same(ours: Any, others: Any) -> bool:
    ours, others = np.asarray(ours), np.asarray(others)
    if ours.dtype.kind == "f":
        return np.array_equal(ours, others, equal_nan=True)
    return ours.shape == others.shape and ours.tolist() == others.tolist()


def test_every_kind_is_here() -> None:
    assert {name.split()[0] for name in KINDS} == {module.name for module in iter_modules(predictors.__path__)}


@pytest.mark.parametrize("name", KINDS)
def test_eight_threads_get_the_answers_of_one(tiny: Tiny, tmp_path: Path, name: str) -> None:
    build, pairs, calls = KINDS[name]
    build(tiny).save(tmp_path)
    alone, shared = predictors.load(tmp_path), predictors.load(tmp_path)
    asked = [parts(thread, calls, pairs) for thread in range(THREADS)]
    expected = [[alone.predict(rows) for rows in each] for each in asked]
    before = state_of(shared)
    found = in_threads([lambda each=each: [shared.predict(rows) for rows in each] for each in asked])
    for ours, others in zip(found, expected, strict=True):
        for one, other in zip(ours, others, strict=True):
            assert same(one.outputs, other.outputs)
            assert (one.cut, one.unfinished) == (other.cut, other.unfinished)
    assert state_of(shared) == before


def state_of(predictor: Any) -> list[Any]:
    """Hooks and modes of the modules in `predictor`, and what is noted about them, by name."""
    found: list[Any] = []
    for field in fields(predictor):
        value = getattr(predictor, field.name)
        if isinstance(value, nn.Module):
            for name, module in value.named_modules():
                found.append((name, [(key, repr(each)) for key, each in vars(module).items() if key not in _WEIGHTS]))
            found.append(repr(getattr(value, "config", None)))
        elif hasattr(value, "__dataclass_fields__") and not isinstance(value, Head):
            found.append(state_of(value))
    return found


_WEIGHTS = ("_parameters", "_buffers", "_modules", "tables")


@pytest.mark.parametrize("name", ["transformer LABEL", "generator"])
def test_saving_changes_nothing_either(tiny: Tiny, tmp_path: Path, name: str) -> None:
    KINDS[name][0](tiny).save(tmp_path / "first")
    loaded: Any = predictors.load(tmp_path / "first")
    settings, before = repr(getattr(loaded.model, "generation_config", None)), state_of(loaded)
    loaded.save(tmp_path / "second")
    assert state_of(loaded) == before and repr(getattr(loaded.model, "generation_config", None)) == settings


def test_what_is_drawn_leaves_the_draws_of_others_alone(tiny: Tiny) -> None:
    writer, rows = generator("gpt2", tiny, do_sample=True), some_rows(5)
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    first = writer.predict(rows).outputs.tolist()
    assert torch.equal(torch.rand(3), expected)
    torch.manual_seed(8)
    assert writer.predict(rows).outputs.tolist() == first


def test_a_model_of_the_public_interface_and_an_estimator(tiny: Tiny, tmp_path: Path) -> None:
    transformer(Shape.LABEL, False, tiny).save(tmp_path / "model")
    model = transferkit.load(tmp_path / "model")
    estimator = TransferClassifier(str(tiny("bert").folder), "feature_transfer", cache_dir=tmp_path, offline=True)
    rows = some_rows(60)
    estimator.fit(rows["text"], rows["label"])
    asked = [[list(rows["text"]) for rows in parts(thread, 6, False)] for thread in range(THREADS)]
    for predict in (model.predict_proba, estimator.predict_proba):
        expected = [[predict(texts) for texts in each] for each in asked]
        found = in_threads([lambda each=each, predict=predict: [predict(texts) for texts in each] for each in asked])
        for ours, others in zip(found, expected, strict=True):
            assert all(map(same, ours, others))


def test_routes_in_threads_take_turns(tiny: Tiny, tmp_path: Path) -> None:
    """What they draw comes from generators that all threads share."""

    def answers(thread: int) -> Any:
        plan = routes.resolve(RouteConfig(name="full", options={"epochs": 1}))
        context = make_context(tiny("bert"), tmp_path / str(thread), some_rows(30))
        return plan.run(context).predictor.predict(some_rows(5)).outputs

    expected = answers(0)
    found = in_threads([partial(answers, thread) for thread in (1, 2)])
    assert all(same(each, expected) for each in found)


def test_models_are_loaded_side_by_side(tiny: Tiny, tmp_path: Path) -> None:
    transformer(Shape.LABEL, False, tiny).save(tmp_path)
    rows, filters = some_rows(5), list(warnings.filters)
    expected = predictors.load(tmp_path).predict(rows).outputs
    found = in_threads([lambda: transferkit.load(tmp_path).predictor.predict(rows).outputs] * THREADS)
    assert all(same(each, expected) for each in found) and warnings.filters == filters


def test_what_is_hushed_comes_back_after_the_last() -> None:
    handler, filters = logging.getLogger("transformers").handlers[0], list(warnings.filters)
    before = list(handler.filters)
    first, second, third = hushed(), log_hushed(), hushed()
    for each in (first, second, third):
        each.__enter__()
    for each in (first, second):  # in the order that threads may leave
        each.__exit__(None, None, None)
        assert len(handler.filters) == len(before) + 1
    third.__exit__(None, None, None)
    assert handler.filters == before and warnings.filters == filters


@pytest.mark.parametrize("name", ["frozen_features LABEL", "static", "tag_dictionary", "span_matcher"])
def test_what_was_loaded_is_read_only(tiny: Tiny, tmp_path: Path, name: str) -> None:
    KINDS[name][0](tiny).save(tmp_path)
    found = list(arrays_in(predictors.load(tmp_path)))
    assert not any(array.flags.writeable for array in found) and (found or name == "static")


def arrays_in(value: Any) -> Iterator["np.ndarray[Any, Any]"]:
    if isinstance(value, np.ndarray):
        yield value
    for field in fields(value) if hasattr(value, "__dataclass_fields__") else ():
        yield from arrays_in(getattr(value, field.name))
