"""Mistakes, row numbers, formats and names."""

import numpy as np

from transferkit import locales
from transferkit.evaluation.results import RunResult
from transferkit.report.facts import flat
from transferkit.report.formats import megabytes, percent, score, seconds
from transferkit.report.mistakes import clipped, confused_pairs, missed_by_all, mistakes
from transferkit.report.naming import data_name
from transferkit.report.rows import row_numbers


def test_mistakes_are_all_there_the_most_confident_first(run: RunResult) -> None:
    route = run.route("tf-idf")
    listed = mistakes(run, route)
    found, counts = listed.rows, route.scores.confusion
    assert len(found) == listed.count == counts.sum() - counts.trace() > 12
    assert all(mistake.true != mistake.predicted for mistake in found)
    confidences = [mistake.measure for mistake in found]
    assert confidences == sorted(confidences, reverse=True)
    position = run.splits.test.numbers.tolist().index(found[0].number)
    assert run.splits.test["text"][position] == found[0].text
    assert run.task.labels[int(route.outputs[position].argmax())] == found[0].predicted


def test_rows_missed_by_all(run: RunResult) -> None:
    truth = np.array(run.task.references(run.splits.test))
    wrong = np.all([route.outputs.argmax(axis=1) != truth for route in run.routes], axis=0)
    found = missed_by_all(run)
    assert found.count == wrong.sum() > 0
    assert {row.number for row in found.rows} == set(run.splits.test.numbers[wrong].tolist())


def test_confused_pairs_leave_out_the_diagonal(run: RunResult) -> None:
    pairs = confused_pairs(run, run.route("tf-idf"))
    assert pairs and all(true != predicted for true, predicted, _ in pairs)
    assert [count for _, _, count in pairs] == sorted((count for _, _, count in pairs), reverse=True)


def test_row_numbers_join_runs() -> None:
    assert row_numbers([9, 3, 12, 13, 14, 3]).first == "3, 9, 12–14"
    many = row_numbers(range(1, 100, 2))
    assert many.count == 50 and many.first.endswith("23") and many.rest.startswith("25") and many.rest.endswith("99")


def test_formats() -> None:
    assert [percent(share) for share in (0.664, 0.0968, 0.0001, 0)] == ["66%", "9.7%", "0.01%", "0%"]
    assert [seconds(value, locales.get("en")) for value in (0.9, 96, 200, 9000)] == [
        "0.9 s",
        "96 s",
        "3.3 min",
        "2.5 h",
    ]
    assert megabytes(90_900_000) == "91 MB" and score(0.95) == "0.950"
    assert clipped("a" * 400, 10) == "aaaaaaaaaa … (400 characters)"


def test_names_and_nested_settings() -> None:
    assert [data_name(path) for path in ("trec", "/a/mail.train.csv.gz", "org/name", ".hidden", "mail/train.csv")] == [
        "trec",
        "mail",
        "name",
        ".hidden",
        "mail",
    ]
    assert flat({"a": {"b": 1, "c": None}, "d": [1, 2], "e": [{"f": 3}], "g": "", "h": 3.047435760498047}) == [
        ("a.b", "1"),
        ("d", "1, 2"),
        ("e.1.f", "3"),
        ("h", "3.04744"),
    ]
