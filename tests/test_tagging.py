"""Tags of words, through the whole product on a small model."""

import csv
import json
import pickle
import shutil
from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from seqeval.metrics import f1_score, precision_score, recall_score
from transformers import AutoModelForTokenClassification

from calling import Call
from tiny_models import FILLERS, KINDS, Tiny, save_model
from transferkit import flow, metrics, model, planning, tasks
from transferkit.arrays import stacked
from transferkit.config import parse
from transferkit.data import read as read_rows
from transferkit.data.columns import canonical
from transferkit.encoding.encoded import NO_TOKEN
from transferkit.encoding.resampling import oversampled
from transferkit.encoding.word_windows import encode_words
from transferkit.errors import ConfigError, DataError
from transferkit.evaluation.results import RunResult
from transferkit.networks.head import Head
from transferkit.networks.inference import outputs
from transferkit.networks.inputs import at_words
from transferkit.shapes import Shape
from transferkit.table.rows import Rows
from transferkit.tagging.tags import repaired, spans
from transferkit.tasks.token_classification import read
from transferkit.training import objectives
from transferkit.training.classifier import labelled_examples
from transferkit.training.losses import Schedule, Step
from transferkit.training.options import TrainingOptions

FAST = {"epochs": 15, "learning_rate": 3e-3, "batch_size": 16, "patience": 15}
ROUTES: list[Any] = [
    "feature_transfer",
    {"full": FAST},
    {"top_layers": {**FAST, "layers": 1}},
    {"lora": {**FAST, "rank": 16}},
    {"fewer_layers": {"epochs": 6, "learning_rate": 2e-3, "layers": 1, "hidden_weight": 0.1}},
    "static",
    "contrastive",
]


def sentences(count: int) -> tuple[list[list[str]], list[list[str]]]:
    """Sentences that name things of several kinds, some in two words."""
    random = np.random.default_rng(0)
    found: dict[str, list[str]] = {}
    while len(found) < count:
        words, tags = [], []
        for _ in range(random.integers(3, 8)):
            if random.random() < 0.5:
                words.append(str(random.choice(FILLERS)))
                tags.append("O")
                continue
            kind = str(random.choice(sorted(KINDS)))
            length = int(random.integers(1, 3))
            # A filler parts two things, so that where the next begins can be told.
            first, second = random.choice(KINDS[kind][::2]), random.choice(KINDS[kind][1::2])
            words += [*(str(word) for word in (first, second)[:length]), str(random.choice(FILLERS))]
            tags += [f"B-{kind}", *[f"I-{kind}"] * (length - 1), "O"]
        found[" ".join(words)] = tags
    return [text.split(" ") for text in found], list(found.values())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tagging")
    save_model(folder / "model", "bert")
    words, tags = sentences(260)
    lines = [{"tokens": w, "ner_tags": t} for w, t in zip(words, tags, strict=True)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    blocks = ["\n".join(f"{w} x {t}" for w, t in zip(*pair, strict=True)) for pair in zip(words, tags, strict=True)]
    (folder / "rows.conll").write_text("-DOCSTART- -X- O\n\n" + "\n\n".join(blocks) + "\n")
    return folder


def described(folder: Path, **changes: Any) -> dict[str, Any]:
    usual = {
        "data": {"path": str(folder / "rows.jsonl"), "test_size": 60, "folds": 0},
        "task": "ner",
        "model": str(folder / "model"),
        "routes": ROUTES,
        "offline": True,
        "output_dir": str(folder / "run"),
        "cache_dir": str(folder / "cache"),
    }
    return usual | changes


@pytest.fixture(scope="module")
def tagged(folder: Path) -> RunResult:
    return flow.fit(parse(described(folder)))


def values(result: RunResult) -> Mapping[str, float]:
    return {route.name: route.scores.metrics["entity_f1"].value for route in result.routes}


def test_every_route(tagged: RunResult, folder: Path) -> None:
    found = values(tagged)
    assert set(found) == {"baseline", "feature_transfer", "full", "top_layers", "lora", "fewer_layers"}
    assert found["full"] > 0.9 and min(found.values()) > 0.6, found
    reasons = {skipped.name: skipped.reason for skipped in tagged.skipped}
    assert "whole texts" in reasons["static"] and "one label per row" in reasons["contrastive"]
    assert tagged.task.name == "token-classification" and tagged.task.labels[0] == "O"
    assert set(tagged.route("full").scores.per_class) == set(KINDS)
    with (folder / "run" / "predictions.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert lines and all(len(line["full"].split()) == len(line["text"].split()) for line in lines)
    page = (folder / "run" / "report.html").read_text(encoding="utf-8")
    assert "Texts with most wrong entities" in page and "Confusion matrix" not in page
    assert "calibration error" not in page and "entity precision" in page and "Entity F1 on the validation rows" in page
    card = (folder / "run" / "models" / "full" / "README.md").read_text(encoding="utf-8")
    assert "calibration" not in card and "always predicts one" not in card


def test_columns_of_words_say_the_same(tagged: RunResult, folder: Path) -> None:
    again = described(folder, routes=["baseline"], output_dir=str(folder / "conll"))
    again["data"] = {"path": str(folder / "rows.conll"), "test_size": 60, "folds": 0}
    assert values(flow.fit(parse(again)))["baseline"] == values(tagged)["baseline"]


def test_evaluation_tells_of_tags_that_the_model_does_not_know(tagged: RunResult, folder: Path) -> None:
    table = {"tokens": [["cat", "here"], ["cat", "dog"]], "tags": [["B-planet", "O"], ["I-animal", "O"]]}
    findings = model.load(folder / "run", "baseline").evaluate(table).findings
    assert {finding.kind: finding.rows for finding in findings} == {"unlearned-tags": (1,), "improper-tags": (2,)}
    assert "1 tag that the model does not know: 'B-planet'" in str([finding.message for finding in findings])


def test_no_words_have_no_tags(tagged: RunResult, folder: Path) -> None:
    assert model.load(folder / "run", "baseline").predict([[], ["cat"]])[0] is None


@pytest.mark.parametrize("written", [json.dumps, str])
def test_lists_written_into_cells_of_text(written: Callable[[list[str]], str]) -> None:
    task = tasks.get("ner")
    words, tags = ["Ada", "[x]", "it's"], ["B-PER", "O", "O"]
    rows, _ = canonical(read_rows({"tokens": [written(words), "[ 1 ]"], "tags": [written(tags), "O O O"]}), task)
    assert rows["text"] == ["Ada [x] it's", "[ 1 ]"]
    assert rows["tags"] == [tags, ["O", "O", "O"]]
    with pytest.raises(DataError, match="column 'tags': expected a tag per word, such as O and B-PER"):
        canonical(read_rows({"tokens": ["a b"], "tags": ["['O' B]"]}), task)


def test_a_tag_that_stands_in_test_alone_is_missed_and_said(folder: Path, tmp_path: Path) -> None:
    lines = [{"tokens": ["cat", "dog", f"x{i}"], "ner_tags": ["B-animal", "I-animal", "O"]} for i in range(30)]
    odd = {"tokens": ["Ada", "y"], "ner_tags": ["B-PER", "O"]}
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines[:24]))
    (tmp_path / "test.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [*lines[24:], odd]))
    run = described(folder, routes=["feature_transfer"], output_dir=str(tmp_path / "run"))
    run["data"] = {"path": str(tmp_path / "train.jsonl"), "test": str(tmp_path / "test.jsonl"), "folds": 0}
    result = flow.fit(parse(run))
    assert result.route("baseline").scores.metrics["entity_recall"].value == pytest.approx(6 / 7)
    (finding,) = result.splits.audit.of("unlearned-tags")
    assert finding.message == "1 tag of test without a row to train on: 'B-PER' (row 7)"


def test_in_use(tagged: RunResult, folder: Path, call: Call) -> None:
    loaded = model.load(folder / "run", "full")
    assert loaded.predict(["cat dog here", "there"]) == [["B-animal", "I-animal", "O"], ["O"]]
    with pytest.raises(ConfigError, match="no probabilities"):
        loaded.predict_proba(["dog"])
    rows = folder / "new.csv"
    rows.write_text("text\ncat dog here\n\nthere\n")
    answers = [json.loads(line) for line in call("predict", folder / "run", rows, "--route", "full").out.splitlines()]
    assert [answer["tags"] for answer in answers if answer["tags"]] == [["B-animal", "I-animal", "O"], ["O"]]
    refused = call("predict", folder / "run", rows, "--route", "full", "--probabilities")
    assert refused.code == ConfigError.exit_code and "no probabilities" in refused.error
    judged = call("evaluate", folder / "run", folder / "rows.jsonl", "--route", "full")
    assert judged.code == 0 and "entity F1" in judged.out and "animal" in judged.out
    compared = call("compare", folder / "run", shutil.copytree(folder / "run", folder / "copy"))
    assert compared.code == 0


def test_the_folder_is_a_plain_tagger(tagged: RunResult, folder: Path) -> None:
    plain = AutoModelForTokenClassification.from_pretrained(folder / "run" / "models" / "full")
    loaded = model.load(folder / "run", "full").predictor
    ids = loaded.examples(Rows({"text": ["cat dog here"]}, np.arange(1))).batch([0])  # type: ignore[attr-defined]
    logits = plain(input_ids=ids["input_ids"]).logits[0, ids["words"][0]]
    named = [plain.config.id2label[int(i)] for i in logits.argmax(dim=-1)]
    assert named == ["B-animal", "I-animal", "O"]


@pytest.mark.parametrize("family", ["gpt2", "llama", "distilbert"])
def test_other_families(folder: Path, family: str) -> None:
    save_model(folder / family, family)
    asked = described(
        folder, model=str(folder / family), routes=[{"full": FAST}], output_dir=str(folder / f"r-{family}")
    )
    assert values(flow.fit(parse(asked)))["full"] > 0.6


def test_where_words_begin(tiny: Tiny) -> None:
    known = {}
    for family in ("bert", "gpt2", "llama"):
        known[family] = 0
        tokenizer = tiny(family).tokenizer()
        texts = ["the dogs-and-cats ran", "a \u200b b", "x"]
        encoded = encode_words(Rows({"text": texts}, np.arange(3)), tokenizer, 32)
        assert encoded.words is not None
        for text, ids, words in zip(texts, encoded.ids, encoded.words, strict=True):
            for word, at in zip(text.split(" "), words, strict=True):
                if at != NO_TOKEN:
                    piece = tokenizer.decode([ids[at]]).strip().removeprefix("##")
                    assert word.startswith(piece) or piece in ("[UNK]", "<unk>"), (family, word, piece)
                    known[family] += word.startswith(piece)
    assert min(known.values()) > 0, known


@pytest.mark.parametrize("route", ["full", "feature_transfer"])
def test_words_beyond_the_window_are_read_in_others(
    tagged: RunResult, folder: Path, route: str, caplog: pytest.LogCaptureFixture
) -> None:
    loaded = model.load(folder / "run", route)
    long = " ".join(["cat", "here"] * 250)
    [_, tags] = loaded.predict(["cat", long])
    assert len(tags) == 500 and tags[0] == "B-animal" and not caplog.text
    right = [tag == ("O", "B-animal")[i % 2 == 0] for i, tag in enumerate(tags)]
    assert sum(right) > (490 if route == "full" else 330) and sum(right[-48:]) > 28


def test_the_window_is_the_models_and_not_that_of_the_rows_it_was_trained_on(tagged: RunResult, folder: Path) -> None:
    longest = max(len(text.split()) for part in (tagged.splits.train, tagged.splits.test) for text in part["text"])
    [tags] = model.load(folder / "run", "full").predict([" ".join(["here"] * 2 * longest + ["cat"])])
    assert tags[-1] == "B-animal"


def test_rows_longer_than_the_window_are_learned_and_answered_whole(folder: Path, tmp_path: Path) -> None:
    words, tags = sentences(120)
    parts = [slice(i, i + 6) for i in range(0, 120, 6)]
    lines = [{"tokens": list(chain(*words[part])), "ner_tags": list(chain(*tags[part]))} for part in parts]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    routes: list[Any] = ["feature_transfer", {"full": FAST}, {"fewer_layers": {"epochs": 6, "layers": 1}}]
    asked = described(folder, routes=routes, max_length=16, output_dir=str(tmp_path / "run"))
    asked["data"] = {"path": str(tmp_path / "rows.jsonl"), "folds": 0, "test_size": 5}
    result = flow.fit(parse(asked))
    (finding,) = result.splits.audit.of("truncation")
    assert len(finding.rows) == 20 and finding.severity == "info" and "overlapping windows" in finding.action
    found = values(result)
    assert found["full"] > 0.8 and found["feature_transfer"] > 0.6, found
    test = result.splits.test
    whole = result.route("full").outputs
    assert [int((~np.isnan(row[:, 0])).sum()) for row in whole] == [text.count(" ") + 1 for text in test["text"]]


def test_what_needs_one_label_per_row_is_refused() -> None:
    with pytest.raises(ConfigError, match="rows have numbers; leave it out"):
        objectives.of(Shape.VALUE).hard_loss(np.zeros(3), TrainingOptions(class_weights="balanced"), 1)
    with pytest.raises(ConfigError, match="resampling=oversample needs one label per row"):
        oversampled(SimpleNamespace(labels=np.zeros((3, 2), dtype=np.int64)), 0)  # type: ignore[arg-type]


def test_losses_by_hand() -> None:
    task = tasks.get("ner")
    rows = Rows({"text": ["a b", "c"], "tags": [["B-x", "O"], None]}, np.arange(2))
    task = task.bound(rows)
    kind = objectives.of(task.shape)
    targets = kind.targets(rows, task)
    assert task.labels == ("O", "B-x") and targets.tolist() == [[1, 0], [-100, -100]]
    assert kind.known(targets).tolist() == [True, False]
    logits = torch.tensor([[[0.0, 1.0], [2.0, 0.0]], [[1.0, 0.0], [9.0, 9.0]]])
    words = torch.tensor([[1, 2], [1, -1]])
    teacher = torch.tensor([[[0.0, 2.0], [2.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]]])
    step = Step(
        logits, torch.ones(2, 3), {"labels": torch.from_numpy(targets), "words": words, "teacher_logits": teacher}
    )
    # One row of two words is labelled, so a word weighs half as much as a row.
    cross = -(torch.log_softmax(logits[0, 0], 0)[1] + torch.log_softmax(logits[0, 1], 0)[0]) / 2 / 2
    assert torch.allclose(kind.hard_loss(targets, TrainingOptions(), 2)(step), cross)
    p, q = torch.softmax(teacher[0, 0] / 2, 0), torch.softmax(logits[0, 0] / 2, 0)
    by_hand = 4 * (p * (p / q).log()).sum() / 2 / 2
    assert torch.allclose(kind.soft_loss(Schedule(2.0, 2.0))(step), by_hand)


def test_gathering_words(tiny: Tiny) -> None:
    logits = torch.arange(12.0).reshape(1, 4, 3)
    assert at_words(logits, {"words": torch.tensor([[2, -1]])}).tolist() == [[[6, 7, 8], [0, 1, 2]]]
    assert at_words(logits, {}) is logits
    filled = stacked([np.zeros((1, 2), np.float32), np.ones((3, 2), np.float32)])
    assert filled.shape == (2, 3, 2) and np.isnan(filled[0, 1:]).all() and not np.isnan(filled[1]).any()


def test_padding_changes_nothing(tiny: Tiny) -> None:
    backbone, task = tiny("bert"), tasks.get("ner")
    rows = Rows({"text": ["dog", "cat dog here there now"], "tags": [["O"], ["O"] * 4 + ["B-x"]]}, np.arange(2))
    task = task.bound(rows)
    examples = labelled_examples(rows, task, backbone.tokenizer(), 16, "")
    tagger = backbone.classifier(task.labels, "token_classification")
    together = outputs(tagger, examples)
    alone = outputs(tagger, labelled_examples(rows.take([0]), task, backbone.tokenizer(), 16, ""))
    assert np.allclose(together[0, :1], alone[0], atol=1e-5) and np.isnan(together[0, 1:]).all()


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"tokens": ["a", "b"], "ner_tags": ["O"]}, r"row 3: expected a tag per word, found 2 words and 1 tag;"),
        ({"tokens": ["a", "b"], "ner_tags": [0, 1]}, r"row 3, column 'ner_tags': expected a tag per word"),
    ],
)
def test_bad_rows_are_named(folder: Path, tmp_path: Path, record: dict[str, Any], words: str) -> None:
    good = {"tokens": ["a", "b"], "ner_tags": ["O", "B-x"]}
    records = [{**good, "tokens": ["a", f"b{i}"]} for i in range(20)]
    records[2] = record
    (tmp_path / "bad.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
    data = {"path": str(tmp_path / "bad.jsonl"), "folds": 0}
    with pytest.raises(DataError, match=words):
        flow.fit(parse(described(folder, data=data, output_dir=str(tmp_path / "run"))))


def test_tags_without_a_prefix_among_others_are_named(folder: Path, tmp_path: Path) -> None:
    words, tags = sentences(80)
    lines = [
        {"tokens": w, "tags": [tag.replace("B-tool", "tool") for tag in t]} for w, t in zip(words, tags, strict=True)
    ]
    (tmp_path / "mixed.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    prepared = planning.prepare(parse(described(folder, data={"path": str(tmp_path / "mixed.jsonl"), "folds": 0})))
    [finding] = [each for each in prepared.splits.audit.findings if each.kind == "plain-tags"]
    assert "1 tag without B- or I- among others that have it: 'tool'" in finding.message
    plain = [
        {"tokens": w, "tags": [tag.partition("-")[2] or tag for tag in t]} for w, t in zip(words, tags, strict=True)
    ]
    (tmp_path / "plain.jsonl").write_text("".join(json.dumps(line) + "\n" for line in plain))
    prepared = planning.prepare(parse(described(folder, data={"path": str(tmp_path / "plain.jsonl"), "folds": 0})))
    assert not [each for each in prepared.splits.audit.findings if each.kind == "plain-tags"]


def test_nothing_but_o_cannot_be_learned(folder: Path, tmp_path: Path) -> None:
    lines = [{"tokens": ["a", f"b{i}"], "tags": ["O", "O"]} for i in range(40)]
    (tmp_path / "empty.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(DataError, match="expected a tag other than O in column 'tags', found none in 40 rows"):
        planning.prepare(parse(described(folder, data={"path": str(tmp_path / "empty.jsonl")})))


def test_windows_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="long_texts=windows"):
        flow.fit(parse(described(folder, long_texts="windows", output_dir=str(tmp_path / "run"))))


def test_cells_of_tags() -> None:
    assert read("O  B-x") == ["O", "B-x"] and read(("O", "B-x ")) == ["O", "B-x"]
    assert read(("NNP", "''", "``")) == ["NNP", "''", "``"]
    for odd in (3, "['O',", "[3, 0, 7]", "[3 0]"):
        with pytest.raises(ValueError, match="found"):
            read(odd)


def test_five_letters_say_what_two_say() -> None:
    two = ["B-PER", "I-PER", "I-PER", "B-PER", "O", "B-LOC", "B-LOC", "I-LOC"]
    for last, alone in (("E", "S"), ("L", "U")):
        five = f"B-PER I-PER {last}-PER {alone}-PER O {alone}-LOC B-LOC {last}-LOC".split()
        assert spans(five) == spans(two) and repaired(five) == five


def test_spans_begun_with_i_are_read_and_reported(folder: Path, tmp_path: Path) -> None:
    words, tags = sentences(80)
    lines = [{"tokens": w, "tags": [tag.replace("B-", "I-") for tag in t]} for w, t in zip(words, tags, strict=True)]
    (tmp_path / "iob1.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    asked = described(folder, data={"path": str(tmp_path / "iob1.jsonl"), "folds": 0}, output_dir=str(tmp_path / "run"))
    prepared = planning.prepare(parse(asked))
    [finding] = [each for each in prepared.splits.audit.findings if each.kind == "improper-tags"]
    assert "I- where B- is due" in finding.message and len(finding.rows) > 40
    assert {"B-animal", "I-animal"} <= set(prepared.task.labels)


@pytest.mark.parametrize("types", [("-PER", "-LOC"), ("",)])
@pytest.mark.parametrize("kinds", [("B", "I"), ("I",), ("B", "I", "E", "S")])
def test_figures_are_those_of_seqeval(kinds: tuple[str, ...], types: tuple[str, ...]) -> None:
    random = np.random.default_rng(0)
    tags = ["O", "O", *(f"{prefix}{kind}" for prefix in kinds for kind in types)]
    lengths = random.integers(1, 12, 300)
    found, true = ([list(random.choice(tags, length)) for length in lengths] for _ in range(2))
    found[:150] = true[:150]
    for name, theirs in (("f1", f1_score), ("precision", precision_score), ("recall", recall_score)):
        assert metrics.compute(f"entity_{name}", found, true) == pytest.approx(theirs(true, found), abs=1e-9)


def test_a_naive_split_with_a_tag_that_only_test_has(folder: Path, tmp_path: Path) -> None:
    lines = [{"tokens": ["cat", f"x{i % 20}"], "ner_tags": ["B-animal", "O"]} for i in range(40)]
    odd = [{"tokens": ["Ada", f"y{i}"], "ner_tags": ["B-PER", "O"]} for i in range(1)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [*lines, *odd]))
    for seed in range(12):
        asked = described(folder, routes=["baseline"], seed=seed, output_dir=str(tmp_path / f"run{seed}"))
        asked["data"] = {"path": str(tmp_path / "rows.jsonl"), "test_size": 8, "folds": 0}
        result = flow.fit(parse(asked))
        if result.splits.audit.of("unlearned-tags"):
            return
    pytest.fail("no seed put the odd row into test")


def test_python_splits_texts_as_training_did(tagged: RunResult, folder: Path) -> None:
    loaded = model.load(folder / "run", "full")
    one = loaded.predict(["cat dog here"])
    assert loaded.predict(["cat  dog\nhere"]) == one == loaded.predict([["cat", "dog", "here"]])


def test_entities_have_text_type_place_and_score(tagged: RunResult, folder: Path, call: Call) -> None:
    text = " (cat dog) here,  lion!"
    for route in ("baseline", "full", "feature_transfer", "fewer_layers"):
        loaded = model.load(folder / "run", route)
        [answer] = loaded.predict([text])
        assert answer.words == ["(", "cat", "dog", ")", "here", ",", "lion", "!"] and len(answer) == 8
        assert answer.tags == list(answer) and answer == loaded.predict([answer.words])[0]
        for entity in answer.entities:
            assert entity["text"] == text[entity["start"] : entity["end"]] and 0 < entity["score"] <= 1
    [answer] = model.load(folder / "run", "full").predict(["now cat dog."])
    [entity] = answer.entities
    assert {name: entity[name] for name in entity if name != "score"} == {
        "text": "cat dog", "type": "animal", "start": 4, "end": 11, "word_start": 1, "word_end": 3
    }  # fmt: skip
    [of_words] = model.load(folder / "run", "full").predict([["now", "cat", "dog", "."]])
    [same] = of_words.entities
    assert (same["text"], same["start"], same["end"]) == ("cat dog", 1, 3) and same["score"] == entity["score"]
    again = pickle.loads(pickle.dumps(answer))
    assert again == answer and again.entities == answer.entities


def test_entities_in_files(tagged: RunResult, folder: Path, call: Call) -> None:
    rows = folder / "raw.jsonl"
    rows.write_text('{"text": "now cat dog."}\n{"text": ""}\n{"text": "here"}\n')
    told = call("predict", folder / "run", rows, "--route", "full")
    [first, blank, none] = [json.loads(line) for line in told.out.splitlines()]
    assert first["words"] == ["now", "cat", "dog", "."] and first["tags"] == ["O", "B-animal", "I-animal", "O"]
    [entity] = first["entities"]
    assert list(entity) == ["text", "type", "start", "end", "score", "word_start", "word_end"]
    assert blank == {"text": "", "words": None, "tags": None, "entities": None} and none["entities"] == []
    call("predict", folder / "run", rows, "--route", "full", "--output", folder / "raw.csv")
    with (folder / "raw.csv").open(encoding="utf-8") as file:
        [line, *_] = list(csv.DictReader(file))
    assert line["words"] == "now cat dog ." and json.loads(line["entities"]) == [entity]


def test_a_table_of_words_is_answered_by_sentences(tagged: RunResult, folder: Path) -> None:
    path = folder / "words.csv"
    path.write_text("Sentence #,Word\nSentence: 1,now\n,cat\n,dog\nSentence: 2,here\n")
    found = [
        (int(number), list(value), [each["start"] for each in value.entities])
        for answers in model.load(folder / "run", "full").stream(path, batch_size=2)
        for number, value in zip(answers.numbers, answers.values, strict=True)
    ]
    assert found == [(1, ["O", "B-animal", "I-animal"], [1]), (4, ["O"], [])]


def test_a_file_of_words_is_answered_by_sentences(tagged: RunResult, folder: Path) -> None:
    path = folder / "words.txt"
    path.write_text("now\ncat\ndog\n\nhere\nnow\n")
    [answers] = model.load(folder / "run", "full").stream(path)
    assert list(map(list, answers.values)) == [["O", "B-animal", "I-animal"], ["O", "O"]]
    assert answers.numbers.tolist() == [1, 5]


def test_models_of_earlier_versions_part_texts_at_blanks(tagged: RunResult, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "run" / "models" / "full", tmp_path / "old")
    facts = json.loads((tmp_path / "old" / "transferkit.json").read_text())
    assert facts.pop("parting")["by"] == "pieces" and facts.pop("unspaced") is True
    (tmp_path / "old" / "transferkit.json").write_text(json.dumps(facts))
    (tmp_path / "old" / "files.json").unlink()
    loaded = model.load(tmp_path / "old")
    assert loaded.predict(["now cat."])[0].words == ["now", "cat."]
    assert loaded.predictor.of_words.spaced  # type: ignore[attr-defined]


def test_a_head_has_a_score_for_tags_it_has_not_seen() -> None:
    head = Head(np.zeros((1, 2), np.float32), np.ones((2, 2), np.float32), np.zeros(2, np.float32)).widened(3)
    assert head.logits(np.ones((1, 1, 2), np.float32)).argmax() < 2 and head.bias.shape == (3,)
