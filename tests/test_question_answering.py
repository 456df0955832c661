"""Spans of contexts that answer questions, through the whole product on a small model."""

import csv
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForQuestionAnswering

from calling import Call
from tiny_models import FILLERS, KINDS, Tiny, make_context, save_model
from transferkit import data, flow, intake, model, planning, predictors, routes, tasks
from transferkit.answerers import span as answering
from transferkit.config import DataConfig, RouteConfig, parse
from transferkit.context import Context
from transferkit.data import preparation
from transferkit.data.cleaning import clean
from transferkit.encoding.encoded import Passages
from transferkit.encoding.span_windows import Reading, longest_answer, windows
from transferkit.errors import ConfigError, DataError
from transferkit.evaluation.outputs import as_json, from_json, gap, spread
from transferkit.evaluation.results import RunResult
from transferkit.table.rows import Rows
from transferkit.tagging.answers import UNPLACED, read, written
from transferkit.training import folds, objectives, ridge_head
from transferkit.training.losses import Schedule, Step
from transferkit.training.options import TrainingOptions
from transferkit.training.passages import span_examples

FAST = {"epochs": 14, "learning_rate": 3e-3, "batch_size": 16, "patience": 14, "layer_decay": 1.0}
ROUTES: list[Any] = [
    "feature_transfer",
    {"full": FAST},
    {"fewer_layers": {"epochs": 6, "learning_rate": 3e-3, "layers": 2, "hidden_weight": 0.1}},
    "static",
    "contrastive",
]
TASK = tasks.get("qa")


def article(count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Paragraphs as SQuAD has them: each asks for the animal and for the colour it may name."""
    random = np.random.default_rng(seed)
    asked = {"animal": "here there", "colour": "now then"}
    found: dict[str, list[dict[str, Any]]] = {}
    while len(found) < count:
        words = [str(word) for word in random.choice(FILLERS, int(random.integers(4, 24)))]
        named = {kind: str(random.choice(KINDS[kind])) for kind in asked if random.random() < 0.85}
        for word in named.values():
            words.insert(int(random.integers(0, len(words))), word)
        context, qas = " ".join(words), []
        for kind, question in asked.items():
            start = f" {context} ".find(f" {named[kind]} ") if kind in named else -1
            answers = [{"text": named[kind], "answer_start": start}] if kind in named else []
            qas.append({"question": question, "id": kind, "answers": answers, "is_impossible": not answers})
        found[context] = qas
    return [{"context": context, "qas": qas} for context, qas in found.items()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reading")
    save_model(folder / "model", "bert", dropout=0.0)
    (folder / "rows.json").write_text(
        json.dumps({"version": "v2.0", "data": [{"title": "a", "paragraphs": article(220)}]})
    )
    return folder


def described(folder: Path, **changes: Any) -> dict[str, Any]:
    usual = {
        "data": {"path": str(folder / "rows.json"), "test_size": 60, "folds": 0},
        "task": "question-answering",
        "model": str(folder / "model"),
        "routes": ROUTES,
        "max_length": 24,
        "offline": True,
        "output_dir": str(folder / "run"),
        "cache_dir": str(folder / "cache"),
    }
    return usual | changes


@pytest.fixture(scope="module")
def answered(folder: Path) -> RunResult:
    return flow.fit(parse(described(folder)))


def values(result: RunResult) -> Mapping[str, float]:
    return {route.name: route.scores.metrics["token_f1"].value for route in result.routes}


def test_every_route(answered: RunResult, folder: Path) -> None:
    found = values(answered)
    assert set(found) == {"baseline", "feature_transfer", "full", "fewer_layers"}
    assert found["full"] > 0.8 and found["fewer_layers"] > 0.8, found
    reasons = {skipped.name: skipped.reason for skipped in answered.skipped}
    assert "whole texts" in reasons["static"] and "one label per row" in reasons["contrastive"]
    [finding] = [each for each in answered.splits.audit.findings if each.kind == "truncation"]
    assert "windows" in finding.action
    splits = answered.splits
    parts = [set(rows["text_pair"]) for rows in (splits.train, splits.validation, splits.test)]
    assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])
    page = (folder / "run" / "report.html").read_text(encoding="utf-8")
    assert "Worst answers" in page and "Confusion matrix" not in page
    assert "question about a context" in (folder / "run" / "models" / "full" / "README.md").read_text(encoding="utf-8")


def test_in_use(answered: RunResult, folder: Path, call: Call) -> None:
    with (folder / "run" / "predictions.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    given = ["" if line["full"] == "[]" else line["full"] for line in lines]
    assert "" in given and any(given)
    assert all(line["full"] and read(line["answers"]) is not None for line in lines)
    assert all(answer in line["text_pair"] for line, answer in zip(lines, given, strict=True))
    loaded = model.load(folder / "run", "full")
    pairs = [(line["text"], line["text_pair"]) for line in lines]
    assert loaded.predict(pairs) == given
    with pytest.raises(ConfigError, match="no probabilities"):
        loaded.predict_proba(pairs)
    gaps: Any = [None, pairs[0], ("here there", None)]
    assert loaded.predict(gaps) == [None, given[0], None]
    with pytest.raises(DataError, match="pairs of texts"):
        loaded.predict(["here there"])
    rows = folder / "new.csv"
    rows.write_text("question,context\nhere there,the cat sat\nhere there,\n")
    first, second = (json.loads(line) for line in call("predict", folder / "run", rows).out.splitlines())
    assert set(first) == {"question", "context", "answer", "start", "end", "score"} and second["answer"] is None
    assert "the cat sat"[first["start"] : first["end"]] == first["answer"]
    judged = call("evaluate", folder / "run", folder / "rows.json", "--route", "full")
    assert judged.code == 0 and "token F1" in judged.out
    assert call("compare", folder / "run", shutil.copytree(folder / "run", folder / "copy")).code == 0


def test_cross_validation_parts_no_questions_about_one_context(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def spied(given: Any, seed: int, groups: Any = None) -> Any:
        asked.append(groups)
        return folds.folds(given, seed, groups)

    monkeypatch.setattr(ridge_head, "cross_validation", SimpleNamespace(folds=spied))
    result = flow.fit(parse(described(folder, routes=["feature_transfer"], output_dir=str(tmp_path / "run"))))
    labelled = result.splits.train.join(result.splits.validation)
    assert [set(groups) for groups in asked] == [set(labelled["text_pair"]), set(result.splits.train["text_pair"])]


def test_the_folder_is_a_plain_reader(answered: RunResult, folder: Path) -> None:
    plain = AutoModelForQuestionAnswering.from_pretrained(folder / "run" / "models" / "full")
    predictor: Any = model.load(folder / "run", "full").predictor
    source = predictor.examples(Rows({"text": ["here there"], "text_pair": ["the cat"]}, np.arange(1)))
    batch = source.batch([0])
    out = plain(input_ids=batch["input_ids"], token_type_ids=batch["token_type_ids"])
    [(_, logits)] = predictor.token_logits(source, [0])
    assert np.allclose(logits[:, 0], out.start_logits[0].detach(), atol=1e-5)


def long_rows() -> Rows:
    context = " ".join(f"{word}  {i}." for i, word in enumerate(FILLERS * 6))
    spans = [(context[a:b], a) for a, b in ((0, 3), (len(context) // 2, len(context) // 2 + 9))]
    spans = [(text.strip(), start + len(text) - len(text.lstrip())) for text, start in spans]
    columns = {"text": ["now then"] * 3, "text_pair": [context] * 3, "answers": [[spans[0]], [spans[1]], []]}
    return Rows(columns, np.arange(3))


@pytest.mark.parametrize(("family", "closed"), [("bert", False), ("bert", True), ("gpt2", True), ("llama", True)])
def test_answers_survive_the_windows(tiny: Tiny, family: str, closed: bool) -> None:
    rows = long_rows()
    examples = span_examples(rows, TASK, tiny(family).tokenizer(), 24, reading=Reading(closed=closed))
    passages = examples.encoded.passages
    assert passages is not None and examples.lengths.max() <= 24 and len(examples) > 9
    held = set()
    for i, (first, last) in enumerate(examples.labels):
        row = passages.owner[i]
        assert passages.offsets[i][passages.nowhere(i)].tolist() == [-1, -1], "no token of the context"
        if first != passages.nowhere(i):
            [(text, start)] = rows["answers"][row]
            held.add(int(row))
            a, b = passages.offsets[i][first][0], passages.offsets[i][last][1]
            assert a <= start and rows["text_pair"][row][a:b].startswith(text[:3])
    assert held == {0, 1}
    covered = {
        int(at) for o, offsets in zip(passages.owner, passages.offsets, strict=True) if not o for at, _ in offsets
    }
    assert len(covered - {-1}) >= 12 * 6 / 2


@pytest.mark.parametrize(
    ("family", "route"),
    [("gpt2", "full"), *(("llama", route) for route in ("fewer_layers", "pretrained", "feature_transfer"))],
)
def test_a_decoder_learns_that_there_is_no_answer(tiny: Tiny, tmp_path: Path, family: str, route: str) -> None:
    """Whether the animal is named is known behind the context only; the first token sees nothing of it."""
    random = np.random.default_rng(1)
    words = [[str(word) for word in random.choice(FILLERS, 6, replace=False)] for _ in range(120)]
    named = [str(random.choice(KINDS["animal"])) if i % 2 else "" for i in range(120)]
    for line, word in zip(words, named, strict=True):
        line.insert(int(random.integers(1, 7)), word or str(random.choice(KINDS["colour"])))
    contexts = [" ".join(line) for line in words]
    answers = [[(word, f" {c} ".find(f" {word} "))] if word else [] for word, c in zip(named, contexts, strict=True)]
    columns = {"text": ["here"] * 120, "text_pair": contexts, "answers": answers}
    rows = Rows(columns, np.arange(120))
    context = make_context(tiny(family, dropout=0.0), tmp_path, rows, task=TASK.bound(rows))
    teacher = context if route == "feature_transfer" else taught(context, tmp_path / "full")
    given = {"feature_transfer": {}, "full": FAST}.get(route, {**FAST, "epochs": 6})
    more = {"fewer_layers": {"layers": 2}, "pretrained": {"model": str(tiny(family, layers=2).folder)}}.get(route, {})
    outcome = routes.resolve(RouteConfig(name=route, options={**given, **more})).run(teacher)
    found = outcome.predictor.predict(context.validation).outputs
    truth = np.array([not answers for answers in context.validation["answers"]])
    right = float(((found["answer"] == "") == truth).mean())
    assert right > (0.6 if route == "feature_transfer" else 0.9), right
    outcome.predictor.save(tmp_path / "saved")
    again = predictors.load(tmp_path / "saved")
    assert again.predict(context.validation).outputs.tolist() == found.tolist()


def taught(context: Context, folder: Path) -> Context:
    """With a fine-tuned teacher."""
    if not folder.exists():
        plan = routes.resolve(RouteConfig(name="full", options=FAST))
        plan.run(replace(context, folder=folder.parent / "work")).predictor.save(folder)
    return replace(context, teachers={"full": folder})


@pytest.mark.parametrize("kind", ["full", "feature_transfer"])
def test_a_decoder_of_before_answers_as_it_did(tiny: Tiny, tmp_path: Path, kind: str) -> None:
    """Its facts do not say which token stands for no answer: it was the first."""
    rows = long_rows()
    context = make_context(tiny("gpt2"), tmp_path, rows, task=TASK.bound(rows), validation=rows, train=rows)
    options = {"epochs": 1} if kind == "full" else {}
    made: Any = routes.resolve(RouteConfig(name=kind, options=options)).run(context).predictor
    before = replace(made, closed=False)
    made.save(tmp_path / "saved")
    facts = json.loads((tmp_path / "saved" / "transferkit.json").read_text())
    assert facts.pop("closed") is True
    (tmp_path / "saved" / "transferkit.json").write_text(json.dumps(facts))
    (tmp_path / "saved" / "files.json").unlink()
    loaded: Any = predictors.load(tmp_path / "saved")
    assert not loaded.closed and loaded.examples(rows).encoded.passages.nowhere(0) == 0
    assert gap(loaded.predict(rows).outputs, before.predict(rows).outputs) < 1e-5


def test_long_questions_are_cut(tiny: Tiny) -> None:
    rows = Rows({"text": ["now " * 100], "text_pair": ["the cat " * 40]}, np.arange(1))
    found = windows(rows, tiny("bert").tokenizer(), 24)
    assert found.passages is not None
    assert max(map(len, found.ids)) <= 24 and all((o[:, 0] >= 0).sum() > 8 for o in found.passages.offsets[:-1])
    assert list(found.cut) == list(range(len(found)))


def test_questions_that_were_cut_are_told(answered: RunResult, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = Rows({"text": ["here there", "now " * 100], "text_pair": ["the cat " * 40] * 2}, np.arange(2))
    for route in ("full", "feature_transfer"):
        caplog.clear()
        model.load(folder / "run", route).predict(rows.inputs())
        assert "1 row has more tokens than the model reads (row 2): the end of the question is lost" in caplog.text


def test_the_best_span_over_all_windows() -> None:
    offsets = (np.array([[-1, -1], [0, 1], [2, 3]]), np.array([[-1, -1], [2, 3], [4, 5]]))
    found = windows_of(offsets, [[(0, 0), (1, 0), (0, 1)], [(1, 1), (0, 2), (3, 0)]])
    answers = answering.answers(found, ("a b c",), None)
    assert answers["answer"].tolist() == ["a b c"[4:5]] and 0 < answers["score"][0] < 1
    assert found.nothing.tolist() == [0.0]
    assert answering.answers(found, ("a b c",), -9.0)["answer"].tolist() == [""]


def windows_of(offsets: tuple[Any, ...], logits: list[Any]) -> answering.Candidates:
    passages = Passages(np.zeros(len(offsets), dtype=np.int64), offsets, ("a b c",))
    return answering.candidates([np.array(each, dtype=np.float32) for each in logits], passages)


def test_the_threshold_is_the_best_one() -> None:
    margins = np.array([-3.0, -1.0, 0.0, 2.0], dtype=np.float32)
    right, none = np.array([1.0, 0.5, 0.0, 0.0]), np.array([0.0, 0.0, 1.0, 1.0])
    assert answering.best_threshold(margins, right, none) == pytest.approx(-0.5)
    assert answering.best_threshold(margins, none, right) > 2
    assert answering.best_threshold(margins, np.zeros(4), none) < -3


def test_losses_by_hand() -> None:
    kind = objectives.of(TASK.shape)
    rows = Rows({"text": ["q"] * 3, "text_pair": ["a b"] * 3, "answers": [[("b", 2)], [], None]}, np.arange(3))
    targets = kind.targets(rows, TASK)
    assert targets.tolist() == [[2, 3], [-1, -1], [-100, -100]] and kind.known(targets).tolist() == [True, True, False]
    logits, teacher = torch.randn(3, 4, 2), torch.randn(3, 4, 2)
    readable = torch.tensor([[1, 0, 1, 1]] * 3)
    labels = torch.tensor([[2, 3], [0, 0], [-100, -100]])
    step = Step(logits, torch.ones(3, 4), {"labels": labels, "readable": readable, "teacher_logits": teacher})
    kept = [0, 2, 3]
    scores = torch.log_softmax(logits[:, kept], dim=1)
    by_hand = -(scores[0, 1, 0] + scores[0, 2, 1] + scores[1, 0].sum()) / 6
    assert torch.allclose(kind.hard_loss(targets, TrainingOptions(), 2)(step), by_hand)
    p, q = torch.softmax(teacher[:, kept] / 2, dim=1), torch.softmax(logits[:, kept] / 2, dim=1)
    divergence = 4 * (p * (p / q).log()).sum(dim=1).mean()
    assert torch.allclose(kind.soft_loss(Schedule(2.0, 2.0))(step), divergence, atol=1e-6)


def test_several_annotators(tiny: Tiny) -> None:
    rows = Rows({"text": ["q"], "text_pair": ["a b a"], "answers": [[("a", 0), ("a", 4), ("a", 4)]]}, np.arange(1))
    assert objectives.of(TASK.shape).targets(rows, TASK).tolist() == [[4, 5]]
    assert TASK.references(rows) == [["a", "a", "a"]]


@pytest.mark.parametrize("version", [1, 2])
def test_squad_files(tmp_path: Path, version: int) -> None:
    paragraphs = article(20)
    for paragraph in paragraphs:
        paragraph["qas"] = [asked for asked in paragraph["qas"] if version == 2 or asked["answers"]]
        for asked in paragraph["qas"]:
            if version == 1:
                del asked["is_impossible"]
            elif asked["is_impossible"]:
                asked["plausible_answers"] = [{"text": "x", "answer_start": 0}]
    nested = {"data": [{"title": "t", "paragraphs": paragraphs}], "version": str(version)}
    (tmp_path / "plain.json").write_text(json.dumps(nested))
    (tmp_path / "pretty.json").write_text(json.dumps(nested, indent=1))
    rows = data.read(tmp_path / "plain.json")
    assert rows["answers"] == data.read(tmp_path / "pretty.json")["answers"]
    assert len(rows) == sum(len(paragraph["qas"]) for paragraph in paragraphs)
    assert all(rows["answers"][i]["text"] or version == 2 for i in range(len(rows)))
    cleaned, chosen = data.canonical(rows, TASK)
    assert chosen == {"text": "question", "text_pair": "context", "answers": "answers"}
    assert any(not each for each in cleaned["answers"]) == (version == 2)
    (tmp_path / "lines.json").write_text('{"text": "data", "label": "x"}\n{"text": "b", "label": "y"}\n')
    assert data.read(tmp_path / "lines.json")["text"] == ["data", "b"]
    (tmp_path / "odd.json").write_text('{"data": [{"paragraphs": [{"qas": []}, 3]}]}')
    with pytest.raises(DataError, match="article 1 is not as SQuAD has it"):
        data.read(tmp_path / "odd.json")


def test_nothing_but_unanswerable_questions_cannot_be_learned(folder: Path, tmp_path: Path) -> None:
    paragraphs = article(40)
    for asked in (asked for paragraph in paragraphs for asked in paragraph["qas"]):
        asked["answers"] = []
    (tmp_path / "none.json").write_text(json.dumps({"data": [{"title": "a", "paragraphs": paragraphs}]}))
    with pytest.raises(DataError, match="expected a question that has an answer in column 'answers', found none"):
        planning.prepare(parse(described(folder, data={"path": str(tmp_path / "none.json")})))


def test_columns_of_another_task_are_recognised(folder: Path, tmp_path: Path) -> None:
    found = intake.take_in(parse(described(folder, task=None)))
    (said,) = found.splits.audit.of("task")
    assert found.task.name == found.config.task == "question-answering"
    assert "are questions, contexts and answers that appear in them" in said.message
    (tmp_path / "a.csv").write_text(
        "question,context,answers\n" + "Who came?,Nobody did,Ada\nWho left?,Ada did,I\n" * 9
    )
    with pytest.raises(DataError, match="that do not all appear in them, as for --task generative-question"):
        intake.take_in(parse(described(folder, task=None, data={"path": str(tmp_path / "a.csv")})))


def test_cells_of_answers() -> None:
    for cell in (
        {"text": ["x"], "answer_start": [3]},
        [{"text": "x", "answer_start": 3}],
        '{"text": ["x"], "answer_start": [3]}',
        "{'text': ['x'], 'answer_start': [3]}",
        {"text": np.array(["x"]), "answer_start": np.array([3])},
        written([("x", 3)]),
        [("x", 3)],
    ):
        assert read(cell) == [("x", 3)]
    assert read({"text": [], "answer_start": []}) == read("[]") == []
    for cell in ("x", ["x"], {"text": ["x"]}, {"text": "x", "answer_start": None}, "['x']"):
        assert read(cell) == [("x", UNPLACED)]
    for cell in ("[x]", [("x", "y")], {"text": ["x", "y"], "answer_start": [1]}, [""], {"answer_start": [1]}):
        with pytest.raises(ValueError, match="expected answers such as"):
            read(cell)


def tables(changes: Mapping[int, Any], count: int = 40) -> dict[str, Rows]:
    paragraphs = [p for p in article(count) if p["qas"][0]["answers"]]
    lines = [{"q": "here there", "context": p["context"], "answers": p["qas"][0]["answers"]} for p in paragraphs]
    for row, answers in changes.items():
        lines[row]["answers"] = answers
    return {"train": data.read(lines)}


def prepared(changes: Mapping[int, Any]) -> Any:
    config = DataConfig(path="x", text="q", test_size=8, folds=0)
    return preparation.prepare(tables(changes), config, TASK, 0)


def test_spans_that_stand_elsewhere_are_moved() -> None:
    whole = tables({})["train"]
    [right] = read(whole["answers"][2])
    splits = prepared({2: [{"text": right[0], "answer_start": right[1] + 1}]})
    [finding] = [each for each in splits.audit.findings if each.kind == "moved-spans"]
    assert "1 row has an answer in column 'answers'" in finding.message and "row 3" in finding.message
    rows = splits.train.join(splits.validation).join(splits.test)
    at = rows.numbers.tolist().index(3)
    [(text, start)] = rows["answers"][at]
    assert text == right[0] and rows["text_pair"][at].startswith(text, start)


def test_spans_without_text_are_left_out() -> None:
    splits = prepared({4: [{"text": "zebra", "answer_start": 0}]})
    [finding] = [each for each in splits.audit.findings if each.kind == "spans-without-text"]
    assert "does not hold (row 5)" in finding.message and "dropped" in finding.action
    rows = splits.train.join(splits.validation).join(splits.test)
    assert 5 not in rows.numbers
    [finding] = [each for each in prepared({1: "zebra"}).audit.findings if each.kind == "spans-without-text"]
    assert finding.rows == (2,)
    with pytest.raises(DataError, match=r"row 2, column 'answers': expected answers such as"):
        prepared({1: "[zebra]"})
    with pytest.raises(DataError, match="no answer in column 'answers' is in its context"):
        preparation.prepare(
            {"train": data.read([{"question": "a", "context": "b", "answers": [("c", 0)]}] * 3)},
            DataConfig(path="x", folds=0),
            TASK,
            0,
        )


def test_windows_are_not_asked_for(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="long_texts=windows: contexts are read in windows in any case"):
        flow.fit(parse(described(folder, long_texts="windows", output_dir=str(tmp_path / "run"))))
    with pytest.raises(ConfigError, match="takes at most 48 tokens"):
        flow.fit(parse(described(folder, max_length=64, output_dir=str(tmp_path / "run"))))


def test_every_form_of_outputs_is_kept_and_compared() -> None:
    spans = answering.structured(["a b", ""], [(0, 3), (0, 0)], [0.5, 0.25])
    floats = np.array([[0.5, np.nan], [1.0, 2.0]], dtype=np.float32)
    texts = np.array(["x", "yz"])
    for outputs in (spans, floats, texts):
        again = from_json(json.loads(json.dumps(as_json(outputs))))
        assert again.dtype == outputs.dtype and gap(again, outputs) == 0
        filled = spread(outputs, np.array([True, False, True]))
        assert len(filled) == 3 and gap(filled[[0, 2]], outputs) == 0
    other = spans.copy()
    other["answer"][0], other["score"][0] = "b", 0.4
    assert gap(other, spans) == gap(texts, texts[::-1]) == float("inf")
    assert gap(floats * np.float32(1.5), floats) == pytest.approx(0.5)
    assert np.isnan(spread(floats, np.array([False, True, True]))[0]).all()


def test_answers_of_test_rows_are_left_alone() -> None:
    table = {
        "question": ["q1", "q2"],
        "context": ["He lives in Paris.", "Nowhere."],
        "answers": [
            {"text": ["Paris", "city of Paris"], "answer_start": [12, 0]},
            {"text": ["x"], "answer_start": [0]},
        ],
    }
    rows = data.read(table)
    tested = clean(rows, TASK, {}, "test").rows
    assert TASK.references(tested) == [["Paris", "city of Paris"], ["x"]]
    assert TASK.references(clean(rows, TASK, {}, "train").rows) == [["Paris"]]


def test_blanks_around_an_answer_are_none_of_it() -> None:
    assert read({"text": [" Paris "], "answer_start": [11]}) == [("Paris", 12)]


@pytest.mark.parametrize("name", ["question-answering", "generative-question-answering"])
def test_contexts_are_never_parted(name: str) -> None:
    task = tasks.get(name)
    contexts = [f"c{i % 20} here" for i in range(200)]
    answers = [{"text": ["here"], "answer_start": [context.index("here")]} for context in contexts]
    table = data.read({"question": [f"q{i}" for i in range(200)], "context": contexts, "answers": answers})
    splits = preparation.prepare({"all": table}, DataConfig(path="x", folds=0), task, 0)
    parts = [set(rows["text_pair"]) for rows in (splits.train, splits.validation, splits.test)]
    assert all(parts) and sum(map(len, parts)) == 20


def test_few_contexts_leave_something_to_judge_by() -> None:
    def table(contexts: int) -> Rows:
        rows = [(f"c{i % contexts} here", f"q{i}") for i in range(100)]
        answers = [{"text": ["here"], "answer_start": [context.index("here")]} for context, _ in rows]
        return data.read({"question": [q for _, q in rows], "context": [c for c, _ in rows], "answers": answers})

    splits = preparation.prepare({"all": table(5)}, DataConfig(path="x", folds=0), TASK, 0)
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (60, 20, 20)
    splits = preparation.prepare({"all": table(2)}, DataConfig(path="x", folds=0), TASK, 0)
    assert len(splits.validation) == 0 and splits.audit.of("no-validation")
    with pytest.raises(DataError, match="no row can be held out for test: 100 rows have 1 different texts"):
        preparation.prepare({"all": table(1)}, DataConfig(path="x", folds=0), TASK, 0)


def test_long_answers_can_be_given() -> None:
    offsets = (np.array([[-1, -1], *([i, i + 1] for i in range(50))]),)
    logits = np.full((51, 2), -5.0, dtype=np.float32)
    logits[1, 0] = logits[46, 1] = 5.0
    context = "a" * 50
    for longest, length in ((50, 46), (46, 46)):
        passages = Passages(np.zeros(1, dtype=np.int64), offsets, (context,), longest=longest)
        found = answering.answers(answering.candidates([logits], passages), (context,), None)
        assert len(found["answer"][0]) == length
    passages = Passages(np.zeros(1, dtype=np.int64), offsets, (context,), longest=45)
    found = answering.answers(answering.candidates([logits], passages), (context,), None)
    assert len(found["answer"][0]) <= 45


def test_the_longest_answer_is_that_of_the_training_rows(tiny: Tiny) -> None:
    tokenizer = tiny("bert").tokenizer()
    rows = Rows({"answers": [[("here " * 44 + "here", 0)], [("there", 0)], [], None]}, np.arange(4))
    assert longest_answer(rows, tokenizer) == 45
    assert longest_answer(rows.take([1, 2]), tokenizer) == 30
