"""Files with a word per line, and tables with a word per row."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transferkit import tasks
from transferkit.data import read, stream
from transferkit.data.cleaning import Cleaned, clean
from transferkit.errors import DataError
from transferkit.reading import compression, even_lines
from transferkit.table.parted import Parted
from transferkit.table.rows import Rows
from transferkit.tagging.tags import are_proper, begun, continued, pairs, repaired, spans, unbracketed
from transferkit.tagging.word_rows import sentences, whole

CONLLU = """# sent_id = 1
# text = 她在北京。
1-2\t她在\t_\t_\t_\t_\t_\t_\t_\t_
1\t她\t她\tPRON\tPN\t_\t3\tnsubj\t_\t_
2\t在\t在\tADP\tP\t_\t3\tcase\t_\t_
3\t北京\t北京\tPROPN\tNR\t_\t0\troot\t_\tSpaceAfter=No
3.1\t去\t去\tVERB\t_\t_\t_\t_\t0:exroot\t_

# sent_id = 2
1\tYes\tyes\tINTJ\tUH\t_\t0\troot\t_\t_
"""
GERM_EVAL = (
    "#\thttp://example.org/1\t[2009-10-17]\n1\tUni\tB-ORG\tO\n2\tKöln\tI-ORG\tB-LOC\n3\truht\tO\tO\n\n"
    "#\tn-tv vom 26.02.\t[2005-02-26]\n1\tIn\tO\tO\n2\tBonn\tB-LOC\tO\n"
)
CONLL_2012 = """#begin document (bc/x/00/x_0000); part 000
bc/x 0 0 In IN (TOP(PP* - - - spk * - -
bc/x 0 1 New NNP * - - - spk (GPE* (A0* (1
bc/x 0 2 York NNP *)) - - - spk *) *) 1)

bc/x 0 0 Yes UH (TOP*) - - - spk * -

#end document
"""
CONLL_2003 = "-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n\n北京 NNP B-NP B-LOC\n"
UNER = "# sent_id = 1\n1\tAda\tB-PER\t-\tx\n2\truns\tO\t-\tx\n\n# sent_id = 2\n1\tNo\tO\t-\tx\n"


def cleaned(tmp_path: Path, name: str, text: str, named: dict[str, str]) -> Cleaned:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return clean(read(path), tasks.get("ner"), named, "")


@pytest.mark.parametrize(
    ("name", "text", "named", "rows"),
    [
        ("a.conll", CONLL_2003, {}, ["EU/B-ORG rejects/O", "北京/B-LOC"]),
        ("a.conll", CONLL_2003, {"tags": "2"}, ["EU/NNP rejects/VBZ", "北京/NNP"]),
        ("a.conll", CONLL_2003, {"text": "1", "tags": "4"}, ["EU/B-ORG rejects/O", "北京/B-LOC"]),
        ("a.conllu", CONLLU, {"tags": "upos"}, ["她/PRON 在/ADP 北京/PROPN", "Yes/INTJ"]),
        ("a.conllu", CONLLU, {"text": "3", "tags": "5"}, ["她/PN 在/P 北京/NR", "yes/UH"]),
        ("a.tsv", GERM_EVAL, {"tags": "3"}, ["Uni/B-ORG Köln/I-ORG ruht/O", "In/O Bonn/B-LOC"]),
        ("a.conll", GERM_EVAL, {"tags": "4"}, ["Uni/O Köln/B-LOC ruht/O", "In/O Bonn/O"]),
        ("a.conll", CONLL_2012, {}, ["In/O New/B-GPE York/I-GPE", "Yes/O"]),
        ("a.conll", CONLL_2012, {"text": "4", "tags": "5"}, ["In/IN New/NNP York/NNP", "Yes/UH"]),
        ("a.iob2", UNER, {}, ["Ada/B-PER runs/O", "No/O"]),
        ("a.tsv", "Word\tTag\nAda\tB-PER\nruns\tO\n\nNo\tO\nno\tO\n", {}, ["Ada/B-PER runs/O", "No/O no/O"]),
        ("a.tsv", "Ada\tB-PER\nruns\tO\n\nNo\tO\nno\tO\n", {}, ["Ada/B-PER runs/O", "No/O no/O"]),
        ("train.txt", CONLL_2003, {}, ["EU/B-ORG rejects/O", "北京/B-LOC"]),
        ("train.txt", "我\tO\n在\tO\n\n北\tB-LOC\n京\tI-LOC\n", {}, ["我/O 在/O", "北/B-LOC 京/I-LOC"]),
        ("a.conllup", "# global.columns = ID FORM NER\n1\tAda\tB-P\n2\tis\tO\n", {}, ["Ada/B-P is/O"]),
        ("a.conll", "1 Ada B-P\n2 is O\n\n1 No O\n", {}, ["Ada/B-P is/O", "No/O"]),
        ("a.conll", "0 Ada B-P\n1 is O\n\n2 No O\n", {}, ["Ada/B-P is/O", "No/O"]),
        ("a.conll", "7 B-N\n2 B-N\n\n5 B-N\n", {}, ["7/B-N 2/B-N", "5/B-N"]),
        (
            "a.conll",
            "# NN O\n1 CD B-N\n\n# a comment here\n# as=3 well\nin IN O\n# NN O\n",
            {},
            ["#/O 1/B-N", "in/O #/O"],
        ),
        ("a.conll", "#ada O\n# O\nin B-N\n", {}, ["#ada/O #/O in/B-N"]),
        ("a.conll", "我 B-P\n\u3000 O\n你 O\n\n\xa0\tO\n好\tO\n", {}, ["我/B-P _/O 你/O", "_/O 好/O"]),
    ],
)
def test_published_columns(tmp_path: Path, name: str, text: str, named: dict[str, str], rows: list[str]) -> None:
    found = cleaned(tmp_path, name, text, named).rows
    pairs = [zip(words.split(" "), tags, strict=True) for words, tags in zip(found["text"], found["tags"], strict=True)]
    assert [" ".join(f"{word}/{tag}" for word, tag in pair) for pair in pairs] == rows


@pytest.mark.parametrize(
    ("name", "text", "named", "says"),
    [
        ("a.conllu", CONLLU, {}, "only the columns 'id', 'form', .* pass --label NAME; .* such as --label 4"),
        ("a.tsv", GERM_EVAL, {}, "only the columns '1', 'tokens', '3', '4' were found; .* such as --label 3"),
        ("a.conllu", CONLLU, {"text": "1", "tags": "upos"}, r"running numbers \(1 2 3 ...\); name .* --text"),
        ("a.conllu", CONLLU, {"tags": "feats"}, "all 4 tags are '_', which says nothing; name .* --label"),
        ("a.conll", CONLL_2003, {"tags": "7"}, "expected a column '7' as named"),
        ("a.conll", "Ada 1\nis 0\n", {}, "expected a tag per word, such as O and B-PER, found '1'"),
        ("a.conll", "Ada 1\nis\n", {}, "line 2: expected a word and its tag, found 'is'"),
    ],
)
def test_what_is_not_sure_is_refused(tmp_path: Path, name: str, text: str, named: dict[str, str], says: str) -> None:
    with pytest.raises(DataError, match=says):
        cleaned(tmp_path, name, text, named)


def test_words_that_are_counted_are_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "transferkit"):
        cleaned(tmp_path, "a.iob2", UNER, {})
    assert "the first column counts the words; words are read from column 2, tags from column 3" in caplog.text


def test_a_table_of_texts_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("text\tlabel\na good film\tpos\n\na bad one\tneg\n\nso so\tneg\nno\tneg\n")
    assert read(path)["label"] == ("pos", "neg", "neg", "neg")


def test_lines_of_two_words_are_no_columns(tmp_path: Path) -> None:
    path = tmp_path / "poem.txt"
    path.write_text("roses red\nviolets blue\n\nsugar sweet\nand so\n")
    assert read(path)["text"] == ["roses red", "violets blue", "sugar sweet", "and so"]


KAGGLE = {
    "Sentence #": ["Sentence: 1", None, None, "Sentence: 2", ""],
    "Word": ["在", "北京", "null", "Yes", "."],
    "POS": ["P", "NR", "N", "UH", "."],
    "Tag": ["O", "B-geo", "O", "O", "O"],
}


def test_a_word_per_row_with_its_sentence(tmp_path: Path) -> None:
    found = clean(read(KAGGLE), tasks.get("ner"), {}, "")
    assert found.rows["text"] == ["在 北京 null", "Yes ."] and found.rows["tags"] == [["O", "B-geo", "O"], ["O", "O"]]
    assert found.rows.numbers.tolist() == [1, 4] and not found.findings
    assert found.columns == {"text": "Word", "tags": "Tag"}
    again = clean(read(KAGGLE), tasks.get("ner"), {"text": "Word", "tags": "POS"}, "").rows
    assert again["tags"] == [["P", "NR", "N"], ["UH", "."]]


def test_the_same_in_latin_1_with_quotes(tmp_path: Path) -> None:
    path = tmp_path / "ner.csv"
    lines = ["Sentence #,Word,POS,Tag", "Sentence: 1,Café,NN,O", ',"""",``,O', ',",",CO,O', "Sentence: 2,Köln,NR,B-geo"]
    path.write_bytes("\n".join(lines).encode("latin-1"))
    found = clean(read(path, "latin-1"), tasks.get("ner"), {}, "").rows
    assert found["text"] == ['Café " ,', "Köln"] and found["tags"] == [["O", "O", "O"], ["B-geo"]]


def test_columns_about_sentences_stay_one_value() -> None:
    table = {"sentence_id": [1, 1, 2, 3], "doc": ["a", "a", "a", "b"], "token": list("wxyz"), "ner": ["O"] * 4}
    found = sentences(read(table))
    assert found["doc"] == ["a", "a", "b"] and found["token"] == [["w", "x"], ["y"], ["z"]]


def test_no_sentence_is_parted_between_batches(tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    names = [1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 4]
    path.write_text("sentence_id,word\n" + "".join(f"{name},w{i}\n" for i, name in enumerate(names)))
    for size in (1, 2, 3, 100):
        found = [words for batch in whole(stream(path, size)) for words in sentences(batch)["word"]]
        assert [len(words) for words in found] == [3, 2, 5, 1]


def test_rows_of_one_word_are_a_finding() -> None:
    table: dict[str, Any] = {"token": ["Ada", "runs", "far"], "tag": ["B-PER", "O", "O"]}
    [finding] = clean(read(table), tasks.get("ner"), {}, "").findings
    assert finding.kind == "one-word-rows" and finding.rows == (1, 2, 3) and "sentence_id" in finding.action


def test_one_tag_for_all_is_a_finding() -> None:
    table = {"tokens": [["a", "b"], ["c", "d"]], "tags": [["X", "X"], ["X", "X"]]}
    [finding] = clean(read(table), tasks.get("ner"), {}, "").findings
    assert finding.kind == "constant" and "all 4 tags are 'X'" in finding.message


def test_a_tag_per_sign_of_a_text() -> None:
    found = clean(read({"text": ["我在北京"], "labels": [["O", "O", "B-L", "I-L"]]}), tasks.get("ner"), {}, "").rows
    assert found["text"] == ["我 在 北 京"]


def test_names_of_numbered_tags_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"tokens": ["Ada", "is"], "ner_tags": [1, 0]}\n')
    path = tmp_path / "rows.jsonl"
    with pytest.raises(DataError, match=r"found 1; write the tags' names; .* dataset_info.json beside the file"):
        clean(read(path), tasks.get("ner"), {}, "")
    feature = '{"feature": {"names": ["O", "B-PER"], "_type": "ClassLabel"}, "_type": "Sequence"}'
    (tmp_path / "dataset_info.json").write_text(f'{{"features": {{"ner_tags": {feature}}}}}')
    assert clean(read(path), tasks.get("ner"), {}, "").rows["tags"] == [["B-PER", "O"]]
    path.write_text('{"tokens": ["Ada"], "ner_tags": [2]}\n')
    with pytest.raises(DataError, match="column 'ner_tags': expected the number of one of 2 classes, found 2"):
        read(path)


def test_brackets() -> None:
    assert unbracketed(["*", "(A*", "*", "*)", "(B)", "*"]) == ["O", "B-A", "I-A", "I-A", "B-B", "O"]
    assert unbracketed(["O", "*"]) is None and unbracketed(["(", ")"]) is None


@pytest.mark.parametrize(
    ("tag", "labels", "after"),
    [
        ("B-X", "O B-X I-X", "I-X"),
        ("I-X", "O B-X I-X", "I-X"),
        ("O", "O B-X I-X", "O"),
        ("X", "O X", "X"),
        ("B-X", "O B-X", "O"),
        ("B-X", "O B-X E-X S-X", "E-X"),
        ("S-X", "O B-X E-X S-X", "O"),
        ("B-X", "O B-X E-X M-X S-X", "M-X"),
        ("B_X", "O B_X I_X", "I_X"),
    ],
)
def test_what_goes_on(tag: str, labels: str, after: str) -> None:
    assert continued(tag, labels.split()) == after
    if after not in ("O", "X"):
        assert len(spans([tag, after])) == 1


@pytest.mark.parametrize(
    "tags", ["B-P M-P E-P S-P O B-L E-L", "B_P I_P I_P B_P O B_L I_L", "B-P I-P L-P U-P O B-L L-L"]
)
def test_other_ways_to_write_entities(tags: str) -> None:
    assert spans(tags.split()) == [("P", 0, 3), ("P", 3, 4), ("L", 5, 7)]
    assert repaired(tags.split()) == tags.split()


def test_rows_without_a_sentence_column_stay() -> None:
    rows = Rows({"word": ["a"], "tag": ["O"]}, np.arange(1, 2))
    assert sentences(rows) is rows


ODD_BLOCKS = {
    "plain": "a b O\nc d O\n\ne f O\n",
    "several empty lines": "\n\na b O\n\n\n\nc d O\n\n",
    "old line ends": "a b O\r\nc d O\r\n\r\ne f O\r\n",
    "blanks in empty lines": "a b O\n \nc d O\n\t\ne f O\n",
    "blanks at the ends": " a  b O \n\nc d O",
    "wide blanks are words": "\u3000 b O\n\nc d O\n",
    "documents": "-DOCSTART- -X- O\n\na b O\n-DOCSTART- -X- O\nc d O\n\ne f O\n",
    "comments": "# text = x\na b O\n\n# text = y\nc d O\n# d O\n",
    "a last line without an end": "a b O\n\nc d O",
    "marks between": "a b O\nc d O\n\n-DOCSTART- -X- O\n\n\ne f O\n\n# g O\n\n# b O\nc d O\n",
    "tabs": "a b\tx\tO\n\nc\td\tO\n",
}


@pytest.mark.parametrize("text", ODD_BLOCKS.values(), ids=ODD_BLOCKS)
@pytest.mark.parametrize("stretch", [1, 2, 3, 7, 2**16])
def test_the_quick_way_reads_what_the_slow_way_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, stretch: int
) -> None:
    path = tmp_path / "a.conll"
    path.write_bytes(text.encode())
    monkeypatch.setattr(compression, "_line_end", lambda _path, _encoding: "\n")
    monkeypatch.setattr(compression, "_START", stretch)
    quick = read(path)
    monkeypatch.setattr(even_lines, "parted", lambda *_given: None)
    slow = read(path)
    assert {name: [*cells] for name, cells in quick.columns.items()} == slow.columns
    assert quick.numbers.tolist() == slow.numbers.tolist()
    lines = text.replace("\r", "").split("\n")
    firsts = [words[0] for words in quick["tokens"]]
    assert [lines[number - 1].split("\t")[0].strip(" ").split(" ")[0] for number in quick.numbers] == [
        first.split(" ")[0] for first in firsts
    ]


@pytest.mark.parametrize("short", ["a\nb", "a\n\nb", "a b\nc\nd"])
@pytest.mark.parametrize("stretch", [8, 2**16])
def test_lines_that_are_too_short_are_no_row_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short: str, stretch: int
) -> None:
    """Their cells and line ends are as many as a line has cells."""
    path, width = tmp_path / "a.conll", len(short.split(" ")) + short.count("\n") + short.count("\n\n") + 1
    whole = " ".join(["w", *["P"] * (width - 2), "B-X"])
    path.write_text(f"{whole}\n{whole}\n\n{whole}\n{short}\n{whole}\n\n{whole}\n")
    monkeypatch.setattr(compression, "_START", stretch)
    with pytest.raises(DataError, match=r"line [56]: expected"):
        read(path)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 100])
@pytest.mark.parametrize("stretch", [16, 2**16])
def test_batches_have_as_many_rows_as_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, stretch: int
) -> None:
    path = tmp_path / "a.conll"
    path.write_text("\n".join(f"w{i} P{i} O\nv{i} Q{i} B-X\n" + "odd  P O\n" * (i % 5 == 4) for i in range(11)))
    monkeypatch.setattr(compression, "_START", stretch)
    whole, batches = read(path), [*stream(path, size)]
    assert [len(batch) for batch in batches] == [size] * (11 // size) + [11 % size] * (11 % size > 0)
    for name in ("tokens", "2", "ner_tags"):
        assert [cell for batch in batches for cell in batch[name]] == [*whole[name]]
    assert [number for batch in batches for number in batch.numbers] == whole.numbers.tolist()


def test_columns_that_nobody_asks_for_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("a P O\nb Q B-X\n\nc R O\n\n")
    rows = read(path)
    assert isinstance(rows["2"], Parted) and [*rows["2"]] == [["P", "Q"], ["R"]]
    assert rows["2"][1] == ["R"] and rows["2"][:1] == [["P", "Q"]] and rows["2"][-1] == ["R"]
    twice = rows.take([1, 0]).join(rows)
    assert isinstance(twice["2"], Parted) and [*twice["2"]] == [["R"], ["P", "Q"], ["P", "Q"], ["R"]]


@given(
    st.lists(
        st.sampled_from(
            ["O", "B-A", "I-A", "E-A", "S-A", "M-A", "L-A", "U-A", "B-B", "I-B", "E-B", "A", "B", "I", "B_A", "I_A"]
        )
    )
)
def test_pairs_of_tags_tell_where_entities_begin(tags: list[str]) -> None:
    kinds = [kind for tag, before in pairs(tags) if (kind := begun(tag, before))]
    assert kinds == [kind for kind, _, _ in spans(tags)]
    assert are_proper(tags) == (repaired(tags) == tags)
