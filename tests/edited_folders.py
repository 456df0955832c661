"""Folders of every kind that is read back, each with what reads all of it, and what an edit of one ends in."""

import itertools
import json
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch

import transferkit
from edits import Edit, edits
from tiny_models import FILLERS, load, make_context, save_model, some_rows
from transferkit import sources, tasks
from transferkit.artifact import held_out
from transferkit.artifact.run_folder import RunFolder
from transferkit.artifact.verify import verify
from transferkit.cli import failures
from transferkit.comparison import compared
from transferkit.config import GenerationConfig, RouteConfig, parse
from transferkit.errors import ArtifactError, ConfigError
from transferkit.flow import fit
from transferkit.networks.head import Head
from transferkit.networks.torch_engine import TorchEngine
from transferkit.networks.torch_features import TorchFeatures
from transferkit.predictors import span_matcher, tag_dictionary
from transferkit.predictors.frozen_features import FrozenFeatures
from transferkit.predictors.in_context import InContext, Retriever, of_length_1
from transferkit.predictors.plain_copy import PlainCopy
from transferkit.predictors.static import Sizes, Static, StaticModel, number
from transferkit.predictors.transformer import Transformer
from transferkit.routes import resolve
from transferkit.shapes import Shape
from transferkit.sources.backbone import Backbone
from transferkit.table.rows import Rows

SECONDS = 20  # until an edit counts as one that hangs
TEXTS = ["the cat was here", "a red hammer", ""]
PAIRS = list(zip(TEXTS[:2], ["the old cat was seen at home", "one big file is there"], strict=True))
_ROUTES = ("baseline", "feature_transfer")
LABELS = ("animal", "colour", "tool")


@dataclass(frozen=True)
class Subject:
    """A folder to edit; `use` reads all of it and gives what comes out."""

    name: str
    folder: Path
    use: Callable[[Path], Any]


@dataclass(frozen=True)
class Ending:
    """What an edited folder ended in: an exit code and a sentence, or an answer."""

    code: int
    said: str
    answer: Any = None


class HangsError(BaseException):
    """It took too long."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    def late(_signal: int, _frame: FrameType | None) -> None:
        raise HangsError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def outcome(subject: Subject, edit: Edit, copy: Path) -> Ending:
    """Edit a copy of the subject's folder and use it."""
    shutil.copytree(subject.folder, copy, symlinks=True)
    edit.apply(copy)
    try:
        with at_most(SECONDS):
            return Ending(0, "", subject.use(copy))
    except HangsError:
        return Ending(1, "hangs")
    except Exception as error:
        said, code = failures.explained(error)
        return Ending(code, said)
    finally:
        shutil.rmtree(copy)


def wrong(subject: Subject, edit: Edit, ending: Ending, unedited: Any) -> str:
    """What is wrong with `ending`, in words, "" if nothing is."""
    if ending.code not in (0, 2, 3, 4, 5, 6):
        return f"{subject.name}: {edit.words}: {ending.said}"
    if ending.code and ("\n" in ending.said or not ending.said):
        return f"{subject.name}: {edit.words}: no sentence: {ending.said!r}"
    if edit.harmless and not (ending.code == 0 and same(ending.answer, unedited)):
        return f"{subject.name}: {edit.words}: changed the answer ({ending.said})"
    if edit.fatal and ending.code == 0:
        return f"{subject.name}: {edit.words}: was accepted"
    return ""


def same(found: Any, expected: Any) -> bool:
    if isinstance(expected, np.ndarray) and expected.dtype.kind == "f":
        return found.shape == expected.shape and bool(np.allclose(found, expected, atol=1e-5, equal_nan=True))
    return repr(found) == repr(expected)


def tried(subjects: list[Subject], count: int, seed: int, where: Path) -> Iterator[tuple[Subject, Edit, str]]:
    """`count` edits, the subjects in turn, and what is wrong with what each ended in."""
    drawn = [(each, edits(each.folder, seed + i), each.use(each.folder)) for i, each in enumerate(subjects)]
    for i, (subject, endless, unedited) in zip(range(count), itertools.cycle(drawn), strict=False):
        edit = next(endless)
        yield subject, edit, wrong(subject, edit, outcome(subject, edit, where / f"{i}"), unedited)


# The folders


def subjects(base: Path) -> list[Subject]:
    """One of every kind, made without training where that is possible."""
    bert, llama = load(save_model(base / "bert", "bert")), load(save_model(base / "llama", "llama"))
    made: dict[str, Any] = {
        "bag_of_words": _bag_of_words(base, bert),
        "static": _static(),
        "transformer": Transformer(TorchEngine(bert.classifier(LABELS)), bert.tokenizer(), LABELS, 16),
        "frozen_features": _frozen(bert),
        "tag_dictionary": tag_dictionary.counted(TEXTS[:2], [[0, 0, 1, 0], [0, 1, 2]], ("B-X", "I-X", "O")),
        "span_matcher": span_matcher.counted([context for _, context in PAIRS], 0.5),
        "plain_copy": PlainCopy(words=2),
        "generator": _writer(base, llama),
        "in_context": _in_context(base, bert, llama),
    }
    found = [_artifact(base / "artifacts" / kind, predictor) for kind, predictor in made.items()]
    return [*found, *_models(base), *_runs(base)]


def _artifact(folder: Path, predictor: Any) -> Subject:
    predictor.save(folder)
    pairs = predictor.shape is Shape.SPAN
    columns = dict(zip(("text", "text_pair"), zip(*PAIRS, strict=True), strict=True)) if pairs else {"text": TEXTS}
    rows = Rows({name: list(column) for name, column in columns.items()}, np.arange(1, 3 if pairs else 4))

    def use(copy: Path) -> Any:
        model = transferkit.load(copy)
        answers = model.predictor.predict(rows).outputs
        assert len(model.predict(list(PAIRS) if pairs else TEXTS)) == len(rows)
        return answers

    return Subject(folder.name, folder, use)


def _bag_of_words(base: Path, backbone: Backbone) -> Any:
    return resolve(RouteConfig(name="baseline")).run(make_context(backbone, base / "baseline")).predictor


def _static() -> Static:
    torch.manual_seed(0)
    words = list(FILLERS)
    return Static(StaticModel(Sizes(len(words), 8, 4, 2, 8, 3)).fold(), number(words), LABELS)


def _frozen(backbone: Backbone) -> FrozenFeatures:
    random = np.random.default_rng(0)
    parts = [random.normal(size=size).astype(np.float32) for size in ((2, 32), (64, 3), (3,))]
    engine = TorchFeatures(backbone.encoder(), "mean", (1, 3), uses_output=True)
    return FrozenFeatures(engine, backbone.tokenizer(), Head(*parts), LABELS, 16)


def _writer(base: Path, backbone: Backbone) -> Any:
    task, rows = tasks.get("summarization"), Rows({"text": TEXTS[:2], "summary": TEXTS[:2]}, np.arange(1, 3))
    context = make_context(backbone, base / "writing", rows, task=task, generation=GenerationConfig(max_new_tokens=3))
    return context.writer(backbone.generator(), backbone.tokenizer())


def _in_context(base: Path, encoder: Backbone, decoder: Backbone) -> InContext:
    retriever = Retriever(encoder.encoder(), encoder.tokenizer(), "mean", 16)
    vectors = of_length_1(np.random.default_rng(0).normal(size=(3, 32)).astype(np.float32))
    shots = [("the cat", "cat"), ("a red", "red"), ("my saw", "saw")]
    return InContext(_writer(base, decoder).writer, retriever, shots, vectors, 1, 8, 40)


def _models(base: Path) -> list[Subject]:
    """A folder of sentence-transformers, and a decoder in several files."""
    sentence = save_model(base / "sentence", "bert")
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    entries = [{"path": path, "type": f"sentence_transformers.models.{kind}", "idx": 0} for path, kind in modules]
    (sentence / "1_Pooling").mkdir()
    said = {
        "modules.json": entries,
        "1_Pooling/config.json": {"pooling_mode_mean_tokens": True, "word_embedding_dimension": 32},
        "sentence_bert_config.json": {"max_seq_length": 32, "do_lower_case": True},
        "config_sentence_transformers.json": {"prompts": {"query": "the "}, "default_prompt_name": "query"},
        "special_tokens_map.json": {"pad_token": "[PAD]", "unk_token": "[UNK]"},
    }
    for name, content in said.items():
        (sentence / name).write_text(json.dumps(content))
    decoder = save_model(base / "decoder", "gpt2")
    load(decoder).generator().save_pretrained(decoder, max_shard_size="20KB")
    (decoder / "model.safetensors").unlink(missing_ok=True)
    cache = base / "used"

    def use(copy: Path) -> Any:
        backbone = sources.load(str(copy), cache_dir=cache, offline=True)
        batch = backbone.tokenizer()(TEXTS[:2], padding=True, return_tensors="pt")
        with torch.inference_mode():
            states = backbone.encoder()(**batch).last_hidden_state
            torch.manual_seed(0)
            assert backbone.classifier(LABELS)(**batch).logits.shape == (2, 3)
            if backbone.writes:
                backbone.generator()
        return np.asarray(states)

    return [Subject("sentence model", sentence, use), Subject("decoder in parts", decoder, use)]


def _runs(base: Path) -> list[Subject]:
    """A finished run, and one that was stopped before it was complete."""
    rows = some_rows(60)
    config = {
        "data": {"path": "rows"},
        "model": str(base / "bert"),
        "routes": ["feature_transfer"],
        "offline": True,
        "output_dir": base / "run",
        "cache_dir": base / "cache",
    }
    fit(parse(config), {"text": list(rows["text"]), "label": list(rows["label"])})
    shutil.copytree(base / "run", base / "same")

    def use(copy: Path) -> Any:
        best = transferkit.load(copy)
        answers = np.stack([transferkit.load(copy, name).predict_proba(TEXTS[:2]) for name in _ROUTES])
        with suppress(ConfigError):  # where no route is named as the cheapest
            transferkit.load(copy, cheapest=True)
        compared(base / "same", copy)
        run = RunFolder(copy)
        run.expect(_fingerprint(base / "run"))
        assert [run.finished(title, 0) is not None for title in _ROUTES]
        run.earlier_values("baseline")
        for path in sorted(copy.glob("held_out/*")):
            held_out.read(path)
        best.evaluate({"text": TEXTS[:2], "label": list(LABELS[:2])})
        return answers

    def resumed(copy: Path) -> Any:
        run = RunFolder(copy)
        if found := verify(run):
            raise ArtifactError("; ".join(found))
        done = run.finished("mine", 0)
        return done and (done.method, done.settings, done.notes)

    unfinished = RunFolder(base / "unfinished")
    unfinished.path.mkdir()
    outcome = resolve(RouteConfig(name="baseline")).run(make_context(load(base / "bert"), base / "trained"))
    unfinished.store("mine", 0, outcome, some_rows(20), {"task": "text-classification", "columns": {"text": "text"}})
    return [Subject("finished run", base / "run", use), Subject("unfinished run", unfinished.path, resumed)]


def _fingerprint(run: Path) -> str:
    found: str = json.loads((run / "run.json").read_text(encoding="utf-8"))["data"]["fingerprint"]
    return found
