"""Why a column is read as what it is read as."""

import pytest

import transferkit

TEXTS = ["a good film", "a bad film", "a fine one", "a poor one"]
LABELS = ["x", "y", "x", "y"]


@pytest.mark.parametrize(
    ("columns", "named", "expected"),
    [
        ({"text": TEXTS, "label": LABELS}, {}, {"text": "by its name", "label": "by its name"}),
        (
            {"内容": TEXTS, "类别": LABELS, "评论": ["ok"] * 4, "rating": [1, 2, 3, 4]},
            {"label": "类别"},
            {"text": "by its name; '评论' could be it too", "label": "named"},
        ),
        (
            {"premise": TEXTS, "hypothesis": TEXTS, "label": LABELS},
            {},
            {"text": "by its name", "text_pair": "by its name", "label": "by its name"},
        ),
        ({"a": TEXTS, "b": TEXTS, "y": LABELS}, {"text": "a,b"}, {"text": "named", "label": "by its name"}),
    ],
)
def test_named_by_name_and_rivals(columns: dict[str, list[object]], named: dict[str, str], expected: object) -> None:
    found = transferkit.look(columns, **named)  # type: ignore[arg-type]
    assert found.reasons == expected


def test_a_column_of_another_name_was_taken_for_what_it_holds() -> None:
    texts = [f"{text}, number {i} of all" for i, text in enumerate(TEXTS * 5)]
    found = transferkit.look({"Meinung": texts, "label": LABELS * 5})
    assert found.reasons == {"text": "by its content", "label": "by its name"}


def test_the_reason_is_said_with_the_column() -> None:
    found = transferkit.look({"text": TEXTS, "label": LABELS, "body": TEXTS})
    assert "columns: text from 'text' (by its name; 'body' could be it too), label from 'label' (by its name)" in str(
        found
    )
