"""Files of words: comments, signs with numbers, words without tags, and sentences by their names."""

import logging
from pathlib import Path
from typing import Any

import pytest

import transferkit
from transferkit import locales, tasks
from transferkit.data import read, stream
from transferkit.data.cleaning import Cleaned, clean
from transferkit.errors import DataError
from transferkit.language.parting import learned
from transferkit.tagging.sentences import given
from transferkit.tagging.word_rows import sentences, whole

KLUE = (
    "## klue-ner-v1_000000_wikitree\t<서울:LC> 간다\n서\tB-LC\n울\tI-LC\n \tO\n간\tO\n다\tO\n\n"
    "## klue-ner-v1_000001_wikitree\t<김:PS> 온다\n김\tB-PS\n \tO\n온\tO\n다\tO\n\n"
)
WEIBO = "科0\tO\n技1\tO\n#0\tO\n全0\tB-PER.NOM\n方1\tI-PER.NOM\n\n#0\tO\n10\tO\n北0\tB-GPE.NAM\n京1\tI-GPE.NAM\n"


def saved(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def cleaned(source: Any) -> Cleaned:
    return clean(read(source), tasks.get("ner"), {}, "")


def tagged(found: Cleaned) -> list[str]:
    pairs = zip(found.rows["text"], found.rows["tags"], strict=True)
    return [" ".join(f"{word}/{tag}" for word, tag in zip(text.split(" "), tags, strict=True)) for text, tags in pairs]


@pytest.mark.parametrize("name", ["a.tsv", "a.txt", "a.conll"])
@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (KLUE, ["서/B-LC 울/I-LC _/O 간/O 다/O", "김/B-PS _/O 온/O 다/O"]),
        (
            "# id\tx-1\n#\tO\nAda\tB-PER\nis\tO\n\n##\tO\n#sxsw\tB-rare\nin\tO\n\n#one\tO\n# a\tO\nis\tO\n",
            ["#/O Ada/B-PER is/O", "##/O #sxsw/B-rare in/O", "#one/O # a/O is/O"],
        ),
        ("# sent_id = 1\n# text = Ada is\nAda\tB-PER\nis\tO\n\n# sent_id = 2\nno\tO\n", ["Ada/B-PER is/O", "no/O"]),
    ],
)
def test_comments_are_no_words(tmp_path: Path, name: str, text: str, rows: list[str]) -> None:
    found = tagged(cleaned(saved(tmp_path, name, text)))
    assert found == [row.replace("# a/O", "#_a/O") for row in rows]


def test_korean_by_signs_is_parted_as_it_was_learned() -> None:
    parting = learned(["서 울 _ 간 다", "김 _ 온 다"] * 5)
    text = "그는 NBA를 본다."
    [places] = [each.places for each in given([text], parting)["given"]]
    assert [text[a:b] for a, b in places] == list(text)
    assert given([text], parting)["text"] == ["그 는 _ N B A 를 _ 본 다 ."]


@pytest.mark.parametrize("name", ["weibo.conll", "weibo.txt"])
def test_numbers_behind_signs_are_no_part_of_them(tmp_path: Path, name: str) -> None:
    found = cleaned(saved(tmp_path, name, WEIBO))
    assert found.rows["text"] == ["科 技 # 全 方", "# 1 北 京"]
    assert [each.kind for each in found.findings] == ["adorned-words"]


def test_the_language_before_words_is_no_part_of_them(tmp_path: Path) -> None:
    found = cleaned(saved(tmp_path, "a.txt", "zh:我\tO\nzh:在\tO\nzh:北\tB-LOC\n\nzh::\tO\nzh:好\tO\n"))
    assert found.rows["text"] == ["我 在 北", ": 好"] and "words with zh: before them" in found.findings[0].message
    other = "en:a\tO\nde:b\tB-X\n\nen:c\tO\nen:d\tO\n"
    assert cleaned(saved(tmp_path, "b.txt", other)).rows["text"] == ["en:a de:b", "en:c en:d"]


def test_names_of_columns_in_other_languages(tmp_path: Path) -> None:
    words = "我\tO\n北\tB-LOC\n\n京\tI-LOC\n好\tO\n"
    found = cleaned(saved(tmp_path, "a.tsv", f"字\t标签\n{words}"))
    assert found.columns == {"text": "字", "tags": "标签"} and found.rows["text"] == ["我 北", "京 好"]
    with pytest.raises(DataError, match="only the columns 'mot', 'classe' were found; pass --text NAME and --label"):
        cleaned(saved(tmp_path, "b.tsv", f"mot\tclasse\n{words}"))


def test_a_word_with_a_type_alone_is_no_name_of_columns(tmp_path: Path) -> None:
    found = cleaned(saved(tmp_path, "a.conll", "Ada PER\nis O\nhere O\n\nBob B-PER\nis O\n"))
    assert found.rows["text"] == ["Ada is here", "Bob is"]


def test_tags_first_and_words_elsewhere_are_asked_for(tmp_path: Path) -> None:
    text = "B-LOC\t0\t2\t北京\nO\t2\t3\t好\n\nO\t0\t1\t很\nO\t1\t2\t好\n"
    with pytest.raises(DataError, match="pass --text NAME"):
        cleaned(saved(tmp_path, "a.conll", text))


def test_types_before_what_begins_them(tmp_path: Path) -> None:
    read = cleaned(saved(tmp_path, "a.conll", "北 LOC-B\n京 LOC-I\n好 O\n"))
    assert read.rows["tags"] == [["B-LOC", "I-LOC", "O"]] and [each.kind for each in read.findings] == ["tag-forms"]
    with pytest.raises(DataError, match=r"expected tags such as B-LOC, .* as in 'LOC-[BI]'; write it first"):
        cleaned(saved(tmp_path, "a.conll", "北 LOC-B\n京 LOC-I\n好 X\n"))
    assert cleaned(saved(tmp_path, "b.conll", "北 LOC-B\n京 LOC-X\n好 O\n")).rows["tags"] == [["LOC-B", "LOC-X", "O"]]


def test_words_with_control_signs_between_them(tmp_path: Path) -> None:
    """As PaddleNLP has them."""
    rows = [{"text": "我\x02在\x02北", "label": "O\x02O\x02B-LOC"}, {"text": "好", "label": "O"}]
    assert cleaned(rows).rows["text"] == ["我 在 北", "好"]


def test_parts_of_entities_are_refused() -> None:
    rows = [{"text": "Ada L", "entities": [{"entity": "B-PER", "word": "Ada", "start": 0, "end": 3}]}]
    with pytest.raises(DataError, match="found a part of one, 'B-PER'; join the parts"):
        cleaned(rows)


def test_tags_of_two_kinds_stand_in_the_overview() -> None:
    rows = [{"tokens": ["Ada", "is"], "tags": ["B-PER", "LOC"]}] * 3
    assert "plain-tags" in str(transferkit.look(rows, task="ner"))


@pytest.mark.parametrize("text", ["A0\tO\nB1\tB-X\n\nC0\tO\nD0\tO\n", "第1\tO\n第2\tB-X\n\n第3\tO\n第4\tO\n"])
def test_other_words_with_numbers_stay(tmp_path: Path, text: str) -> None:
    assert "1" in "".join(cleaned(saved(tmp_path, "a.conll", text)).rows["text"])


def test_a_sign_without_its_number_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.conll", "科0\tO\n" * 20_001 + "\n科0\tO\n技1\tB-X\n方\tO\n")
    path.write_text("科0\tO\n技1\tB-X\n\n" * 7_000 + "方\tO\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 21001: expected signs with the number"):
        read(path)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Ada\nlives\nin\nRome\n.\n\nNo\n,\nno\n", [["Ada", "lives", "in", "Rome", "."], ["No", ",", "no"]]),
        ("我\n在\n北\n京\n\n好\n的\n", [["我", "在", "北", "京"], ["好", "的"]]),
        ("我们\n在\n北京\n\n好\n的\n", [["我们", "在", "北京"], ["好", "的"]]),
        ("Ada lives\nin\n\nRome\nno\n", ["Ada lives", "in", "Rome", "no"]),
        ("我在北京工作\n他很好的\n\n上海很大\n是的没错\n", ["我在北京工作", "他很好的", "上海很大", "是的没错"]),
        ("Ada\n\nRome\n\nBonn\n", ["Ada", "Rome", "Bonn"]),
        ("Ada\nRome\nBonn\n", ["Ada", "Rome", "Bonn"]),
    ],
)
def test_words_to_be_tagged(tmp_path: Path, text: str, rows: list[Any]) -> None:
    path = saved(tmp_path, "a.txt", text)
    for found in (read(path, of_words=True), next(stream(path, of_words=True))):
        [(name, cells)] = found.columns.items()
        assert list(cells) == rows and name == ("tokens" if isinstance(rows[0], list) else "text")
    assert "tokens" not in read(path)  # as texts to be classified


def test_words_or_texts_that_cannot_be_told_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"short lines that may be either, such as '我很好' and '不错的'; call the file"
    ):
        read(saved(tmp_path, "a.txt", "我很好\n不错的\n\n上海大\n是的\n"), of_words=True)


def test_single_words_without_empty_lines_are_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "transferkit"):
        read(saved(tmp_path, "a.txt", "Ada\nlives\nhere\n"), of_words=True)
        assert "put an empty line between these" in caplog.text
        caplog.clear()
        read(saved(tmp_path, "a.txt", "Ada lives\nhere\n"), of_words=True)
        read(saved(tmp_path, "a.txt", "我在北京工作\n他很好的\n"), of_words=True)
    assert not caplog.text


def by_rows(ids: list[Any], **others: list[Any]) -> dict[str, list[Any]]:
    return {"sentence_id": ids, "word": [f"w{i}" for i in range(len(ids))], "tag": ["B-X"] * len(ids), **others}


@pytest.mark.parametrize(
    ("table", "sizes", "again"),
    [
        (by_rows([1, 1, 2, 2, 2]), [2, 3], ()),
        (by_rows([1, 1, 2, 1, 2, 2, 3]), [2, 1, 1, 2, 1], (4,)),
        (by_rows([1, 1, 1, 2], doc_id=["a", "a", "b", "b"]), [2, 1, 1], ()),
        (by_rows([1, 2, 1, 2], doc_id=["a", None, "b", None]), [1, 1, 1, 1], ()),
        (by_rows([1, 1, None, 2], doc_id=["a", "a", "a", "a"]), [3, 1], ()),
    ],
)
def test_names_of_sentences(table: dict[str, Any], sizes: list[int], again: tuple[int, ...]) -> None:
    found = cleaned(table)
    assert [len(text.split(" ")) for text in found.rows["text"]] == sizes
    assert [each.rows for each in found.findings if each.kind == "repeated-sentences"] == ([again] if again else [])


def test_words_of_a_sentence_that_are_scattered_are_refused(tmp_path: Path) -> None:
    table = by_rows([3, 1, 2, 1, 3])
    with pytest.raises(
        DataError, match=r"row 4: expected the words of every sentence .* found 1 in column 'sentence_id'"
    ):
        cleaned(table)
    lines = "".join(f"{name},w\n" for name in table["sentence_id"])
    path = saved(tmp_path, "a.csv", f"sentence_id,word\n{lines}")
    with pytest.raises(DataError, match="row 4: expected the words of every sentence"):
        [sentences(batch) for batch in whole(stream(path, 1))]


MISTAGGED = "Ada\tB-PER\nis\tO\nin\tO\n\nBerlin\tI-LOC\nnow\tO\n\nAda\tB-PER\nis\tO\nin\tO\n\nBo\tI-PER\n.\tO\n"


def test_places_in_files_of_words_are_lines_and_those_in_tables_are_rows(tmp_path: Path) -> None:
    found = transferkit.look(saved(tmp_path, "a.conll", MISTAGGED), task="token-classification")
    (improper,) = (finding for finding in found.findings if finding.kind == "improper-tags")
    assert improper.message == "2 rows begin a span with I- where B- is due (lines 5, 12)" and improper.rows == (5, 12)
    (twice,) = (finding for finding in found.findings if finding.kind == "duplicates")
    assert twice.message == "1 of 4 rows repeats the text and label of an earlier one (line 8)"
    assert ("line 1, words and tags", "Ada/B-PER is/O in/O") in found.facts
    for message in (improper.message, twice.message):
        assert "row" not in message.partition("(")[2]
    assert locales.get("zh").found("line 8") != "line 8"
    lists = [{"tokens": ["Berlin", "now"], "ner_tags": ["I-LOC", "O"]}, {"tokens": ["Bo"], "ner_tags": ["B-PER"]}] * 2
    (improper,) = (f for f in transferkit.look(lists, task="ner").findings if f.kind == "improper-tags")
    assert "(row" in improper.message and "line" not in improper.message


def test_a_wrong_cell_of_a_file_of_words_is_at_a_line(tmp_path: Path) -> None:
    text = "Ada\tB-PER\nis\tO\n\nBo\tB-\ufffd\n.\tO\n"
    with pytest.raises(DataError, match=r"a\.conll: line 4") as refused:
        cleaned(saved(tmp_path, "a.conll", text))
    assert "row 4" not in str(refused.value)
