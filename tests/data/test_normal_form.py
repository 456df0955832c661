"""When two texts are the same."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from transferkit.data import read
from transferkit.data.content import keys
from transferkit.kinds.text import normalised
from transferkit.tasks import get

TASK = get("text-classification")


def test_case_blanks_and_unicode_form_do_not_matter() -> None:
    assert normalised("  Stra\u00dfe\tNo\u00a01\n") == normalised("STRASSE no 1")
    assert normalised("\ufb01ne caf\u00e9") == normalised("Fine cafe\u0301")
    assert normalised("a b") != normalised("ab")


def test_every_blank_is_one() -> None:
    blanks = [chr(point) for point in range(0x110000) if chr(point).isspace()]
    assert {normalised(f"a{blank}b") for blank in blanks} == {"a b"}
    assert {normalised(f"{blank}a  b{blank}") for blank in blanks} == {"a b"}


@given(st.text())
def test_normal_form_is_stable(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@given(st.text(st.sampled_from("a\uff21\uff0c,\uff01\u3000 \uff1a\u0338\u0301<\uff1c\u4e2d\u00df")))
def test_normal_form_is_unicodes(text: str) -> None:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    assert normalised(text) == " ".join(folded.lower().split())


def test_pairs_do_not_run_into_each_other() -> None:
    first, second = keys(read({"text": ["a b", "a"], "text_pair": ["c", "b c"], "label": [1, 2]}), TASK)
    assert first != second
