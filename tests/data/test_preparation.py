"""Raw tables -> disjoint, audited splits."""

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from transferkit.config import DataConfig
from transferkit.data import Rows, Splits, fingerprints, naive_split, prepare, read
from transferkit.data.content import keys
from transferkit.errors import DataError
from transferkit.tasks import get

TASK = get("text-classification")
WORDS = [chr(97 + i) * 2 + "mber" for i in range(16)]
LONG = (
    "the quick survey of the river valley was finished in the spring of that year by a team of four people from town "
    "who had walked every mile of both banks and drawn each bend, ford and bridge on one large sheet of paper"
)


def config(**values: Any) -> DataConfig:
    return DataConfig(**{"path": "x", "folds": 0, **values})


def texts(count: int, offset: int = 0) -> list[str]:
    """Texts that are not near-duplicates of each other."""
    numbers = range(offset, offset + count)
    return [" ".join(WORDS[(n // 16**k) % 16] for k in range(4)) + f" {n:x}" for n in numbers]


def table(count: int = 40, offset: int = 0, labels: str = "ab") -> Rows:
    return read({"text": texts(count, offset), "label": [labels[i % len(labels)] for i in range(count)]})


def of(found: Sequence[str], labels: Sequence[Any]) -> Rows:
    return read({"text": list(found), "label": list(labels)})


def kinds(splits: Splits) -> set[str]:
    return {finding.kind for finding in splits.audit.findings}


def run(rows: Rows | dict[str, Rows], **values: Any) -> Splits:
    return prepare(rows if isinstance(rows, dict) else {"all": rows}, config(**values), TASK, seed=0)


def test_made_splits_have_the_asked_for_sizes_and_cover_all() -> None:
    splits = run(table(200), test_size=31, validation_size=0.1)
    assert [len(splits.test), len(splits.validation), len(splits.train)] == [31, 17, 152]
    numbers = [*splits.train.numbers, *splits.validation.numbers, *splits.test.numbers]
    assert sorted(numbers) == list(range(1, 201))
    assert splits.columns == {"text": "text", "label": "label"}
    assert splits.audit.counts["splits"] == {"train": 152, "validation": 17, "test": 31}
    assert splits.audit.counts["classes"]["a"]["test"] + splits.audit.counts["classes"]["b"]["test"] == 31


def test_no_validation_if_not_wanted() -> None:
    splits = run(table(), validation_size=0)
    assert len(splits.validation) == 0
    assert list(splits.validation.columns) == list(splits.train.columns)


def test_copies_go_before_the_test_rows_are_counted() -> None:
    unique = texts(100)
    copies = [text.upper() + "  " for text in unique]
    splits = run(of(unique + copies, ["a", "b"] * 100), test_size=50)
    assert len(splits.test) == 50
    all_keys = [key for rows in (splits.train, splits.validation, splits.test) for key in keys(rows, TASK)]
    assert len(all_keys) == len(set(all_keys)) == 100
    (finding,) = splits.audit.of("duplicates")
    assert finding.rows == tuple(range(101, 201))
    assert "100 of 200 rows repeat" in finding.message
    assert "rows 101, 102, 103, 104, 105 and 95 more" in finding.message
    assert finding.action == "removed, the first is kept"


def test_conflicts_majority_wins_and_ties_go() -> None:
    rows = of(["same", "same", "SAME", "tie", "tie", *texts(40)], ["a", "b", "b", "a", "b", *"ab" * 20])
    splits = run(rows)
    kept = {
        text: label
        for part in (splits.train, splits.validation, splits.test)
        for text, label in zip(part["text"], part["label"], strict=True)
    }
    assert kept["same"] == "b"
    assert "tie" not in kept
    (finding,) = splits.audit.of("label-conflicts")
    assert finding.rows == (1, 2, 3, 4, 5)
    assert finding.message.startswith("2 texts in 5 rows carry more than one label")
    assert finding.action == "the majority label is kept; 2 rows without a majority dropped"


def test_empty_and_unlabelled_rows_are_set_aside_with_their_numbers() -> None:
    rows = of(["", " \t", "loose", *texts(40)], ["a", None, None, *"ab" * 20])
    splits = run(rows)
    assert splits.audit.of("empty")[0].rows == (1, 2)
    assert splits.audit.of("unlabelled")[0].rows == (3,)
    assert splits.unlabelled is not None
    assert list(splits.unlabelled["text"]) == ["loose"]
    assert splits.audit.counts["findings"]["empty"] == 2


def test_one_row_is_spoken_of_in_the_singular() -> None:
    rows = of(["", "loose", "twice", "twice", "odd \ufffd", *texts(40)], ["a", None, "a", "a", "b", *"ab" * 20])
    found = {finding.kind: finding.message for finding in run(rows).audit.findings}
    assert found["empty"] == "1 row has no text (row 1)"
    assert found["unlabelled"] == "1 row has no label (row 2)"
    assert found["duplicates"] == "1 of 43 rows repeats the text and label of an earlier one (row 4)"
    assert found["encoding"] == "1 row holds signs that could not be read (row 5)"


def test_given_test_is_untouched_and_leaks_leave_train_and_validation() -> None:
    test, train, validation = table(10, 500), table(40), table(10, 900)
    leaky = of([*train["text"], test["text"][0].upper(), LONG], [*train["label"], "a", "b"])
    held = of([*test["text"], LONG + "s", test["text"][1]], [*test["label"], "a", test["label"][1]])
    dev = of([*validation["text"], test["text"][2]], [*validation["label"], "a"])
    splits = run({"train": leaky, "dev": dev, "test": held})
    assert splits.test.numbers.tolist() == list(range(1, 13))
    assert splits.train.numbers.tolist() == list(range(1, 41))
    assert splits.validation.numbers.tolist() == list(range(1, 11))
    train_leak, dev_leak = splits.audit.of("leaks")
    assert (train_leak.rows, train_leak.severity) == ((41,), "fixed")
    assert "1 row of train also appears in test (row of train = row of test: 41 = 1)" in train_leak.message
    assert dev_leak.rows == (11,)
    (near,) = splits.audit.of("near-leaks")
    assert near.rows == (42,)
    assert "42 = 11" in near.message
    assert near.action == "removed from train"
    (copies,) = splits.audit.of("duplicates")
    assert (copies.rows, copies.severity) == ((12,), "info")


def test_leaks_are_kept_on_demand_but_told() -> None:
    test = table(10, 500)
    leaky = of([*texts(20), *test["text"]], [*"ab" * 10, *test["label"]])
    splits = run({"train": leaky, "test": test}, keep_leaks=True, validation_size=0)
    assert len(splits.train) == 30
    (finding,) = splits.audit.of("leaks")
    assert (len(finding.rows), finding.severity) == (10, "warning")
    assert "kept, as asked" in finding.action


def test_a_leak_with_another_label_is_a_conflict() -> None:
    test = table(10, 500)
    leaky = of([*texts(20), test["text"][0]], [*"ab" * 10, "b"])
    (finding,) = run({"train": leaky, "test": test}).audit.of("label-conflicts")
    assert finding.rows == (21,)


def test_train_rows_in_given_validation_leave_train() -> None:
    validation = table(10, 500)
    train = of([*texts(40), *validation["text"]], [*"ab" * 20, *validation["label"]])
    splits = run({"train": train, "validation": validation})
    assert len(splits.validation) == 10
    assert not set(keys(splits.validation, TASK)) & set(keys(splits.train, TASK) + keys(splits.test, TASK))


def test_near_duplicates_across_made_splits_leave_train() -> None:
    rows = of([f"{LONG} {word}" for word in WORDS] + texts(60), ["a"] * 16 + ["b", "c"] * 30)
    splits = run(rows, test_size=20, validation_size=10)
    assert len(splits.test) == 20
    assert kinds(splits) & {"near-leaks"}
    kept = run(rows, test_size=20, validation_size=10, keep_leaks=True)
    assert len(kept.train) == 46 > len(splits.train)


def test_the_last_row_of_a_label_stays_even_if_similar() -> None:
    rows = of([f"{LONG} {word}" for word in WORDS] + texts(60), ["a"] * 16 + ["b", "c"] * 30)
    assert "a" in run(rows, test_size=20, validation_size=10).train["label"]


def test_rare_label_is_trained_on_and_reported() -> None:
    splits = run(of([*texts(40), "only one"], [*"ab" * 20, "rare"]))
    assert "rare" in splits.train["label"]
    (finding,) = splits.audit.of("rare-labels")
    assert finding.rows == (41,)
    assert "'rare' (1 row)" in finding.message


def test_broken_bytes_and_imbalance_are_reported() -> None:
    splits = run(of(["na\ufffdve", *texts(60)], ["a"] * 57 + ["b"] * 4))
    assert splits.audit.of("encoding")[0].rows == (1,)
    (finding,) = splits.audit.of("balance")
    assert finding.severity == "warning"
    assert "largest 'a'" in finding.message


def test_labels_that_differ_in_case_alone_are_told() -> None:
    splits = run(of(texts(60), ["spam"] * 27 + ["Spam"] * 3 + ["ham"] * 30))
    (finding,) = splits.audit.of("alike-labels")
    assert "'spam' / 'Spam'" in finding.message
    rows = zip(splits.train.numbers, splits.train["label"], strict=True)
    assert finding.rows and list(finding.rows) == [number for number, label in rows if label == "Spam"]
    assert not run(of(texts(40), ["a", "b"] * 20)).audit.of("alike-labels")


def test_labels_in_broken_bytes_are_refused() -> None:
    with pytest.raises(DataError, match=r"row 2, column 'label': expected a label in UTF-8, found '\ufffd'; fix the"):
        run(of(texts(40), ["a", "\ufffd"] * 20))


@pytest.mark.parametrize(("task", "cells"), [("text-classification", "ab"), ("text-regression", "12")])
def test_a_header_that_repeats_is_no_row(task: str, cells: str) -> None:
    rows = read({"text": [*texts(20), "text", *texts(20, 20)], "y": [*cells * 10, "y", *cells * 10]})
    splits = prepare({"all": rows}, config(), get(task), 0)
    (finding,) = splits.audit.of("repeated-header")
    assert finding.message == "1 row has the columns' names once more (row 21)"
    assert sum(map(len, (splits.train, splits.validation, splits.test))) == 40


def test_seed_decides_and_nothing_else() -> None:
    assert fingerprints.of(run(table()), TASK) == fingerprints.of(run(table()), TASK)
    assert fingerprints.of(prepare({"all": table()}, config(), TASK, 1), TASK) != fingerprints.of(run(table()), TASK)


@pytest.mark.parametrize("task", ["text-regression", "multi-label-classification", "token-classification"])
def test_another_target_is_another_fingerprint(task: str) -> None:
    def found(odd: Any) -> str:
        target = get(task).target
        usual: list[Any] = {"value": [1.5, 2], "labels": [["a"], ["b"]], "tags": [["O"], ["B-X"]]}[target]
        cells = [*usual * 20, odd[target]]
        rows = read({"text": [f"{n}{chr(97 + n % 26)}" for n in range(41)], target: cells})
        return fingerprints.of(prepare({"all": rows}, config(), get(task), 0), get(task))

    assert found({"value": 1.5, "labels": ["a"], "tags": ["O"]}) != found(
        {"value": 2, "labels": ["b"], "tags": ["B-X"]}
    )


def test_same_splits_in_another_process() -> None:
    program = (
        "from transferkit.config import DataConfig\n"
        "from transferkit.data import fingerprints, prepare, read\n"
        "from transferkit.tasks import get\n"
        "rows = read({'text': [f'{n * n} x {n}' for n in range(60)], 'label': list('abc') * 20})\n"
        "task = get('text-classification')\n"
        "splits = prepare({'all': rows}, DataConfig(path='x', folds=0), task, 0)\n"
        "print(fingerprints.of(splits, task))\n"
    )
    prints = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(prints) == 1


def test_pairs() -> None:
    rows = read({"premise": ["one premise"] * 40, "hypothesis": texts(40), "label": list("ab") * 20})
    splits = run(rows)
    assert splits.columns == {"text": "premise", "text_pair": "hypothesis", "label": "label"}
    assert "duplicates" not in kinds(splits)


def test_naive_split_counts_what_leaks() -> None:
    unique = texts(50)
    rows = of(unique * 4, ["a", "b"] * 100)
    naive = naive_split({"all": rows}, config(test_size=20), TASK, 0)
    assert naive is not None
    train, test, leaked = naive
    assert (len(train), len(test)) == (180, 20)
    seen = set(train["text"])
    assert leaked == pytest.approx(sum(text in seen for text in test["text"]) / 20)
    assert leaked > 0.9


def test_no_naive_split_without_copies_or_with_given_splits() -> None:
    assert naive_split({"all": table()}, config(), TASK, 0) is None
    twice = of(texts(20) * 2, ["a", "b"] * 20)
    assert naive_split({"train": twice, "test": table(4)}, config(), TASK, 0) is None


def test_unlabelled_text_is_disjoint_from_every_split() -> None:
    test = table(10, 500)
    extra = read({"sentence": ["new one", "NEW  one", "", test["text"][0], texts(1)[0], "another"]})
    splits = run({"train": table(40), "test": test, "unlabelled": extra})
    assert splits.unlabelled is not None
    assert list(splits.unlabelled["text"]) == ["new one", "another"]
    assert list(splits.unlabelled["label"]) == [None, None]
    assert splits.audit.counts["unlabelled_kept"] == 2


def test_extra_text_beside_a_single_table_still_makes_splits() -> None:
    splits = run({"all": table(40), "unlabelled": read({"text": ["loose"]})})
    assert len(splits.test) == 4
    assert splits.unlabelled is not None


def pairs(premises: int, hypotheses: int) -> dict[str, list[str]]:
    first = [text for text in texts(premises) for _ in range(hypotheses)]
    second = texts(premises * hypotheses, offset=1000)
    return {"text": first, "text_pair": second, "label": ["abc"[i % 3] for i in range(len(first))]}


def test_pairs_about_one_text_stay_on_one_side() -> None:
    splits = run(read(pairs(40, 3)), test_size=30, validation_size=20)
    parts = [set(part["text"]) for part in (splits.train, splits.validation, splits.test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 40
    assert len(splits.test) == 30 and {"a", "b", "c"} == set(splits.test["label"])


def test_given_rows_about_texts_of_train_are_told() -> None:
    rows = pairs(40, 3)

    def part(start: int, stop: int) -> Rows:
        return read({name: cells[start:stop] for name, cells in rows.items()})

    splits = run({"train": part(0, 91), "test": part(91, 120)}, validation_size=0)
    (finding,) = splits.audit.of("shared-texts")
    assert finding.severity == "warning" and finding.rows == (1, 2) and len(splits.test) == 29
    assert finding.message == "2 rows of test are about a text that train has other rows about (rows 1, 2)"
    assert not run({"train": part(0, 90), "test": part(90, 120)}, validation_size=0).audit.of("shared-texts")
    kept = run({"train": part(0, 91), "test": part(91, 120)}, validation_size=0, keep_leaks=True)
    assert list(kept.audit.of("shared-texts")) == [finding]


def test_pairs_of_a_small_file_too() -> None:
    splits = run(read(pairs(9, 2)), test_size=4, validation_size=0)
    assert len(splits.test) == 4 and not set(splits.test["text"]) & set(splits.train["text"])


def test_one_text_that_many_pairs_share_leaves_the_others_together() -> None:
    rows = pairs(40, 3)
    rows["text"] = ["n/a" if i % 5 == 0 else text for i, text in enumerate(rows["text"])]
    splits = run(read(rows), test_size=30, validation_size=20)
    (finding,) = splits.audit.of("shared-texts")
    assert finding.message == "24 rows share 1 text in column 'text', so many that it counts as a category"
    parts = [set(part["text"]) - {"n/a"} for part in (splits.train, splits.validation, splits.test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 40


def test_a_first_text_that_many_pairs_share_is_a_category() -> None:
    rows = pairs(5, 24)
    splits = run(read(rows), test_size=30, validation_size=20)
    assert len(splits.test) == 30 and len(splits.validation) == 20
    assert set(splits.test["text"]) == set(splits.train["text"]) == set(rows["text"])
    (finding,) = splits.audit.of("shared-texts")
    assert finding.message.startswith("120 rows share 5 texts in column 'text'")
    assert "may be on both sides" in finding.action
    given = {"train": read(rows), "test": read(pairs(5, 2))}
    assert not run(given, validation_size=0).audit.of("shared-texts")  # no split is made


@pytest.mark.parametrize("name", ["test", "dev"])
def test_rows_of_another_split_are_not_learned_from(name: str) -> None:
    with pytest.raises(DataError, match=rf"\(train at least\), found {name}; .*give the file or table to learn from"):
        run({name: table(40)})
    assert len(run({"default": table(40)}).train)


@pytest.mark.parametrize(
    ("one", "other"), [("a1", "a\uff11"), ("0.5", "0.50"), ("2", "\uff12"), ("好评A", "好评\uff21"), ("yes", "Yes")]
)
def test_labels_of_one_file_that_may_be_one_are_said(one: str, other: str) -> None:
    """Versions are written so too, 1.1 and 1.10, so that they are not made one."""
    (finding,) = run(of(texts(40), [one, other] * 20)).audit.of("alike-labels")
    assert repr(one) in finding.message and repr(other) in finding.message
    assert not run(of(texts(40), ["01", "1"] * 20)).audit.of("alike-labels")
