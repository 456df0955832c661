"""The commands, on a tiny model: what they print, write and leave."""

import csv
import json
import logging
import re
import shutil
from pathlib import Path

import pytest

from calling import Call
from transferkit import __version__
from transferkit.config import read_yaml
from transferkit.data import read
from transferkit.model import load


def rows_file(folder: Path, rows: list[tuple[str, ...]], name: str = "rows.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_fit_prints_the_table_and_where_the_report_is(
    call: Call, tiny_model: Path, small_file: Path, tmp_path: Path
) -> None:
    where = ["--model", tiny_model, "--output-dir", tmp_path / "run", "--cache-dir", tmp_path, "--offline"]
    ended = call("fit", small_file, *where, "--routes", "full", "--set", "full.epochs=1", "--folds", 0, "--quiet")
    assert ended.code == 0, ended.err
    assert "accuracy" in ended.out and "full" in ended.out and "listed in the report" in ended.out
    assert str(tmp_path / "run" / "report.html") in ended.out
    assert (tmp_path / "run" / "report.html").stat().st_size > 1000
    assert read_yaml(tmp_path / "run" / "config.yaml")["routes"][0]["options"] == {"epochs": 1}
    again = call("fit", small_file, *where, "--routes", "full")
    assert (again.code, again.out) == (2, "")
    assert "already holds a run" in again.error and "--resume" in again.error
    resumed = call("fit", "--resume", "--output-dir", tmp_path / "run", "--quiet")
    assert resumed.code == 0, resumed.err


def test_a_dry_run_trains_nothing(call: Call, tiny_model: Path, small_file: Path, tmp_path: Path) -> None:
    where = ["--model", tiny_model, "--output-dir", tmp_path / "run", "--cache-dir", tmp_path / "cache"]
    words = ["--routes", "feature_transfer,full,top_layers", "--set", "full.epochs=3", "--offline"]
    ended = call("fit", small_file, *where, *words, "--dry-run")
    assert ended.code == 0, ended.err
    assert "60 rows to cross-validate in 5 parts" in ended.out
    assert all(name in ended.out for name in ("feature_transfer", "epochs=3", "top_layers", "GB", "truncation"))
    assert not (tmp_path / "run").exists() and not (tmp_path / "cache" / "activations").exists()


def test_a_run_with_weights_says_so_and_goes_on_with_the_same_ones_only(
    call: Call, tiny_model: Path, small_file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lines = [tuple(line) for line in csv.reader(small_file.read_text(encoding="utf-8").splitlines())][1:]
    weighed = [("text", "label", "w"), *((*line, str(i % 3)) for i, line in enumerate(lines))]
    file, run = rows_file(tmp_path, weighed), tmp_path / "run"
    where = ["--model", tiny_model, "--output-dir", run, "--cache-dir", tmp_path / "cache", "--offline"]
    with caplog.at_level(logging.INFO, "transferkit"):
        ended = call("fit", file, *where, "--weight", "w", "--routes", "baseline", "--folds", 0)
    assert ended.code == 0, ended.err
    assert "20 rows have the weight 0" in caplog.text
    written = json.loads((run / "run.json").read_text(encoding="utf-8"))
    assert written["config"]["data"]["weight"] == "w" == written["data"]["overview"]["columns"]["weight"]
    assert written["data"]["columns"] == {"text": "text", "label": "label"}
    assert "weights" in [finding["kind"] for finding in written["data"]["audit"]["findings"]]
    assert read_yaml(run / "config.yaml")["data"]["weight"] == "w"
    rows_file(tmp_path, [weighed[0], *((text, label, str((i + 1) % 3)) for i, (text, label) in enumerate(lines))])
    resumed = call("fit", "--resume", "--output-dir", run, "--quiet")
    assert resumed.code == 2 and "rows" in resumed.error
    looked = call("look", file, "--weight", "w")
    assert looked.code == 0 and "weight from 'w'" in looked.out


def test_predict_keeps_rows_in_order_and_empty_ones_without_label(call: Call, finished: Path, tmp_path: Path) -> None:
    file = rows_file(tmp_path, [("id", "text"), ("1", "the film was good"), ("2", " "), ("3", "a bad meal")])
    ended = call("predict", finished, file, "--batch-size", 2)
    assert ended.code == 0, ended.err
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert lines[1] == {"id": "2", "text": " ", "label": None, "probability": None}
    assert [list(line) for line in lines] == [["id", "text", "label", "probability"]] * 3
    assert [line["label"] for line in lines[::2]] == load(finished).predict(["the film was good", "a bad meal"])


def test_predict_writes_csv_with_every_probability(call: Call, finished: Path, tmp_path: Path) -> None:
    file = rows_file(tmp_path, [("review",), ("the film was good",), ("",), ("poor play",)])
    out = tmp_path / "out.csv"
    words = ["--route", "feature_transfer", "--text", "review", "--output", out, "--probabilities"]
    ended = call("predict", finished, file, *words)
    assert (ended.code, ended.out) == (0, ""), ended.err
    with out.open(newline="") as found:
        rows = list(csv.DictReader(found))
    assert list(rows[0]) == ["review", "label", "probability", "probability_bad", "probability_good"]
    expected = load(finished, "feature_transfer").predict_proba(["the film was good", "poor play"])
    assert [float(rows[0][f"probability_{label}"]) for label in ("bad", "good")] == pytest.approx(expected[0], abs=1e-5)
    assert float(rows[2]["probability_good"]) == pytest.approx(expected[1, 1], abs=1e-5)
    assert rows[1]["label"] == "" and list(tmp_path.glob("*.partial")) == []


def test_predictions_do_not_depend_on_the_batch_size(call: Call, finished: Path, small_file: Path) -> None:
    answers = [call("predict", finished, small_file, "--batch-size", size, "--quiet").out for size in (7, 1000)]
    labels = [[json.loads(line)["predicted_label"] for line in out.splitlines()] for out in answers]
    assert labels[0] == labels[1] and len(labels[0]) == 60


def test_predict_takes_one_model_as_well_as_a_run(call: Call, finished: Path, small_file: Path) -> None:
    by_run = call("predict", finished, small_file, "--route", "baseline")
    by_model = call("predict", finished / "models" / "baseline", small_file)
    assert by_run.out == by_model.out != ""


def test_evaluate_agrees_with_counting(call: Call, finished: Path, tmp_path: Path) -> None:
    texts = ["the film was good", "a bad meal", "superb song", "dull talk"]
    answers = load(finished).predict(texts)
    wrong = {"good": "bad", "bad": "good"}
    labels = [*answers[:3], wrong[answers[3]]]
    file = rows_file(tmp_path, [("text", "label"), *zip(texts, labels, strict=True), ("unlabelled", "")])
    ended = call("evaluate", finished, file, "--output", tmp_path / "scores.json")
    assert ended.code == 0, ended.err
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert scores["metrics"]["accuracy"]["value"] == 0.75
    assert "0.750" in ended.out and "unlabelled" in ended.out and "4 rows evaluated" in ended.out


def test_evaluate_tells_of_rows_the_model_learned_from(
    call: Call, finished: Path, small_file: Path, tmp_path: Path
) -> None:
    total, tested = len(read(small_file)), len(read(finished / "predictions.csv"))
    for route in ("baseline", "feature_transfer"):  # which have no epochs and learn from all labelled rows
        ended = call("evaluate", finished, small_file, "--route", route)
        assert ended.code == 0, ended.err
        assert f"was trained on {total - tested} rows of these" in ended.out and "was validated on" not in ended.out
    copied = shutil.copytree(finished / "models" / "baseline", tmp_path / "copied")
    assert "of these" not in call("evaluate", copied, small_file).out


def like(finished: Path, folder: Path, answers: dict[str, str], labels: list[str]) -> Path:
    """A run folder as `finished`, its rows in another order, all answers of a route replaced."""
    folder.mkdir()
    (folder / "run.json").write_bytes((finished / "run.json").read_bytes())
    with (finished / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row, label in zip(rows, labels, strict=True):
        row |= {"label": label} | {name: label if how == "right" else "wrong" for name, how in answers.items()}
    with (folder / "predictions.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(reversed(rows))
    return folder


def test_compare_pairs_rows_wherever_they_stand(call: Call, finished: Path, tmp_path: Path) -> None:
    with (finished / "predictions.csv").open(newline="") as file:
        labels = [row["label"] for row in csv.DictReader(file)]
    right = like(finished, tmp_path / "right", {"baseline": "right", "feature_transfer": "right"}, labels)
    wrong = like(finished, tmp_path / "wrong", {"baseline": "wrong", "feature_transfer": "right"}, labels)
    ended = call("compare", right, wrong)
    assert ended.code == 0, ended.err
    # All 6 rows discordant: p = 2 / 2^6, by Holm times 2: of the two routes, of which one is best against best.
    line = next(line for line in ended.out.splitlines() if line.startswith("baseline "))
    assert "-1.000 not significant (p = 0.062)" in line
    assert "the same 6 rows" in ended.out


def test_compare_does_not_test_on_other_rows(call: Call, finished: Path, tmp_path: Path) -> None:
    with (finished / "predictions.csv").open(newline="") as file:
        labels = [row["label"] for row in csv.DictReader(file)]
    other = like(finished, tmp_path / "other", {"baseline": "right"}, ["good"] * len(labels))
    ended = call("compare", finished, other)
    assert ended.code == 0 and "cannot be compared" in ended.out and "significant" not in ended.out


def test_runs_of_two_tasks_are_not_put_side_by_side(call: Call, finished: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    run = json.loads((finished / "run.json").read_text())
    run["task"] |= {"name": "summarization"}
    (other / "run.json").write_text(json.dumps(run))
    lines = (finished / "predictions.csv").read_text().splitlines()
    (other / "predictions.csv").write_text("\n".join([lines[0].replace("label", "summary"), *lines[1:]]))
    ended = call("compare", finished, other)
    assert (ended.code, ended.out) == (2, "")
    assert "another task, text-classification and summarization" in ended.error


def test_a_run_is_not_compared_with_itself_and_an_empty_folder_is_no_run(
    call: Call, finished: Path, tmp_path: Path
) -> None:
    same = call("compare", finished, finished.parent / "." / finished.name)
    assert same.code == 2 and "are one run; name two runs to compare" in same.error
    (tmp_path / "empty").mkdir()
    ended = call("compare", finished, tmp_path / "empty")
    assert "no run in" in ended.error and "it is empty" in ended.error and "--resume" not in ended.error


def test_a_model_is_not_compared_but_its_run_named(call: Call, finished: Path) -> None:
    ended = call("compare", finished / "models" / "baseline", finished)
    assert f"name the run that it is of, {finished}" in ended.error


ENGLISH_WORDS = re.compile(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}")


def test_what_is_found_is_said_in_chinese_too(
    call: Call, finished: Path, tiny_model: Path, small_file: Path, tmp_path: Path
) -> None:
    where = ["--model", tiny_model, "--output-dir", tmp_path / "run", "--cache-dir", tmp_path / "cache", "--offline"]
    copy = shutil.copytree(finished, tmp_path / "copy")
    said = {
        "取自 'text'（按列名）": ["look", small_file],
        "评测了 60 行": ["evaluate", finished, small_file],
        "二者在相同的 6 行上评测": ["compare", finished, copy],
        "没有训练任何模型": ["fit", small_file, *where, "--routes", "feature_transfer", "--dry-run"],
    }
    for words, command in said.items():
        ended = call(*command, "--language", "zh")
        assert ended.code == 0, ended.err
        printed = "\n".join(line for line in ended.out.splitlines() if not line.startswith("第 "))  # no row of the user
        assert words in printed and not ENGLISH_WORDS.search(printed), printed
        assert words not in call(*command).out
    for command in (["look", small_file], ["compare", finished, copy]):
        ended = call(*command, "--language", "xx")
        assert ended.code == 2 and "zh" in ended.error and ended.out == ""


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_nothing_that_is_read_is_written_over(call: Call, finished: Path, tmp_path: Path, command: str) -> None:
    suffix = ".csv" if command == "predict" else ".json"
    file = rows_file(tmp_path, [("text", "label"), ("the film was good", "good"), ("a bad meal", "bad")])
    (tmp_path / "folder.json").mkdir()
    run = finished / ("run.json" if command == "evaluate" else "leaderboard.csv")
    before = file.read_bytes(), run.read_bytes()
    (tmp_path / f"link{suffix}").symlink_to(file)
    for name, said in (
        (tmp_path / f"link{suffix}", "this is the file that is read"),
        (run, "there is such a file"),
        (tmp_path / "scores.txt", f"ending in {'.csv, .jsonl, .parquet,' if command == 'predict' else suffix}"),
        (tmp_path / "none" / f"scores{suffix}", "there is no folder"),
    ):
        ended = call(command, finished, file, "--output", name)
        assert (ended.code, ended.out) == (2, "") and said in ended.error, ended.err
    assert (file.read_bytes(), run.read_bytes()) == before


def test_predict_tells_of_bytes_that_are_no_text(
    call: Call, finished: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "latin.csv"
    file.write_bytes("text\na café here\nplain\nanother café\n".encode("latin-1"))
    assert "looks like cp125" in call("predict", finished, file, "--encoding", "utf-8").err
    file.write_bytes(file.read_bytes() + b"plain\n" * 60)
    caplog.clear()
    assert call("predict", finished, file, "--batch-size", 1).code == 0
    assert caplog.text.count("signs that could not be read in 2 rows") == caplog.text.count("could not be read") == 1


def test_the_version(call: Call) -> None:
    assert call("--version").out.strip() == __version__


def test_the_catalogue_is_listed(call: Call, tmp_path: Path) -> None:
    assert "all-MiniLM-L6-v2" in call("models", "--cache-dir", tmp_path).out
    assert "trec" in call("datasets", "--cache-dir", tmp_path).out


@pytest.mark.parametrize(("name", "words"), [("nonesuch", "found nothing there"), ("rows.csv", "found a file")])
def test_a_cache_that_is_none_is_not_empty(call: Call, tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "rows.csv").write_text("text,label\na,b\n")
    for command in (["cache"], ["cache", "--empty"]):
        ended = call(*command, "--cache-dir", tmp_path / name)
        assert ended.code == 2 and words in ended.error, ended.err
    ended = call("fit", tmp_path / "rows.csv", "--cache-dir", tmp_path / "rows.csv")
    assert ended.code == 2 and "cache_dir: expected a folder, which may be new, found a file" in ended.error
