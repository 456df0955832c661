"""YAML is read as its writer means it, and what grows beyond reason is refused."""

from typing import Any

import pytest

from transferkit import plain_yaml

MEANT = {
    "no": "no",
    "010": 10,
    "1:30": "1:30",
    "2020-01-01": "2020-01-01",
    "2e-5": 2e-5,
    "1_000": 1000,
    "0x1f": 31,
    "true": True,
    "~": None,
    "\ufeffa: 1": {"a": 1},
    "a: &x [1]\nb: *x": {"a": [1], "b": [1]},
    "a: &x {b: 1}\nc:\n  <<: *x\n  d: 2": {"a": {"b": 1}, "c": {"b": 1, "d": 2}},
}


@pytest.mark.parametrize(("text", "value"), MEANT.items())
def test_plain_values(text: str, value: Any) -> None:
    found = plain_yaml.read(text)
    assert found == value and type(found) is type(value)


REFUSED = {
    "a: 1\na: 2": "line 2: the key 'a' was given before",
    "1: x": "line 1: expected names as keys, found '1'",
    "a: !!python/object:os.system x": "found the tag",
    "a: !!int x": "found the tag",
    "--- a\n--- b": "found another document",
    "&a [*a]": "at most 10,000 values",
    "[" * 3_000: "at most 20 lists and mappings",
    "a: " + "9" * 5_000: "at most 400 digits",
    "#" * 300_000: "at most 262,144 characters",
    "a: [x]\n" * 5_000: "at most 10,000 values",
}


@pytest.mark.parametrize(("text", "said"), REFUSED.items(), ids=lambda text: text[:20])
def test_what_is_no_plain_document(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        plain_yaml.read(text)


def test_anchors_that_multiply_are_counted() -> None:
    rows = ["a0: &a0 [x, x, x, x]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 8)}]" for i in range(1, 12))]
    with pytest.raises(ValueError, match="every use of an anchor counted"):
        plain_yaml.read("\n".join(rows))


def test_what_is_written_reads_back() -> None:
    texts = ["no", "010", "2e-5", "0o7", "", "null", "1:30", "<<", "a: b", "é\n\nq", "true", ".inf", "~"]
    assert plain_yaml.read(plain_yaml.written({"texts": texts, "1": 1e-5})) == {"texts": texts, "1": 1e-5}
