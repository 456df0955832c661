"""Model cards: metadata the hub can read, scores with intervals, snippets."""

import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import ModelCard
from huggingface_hub.repocard_data import model_index_to_eval_results

from report import every_task
from transferkit.evaluation.results import RunResult
from transferkit.report.example import example
from transferkit.report.languages import languages
from transferkit.report.mistakes import mistakes
from transferkit.report.model_card import cell, model_card, write_model_card
from transferkit.report.naming import data_of, title_of
from transferkit.table.splits import Overview, Table


def front(text: str) -> dict[str, Any]:
    opening, head, _ = text.split("---\n", 2)
    assert opening == ""
    loaded: dict[str, Any] = yaml.safe_load(head)
    return loaded


def served_plainly(run: RunResult, name: str) -> RunResult:
    """`run` with a folder of the route called `name` that plain Transformers can read."""
    routes = (replace(each, plain_prompt="") if each.name == name else each for each in run.routes)
    return replace(run, routes=tuple(routes))


def test_front_matter(run: RunResult, tmp_path: Path) -> None:
    write_model_card(served_plainly(run, "full"), "full", tmp_path / "README.md")
    found = front((tmp_path / "README.md").read_text(encoding="utf-8"))
    assert found["pipeline_tag"] == "text-classification" and found["library_name"] == "transformers"
    assert found["base_model"] == "sentence-transformers/all-MiniLM-L6-v2" and found["license"] == "apache-2.0"
    result = found["model-index"][0]["results"][0]
    assert result["dataset"]["split"] == "test" and found["language"] == "en" and found["datasets"] == ["trec"]
    accuracy = next(metric for metric in result["metrics"] if metric["type"] == "accuracy")
    assert accuracy["value"] == pytest.approx(run.route("full").scores.metrics["accuracy"].value)


def test_text_has_scores_and_snippets(run: RunResult) -> None:
    found = run.route("static").scores.metrics["accuracy"]
    text = model_card(run, "static")
    assert f"| accuracy | {found.value:.3f} | {found.low:.3f} to {found.high:.3f} |" in text
    assert "AutoModelForSequenceClassification" not in text and "transferkit.load" in text
    assert "AutoModelForSequenceClassification" in model_card(served_plainly(run, "full"), "full")
    assert "chosen from the 6 routes of its run by its score on 500 validation rows" in model_card(run, run.best)


def test_every_card_is_one_that_the_hub_reads(run: RunResult) -> None:
    results = {**every_task.results(), "example": run}
    for result in results.values():
        for route in result.routes:
            text = model_card(served_plainly(result, route.name), route.name)
            data = ModelCard(text).data
            assert data.model_name == title_of(result, route) and text.count(f"# {data.model_name}\n") == 1
            assert data.eval_results and {each.dataset_name for each in data.eval_results} == {data_of(result)}
            assert {each.task_type for each in data.eval_results} == {data.pipeline_tag}
            assert len(data.eval_results) == len({(each.metric_type, each.metric_name) for each in data.eval_results})
            assert "FOLDER" not in text and "baseline it is" not in text and "models/" not in text


def test_a_card_has_a_name_of_data_and_model(run: RunResult) -> None:
    assert title_of(run, run.route("full")) == "trec-all-MiniLM-L6-v2-full"
    assert title_of(run, run.route("tf-idf")) == "trec-tf-idf"
    own = replace(run.route("full"), backbone="/home/me/models/encoder")
    assert title_of(run, own) == "trec-encoder-full"
    table = Overview(tables=(Table("", "", "", 5),))
    unnamed = replace(run, splits=replace(run.splits, overview=table))
    assert title_of(unnamed, run.route("tf-idf")) == "text-classification-tf-idf"


def test_an_example_is_a_test_row_with_the_answer_to_it(run: RunResult) -> None:
    found = example(run, run.route("full"))
    assert found is not None
    (text,) = found.texts
    position = list(run.splits.test["text"]).index(text)
    label = run.task.labels[int(run.route("full").outputs[position].argmax())]
    assert label == run.splits.test["label"][position] and found.answer == f"['{label}']"
    assert f"model.predict([\"{text}\"])  # ['{label}']" in model_card(run, "full")
    rows = run.splits.test
    endless = replace(
        run, splits=replace(run.splits, test=replace(rows, columns={**rows.columns, "text": ["a" * 900] * len(rows)}))
    )
    assert example(endless, run.route("full")) is None and "  # " not in model_card(endless, "full")


def test_examples_of_other_answers() -> None:
    shown = {
        name: example(result, result.route("full")) for name, result in every_task.results().items() if name in KINDS
    }
    answers = {name: found.answer for name, found in shown.items() if found}
    assert set(answers) == set(KINDS)
    assert re.fullmatch(r"\[\[.*\]\]", answers["labels"]) and re.fullmatch(r"\[-?\d\.\d+\]", answers["numbers"])
    assert re.fullmatch(r"(Rome|Oslo): LOC(, (Rome|Oslo): LOC)*", answers["tags"])


def test_cross_validated_scores_are_of_no_split(run: RunResult) -> None:
    folded = replace(run, folded=True, splits=replace(run.splits, folds=5))
    (result,) = front(model_card(folded, "full"))["model-index"][0]["results"]
    assert "split" not in result["dataset"]
    assert result["metrics"][0]["name"] == "accuracy (5-fold cross-validation)"
    read = model_index_to_eval_results(front(model_card(folded, "full"))["model-index"])[1]
    assert {found.dataset_split for found in read} == {None} and read[0].metric_name == result["metrics"][0]["name"]


def test_no_split_is_named_where_there_is_none(run: RunResult) -> None:
    limit = "- The scores hold for rows like those {}. Other sources"
    folded = replace(run, folded=True, splits=replace(run.splits, folds=5))
    assert limit.format("of the test split") in model_card(run, "full")
    assert limit.format("that they were measured on") in model_card(folded, "full")


def test_the_command_of_a_card_is_one_that_a_shell_takes(run: RunResult) -> None:
    data = run.config.data.model_copy(update={"path": "Ann's (1).csv"})
    odd = replace(run, config=run.config.model_copy(update={"data": data}))
    (command,) = re.findall(r"\$ (transferkit predict .*)", model_card(odd, "full"))
    assert shlex.split(command) == ["transferkit", "predict", title_of(odd, run.route("full")), "new.csv"]


def in_signs(run: RunResult, several: bool = False) -> RunResult:
    """A run of tags whose words are single Chinese signs, or every second one two."""
    rows = run.splits.test
    words = sorted({word for text in rows["text"] for word in text.split(" ")})
    signs = {word: chr(0x4E00 + 2 * i) + chr(0x4E01 + 2 * i) * (several and i % 2) for i, word in enumerate(words)}
    texts = [" ".join(signs[word] for word in text.split(" ")) for text in rows["text"]]
    test = replace(rows, columns={**rows.columns, "text": texts})
    return replace(run, splits=replace(run.splits, train=test, test=test))


def test_words_of_scripts_without_blanks_are_shown_without() -> None:
    run = in_signs(every_task.tags("zh"))
    found = example(run, run.route("full"))
    assert found is not None and " " not in found.given and len(found.texts[0]) == 14
    assert all(" " not in row.text for row in mistakes(run, run.route("full")).rows)
    # A model that has learned words of several signs has to be given blanks between them.
    several = in_signs(every_task.tags("zh"), several=True)
    parted = example(several, several.route("full"))
    assert parted is not None and len(parted.texts[0].split(" ")) == 14
    plain = every_task.tags("en")
    assert (english := example(plain, plain.route("full"))) and english.texts[0] in plain.splits.test["text"]


KINDS = ("labels", "numbers", "tags", "spans", "translations")


def test_languages_by_script_and_words() -> None:
    assert languages(["今天天气很好，我们去公园玩吧。"]) == ["zh"] and languages(["このレストランは美味しい"]) == ["ja"]
    assert languages(["Der Hund ist im Garten und die Katze nicht"]) == ["de"]
    assert languages(["What is the capital of the country?"]) == ["en"]
    assert languages(["The answer is in the book, 答案就在这本书里"]) == ["zh", "en"]
    assert languages(["xyzzy 123", ""]) == [] == languages([])


def test_baseline_has_no_base_model(run: RunResult) -> None:
    text = model_card(run, "tf-idf")
    assert "base_model" not in front(text) and "license" not in front(text) and "## Licence" not in text


def test_a_pretrained_student_names_its_own_model(run: RunResult) -> None:
    student = replace(run.route("static"), settings={"model": "all-mpnet-base-v2"})
    known = front(model_card(replace(run, routes=(student,)), "static"))
    assert (known["base_model"], known["license"]) == ("sentence-transformers/all-mpnet-base-v2", "apache-2.0")
    other = replace(student, settings={"model": "org/other"})
    assert "licence of org/other is not recorded" in model_card(replace(run, routes=(other,)), "static")


def test_tiny_p_values_are_not_spelled_out(run: RunResult) -> None:
    assert "e-" not in model_card(run, "tf-idf").split("## Use")[0]
    assert "p < 0.001" in model_card(run, "tf-idf")


def test_unknown_licence_is_said(run: RunResult) -> None:
    own = replace(run.route("full"), backbone="org/own")
    card = model_card(replace(run, routes=(own,), manifest={"backbone": {"name": "org/own"}}), "full")
    assert "The licence of org/own is not recorded" in card and "license" not in front(card)


def test_labels_cannot_break_tables() -> None:
    assert cell("a|b\n<i>`c`") == "a\\|b &lt;i>\\`c\\`"
