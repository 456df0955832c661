"""What the places of entities count, and Korean particles behind them."""

from itertools import pairwise
from typing import Any

import pytest

from transferkit import tasks
from transferkit.config import DataConfig
from transferkit.data import read
from transferkit.data.cleaning import Cleaned, clean
from transferkit.data.preparation import look, prepare
from transferkit.errors import DataError
from transferkit.language.particles import cuts
from transferkit.language.parting import learned

NER = tasks.get("ner")
TEXTS = ["王小明😀在北京工作", "昨天李雷去了上海。", "Ada Lovelace lived in Köln .", "他在厦门"]
ENTITIES = [
    [("王小明", "PER"), ("北京", "LOC")],
    [("李雷", "PER"), ("上海", "LOC")],
    [("Köln", "LOC")],
    [("厦门", "LOC")],
]
TAGS = ["BIIOOBIOO", "OOBIOOBIO", "OOOOBO", "OOBI"]


def cleaned(source: Any) -> Cleaned:
    return clean(read(source), NER, {}, "")


def begun(rows: Any) -> list[str]:
    return ["".join(tag[0] for tag in tags) for tags in rows["tags"]]


def size(text: str, unit: str) -> int:
    return {
        "characters": len(text),
        "bytes": len(text.encode()),
        "utf-16": len(text.encode("utf-16-le")) // 2,
        "words": len(text.split()),
    }[unit]


def marks(
    text: str, entities: list[tuple[str, str]], unit: str, base: int, inclusive: bool
) -> list[tuple[int, int, str, str]]:
    found = []
    for surface, kind in entities:
        at = text.index(surface)
        start, end = size(text[:at], unit), size(text[: at + len(surface)], unit)
        found.append((start + base, end + base - inclusive, kind, surface))
    return found


def table(unit: str, base: int, inclusive: bool, said: bool = True) -> list[dict[str, Any]]:
    def entity(start: int, end: int, kind: str, surface: str) -> dict[str, Any]:
        return {"start_idx": start, "end_idx": end, "type": kind} | ({"entity": surface} if said else {})

    return [
        {"text": text, "entities": [entity(*each) for each in marks(text, entities, unit, base, inclusive)]}
        for text, entities in zip(TEXTS, ENTITIES, strict=True)
    ]


@pytest.mark.parametrize("unit", ["characters", "bytes", "utf-16"])
@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("inclusive", [False, True])
def test_the_text_of_entities_tells_what_places_count(unit: str, base: int, inclusive: bool) -> None:
    found = cleaned(table(unit, base, inclusive))
    assert begun(found.rows) == TAGS
    usual = (unit, base, inclusive) == ("characters", 0, False)
    assert [each.kind for each in found.findings] == ([] if usual else ["places"])
    if not usual:
        [finding] = found.findings
        assert "the texts of 6 of 6 entities are at their places" in finding.action
        assert f"from {base}, the end is the {'last one' if inclusive else 'one after the last'}" in finding.message


@pytest.mark.parametrize("inclusive", [False, True])
def test_places_that_count_words(inclusive: bool) -> None:
    text = "Ada Lovelace lived in Paris , France ."
    entity = {"start": 0, "end": 2 - inclusive, "type": "PER", "text": "Ada Lovelace"}
    [finding] = (found := cleaned([{"text": text, "entities": [entity]}] * 3)).findings
    assert begun(found.rows) == ["BIOOOOOO"] * 3 and "places count words from 0" in finding.message


@pytest.mark.parametrize("inclusive", [False, True])
def test_places_in_lists_of_words(inclusive: bool) -> None:
    rows = [
        {
            "tokens": ["Ada", "Lovelace", "in", "New", "York"],
            "entities": [{"type": "P", "start": 0, "end": 2 - inclusive}],
        },
        {"tokens": ["in", "Rome"], "entities": [{"type": "L", "start": 1, "end": 2 - inclusive}]},
    ]
    found = cleaned(rows)
    assert found.rows["text"] == ["Ada Lovelace in New York", "in Rome"] and begun(found.rows) == ["BIOOO", "OB"]
    assert [each.kind for each in found.findings] == ["places"]


def test_a_text_that_stands_nowhere_is_shown() -> None:
    rows = [{"text": "我在北京", "entities": [{"start": 0, "end": 2, "type": "LOC", "text": "上海"}]}] * 3
    with pytest.raises(DataError, match="such as row 1: '我在' is at the place of '上海'"):
        cleaned(rows)


def test_words_tell_what_places_count_where_no_text_does() -> None:
    rows = [{"text": f"“Zoë” met {name} in Köln yesterday", "label": []} for name in ("Ada", "Bob", "Cleo")]
    for row in rows:
        before = row["text"].index("Köln")
        start = len(row["text"][:before].encode())
        row["label"] = [[start, start + len("Köln".encode()), "LOC"]]
    found = cleaned(rows)
    assert all(tags[-2].startswith("B") and tags.count("O") == len(tags) - 1 for tags in found.rows["tags"])
    assert [each.kind for each in found.findings] == ["places"]


@pytest.mark.parametrize("shift", [0, 1])
def test_blanks_and_a_few_cut_words_are_no_reason_to_read_otherwise(shift: int) -> None:
    texts = [f"{name}, from “Rome ” came" for name in ("Ada", "Bob", "Cleo", "Dora", "Emma", "Fay")] * 4
    rows = [{"text": text, "label": [[text.index("Rome"), text.index("Rome") + 5, "L"]]} for text in texts]
    for row in rows[:2]:
        row["label"] = [[0, 2 + shift, "P"]]
    found = cleaned(rows)
    assert "places" not in {each.kind for each in found.findings}
    assert len(found.rows) == len(rows) - sum(row["text"][2 + shift].isalpha() for row in rows[:2])


def test_chinese_bytes_without_texts_are_read_as_such_and_said() -> None:
    found = cleaned(table("bytes", 0, False, said=False))
    assert begun(found.rows) == TAGS and "places count bytes of UTF-8 from 0" in found.findings[0].message


@pytest.mark.parametrize(
    ("row", "kinds"),
    [
        ({"text": "我在北京😀，上海", "label": [[2, 4, "L"]]}, []),
        ({"text": "我在😀北京，上海", "label": [[3, 5, "L"]]}, ["unproven-places"]),
        ({"text": "I am in 😀 Rome", "label": [[10, 14, "L"]]}, []),
        ({"text": "我在北京，上海", "label": [[3, 5, "L"]]}, ["mark-ends"]),
        ({"text": "我在北京，上海", "label": [{"start_idx": 2, "end_idx": 4, "type": "L"}]}, ["unproven-places"]),
        ({"text": "我在北京，上海", "label": [{"start": 2, "end": 4, "type": "L"}]}, []),
        ({"text": "Yahoo! and U.S.", "label": [[0, 6, "O"], [11, 15, "L"]]}, []),
    ],
)
def test_what_may_be_shifted_is_a_finding(row: dict[str, Any], kinds: list[str]) -> None:
    found = cleaned([row] * 3).findings
    assert [each.kind for each in found if each.severity == "warning"] == kinds


def test_what_nothing_proves_shows_its_first_entities() -> None:
    def told(text: str, *marks: list[Any]) -> list[str]:
        rows = [{"text": text, "label": list(marks)}] * 3
        return [each.message for each in cleaned(rows).findings if each.severity == "info"]

    [message] = told("我在北京，上海", [2, 4, "L"])
    assert message.endswith("as is usual: '北京' L, '北京' L, '北京' L")
    assert told("北京和上海", [0, 2, "L"], [3, 5, "L"]) == []  # at both ends of the text: no other count fits
    assert told("I am in Rome", [8, 12, "L"]) == []


def test_single_signs_with_the_same_start_and_end_are_refused_with_what_to_do() -> None:
    rows = [{"text": "他在京", "entities": [{"start_idx": 2, "end_idx": 2, "type": "LOC"}]}]
    with pytest.raises(DataError, match=r"found 'LOC' from 2 to 2; .* is known where the text of every entity is"):
        cleaned(rows)


def test_test_rows_are_read_as_those_to_learn_from() -> None:
    rows = table("bytes", 0, True)
    bare = table("bytes", 0, True, said=False)[:2]
    for row in bare:
        row["text"] += "吗"
    made = prepare({"train": read(rows), "test": read(bare)}, DataConfig(path="-", validation_size=0), NER, 0)
    assert begun(made.test) == [TAGS[0] + "O", TAGS[1] + "O"]
    assert [each.action for each in made.audit.of("places")][1] == "read so; so are those of the rows to learn from"


@pytest.mark.parametrize(
    ("entity", "mark"),
    [
        ({"begin": 2, "end": 4, "type": "L"}, [2, 4]),
        ({"BeginOffset": 2, "EndOffset": 4, "Type": "L", "Text": "北京"}, [2, 4]),
        ({"startOffset": 2, "endOffset": 4, "label": "L"}, [2, 4]),
        ({"offset": 2, "length": 2, "type": "L"}, [2, 4]),
        ({"pos": [2, 4], "type": "L", "name": "北京"}, [2, 4]),
        ({"offsets": [[2, 4]], "type": "L", "text": ["北京"]}, [2, 4]),
        ({"entity_index": {"begin": 2, "end": 4}, "entity_type": "L", "entity": "北京"}, [2, 4]),
    ],
)
def test_names_of_places(entity: dict[str, Any], mark: list[int]) -> None:
    assert begun(cleaned([{"text": "我在北京", "entities": [entity]}]).rows) == ["OOBI"]


KOREAN = [
    ("그는 서울에서 산다.", ["서울"]),
    ("홍길동은 NBA를 본다.", ["홍길동", "NBA"]),
    ("정부는 부산까지만 갔다.", ["부산"]),
    ("나는 대전 사람이다.", ["대전"]),
]


def korean(cut: int = 0) -> list[dict[str, Any]]:
    return [
        {"text": text, "entities": [[text.index(name), text.index(name) + len(name) - cut, "N"] for name in names]}
        for text, names in KOREAN
    ]


def test_korean_particles_are_words_of_their_own() -> None:
    found = cleaned(korean())
    assert found.rows["text"][0] == "그 는 서울 에서 산다 ." and begun(found.rows)[0] == "OOBOOO"
    assert found.rows["text"][2] == "정부 는 부산 까지 만 갔다 ." and begun(found.rows)[2] == "OOBOOOO"
    [finding] = found.findings
    assert finding.kind == "particles" and finding.rows == (1, 2, 3)
    parting = learned(found.rows["text"])
    text = "오늘 제주에서는 비가 왔다."
    assert [text[a:b] for a, b in parting.places(text)] == ["오늘", "제주", "에서", "는", "비", "가", "왔다", "."]


def test_shifted_places_in_korean_are_refused() -> None:
    with pytest.raises(DataError, match=r"an entity that begins or ends inside of a word .* such as row 1: '서' in"):
        cleaned(korean(cut=1))


def test_entities_within_words_whose_texts_confirm_them_are_left_out_and_said() -> None:
    texts = ["그는 서울시를 봤다", "그는 부산시를 봤다", "그는 미국에 갔다"]
    rows = [{"text": text, "entities": [{"start": 3, "end": 5, "type": "N", "text": text[3:5]}]} for text in texts]
    found = cleaned(rows)
    assert found.rows["text"] == ["그 는 미국 에 갔다"]
    assert [each.rows for each in found.findings if each.kind == "parted-words"] == [(1, 2)]


@pytest.mark.parametrize(
    "texts",
    [["그는 서울에서 산다 .", "이 도시는 크다"], ["정부 는 서울에서 이"], ["Ada is here ."], ["他 在 北 京 。"]],
)
def test_other_texts_are_not_parted_before_particles(texts: list[str]) -> None:
    assert not learned(texts).particles


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("서울에서는", "서울 에서 는"),
        ("나이가", "나이 가"),
        ("손으로", "손 으로"),
        ("으로", "으로"),
        ("이나", "이나"),
        ("2020년에", "2020년 에"),
        ("간다", "간다"),
        ("나라", "나라"),
        ("北京은", "北京 은"),
        ("cat", "cat"),
    ],
)
def test_particles(word: str, parts: str) -> None:
    ends = [0, *cuts(word), len(word)]
    assert [word[a:b] for a, b in pairwise(ends)] == parts.split()


def test_the_reading_stands_in_the_overview() -> None:
    assert "places: places count bytes" in str(
        look({"all": read(table("bytes", 0, False))}, DataConfig(path="-"), NER, 0)
    )
