"""What `predict` reads, keeps and writes."""

import codecs
import csv
import io
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

import transferkit
from calling import Call
from transferkit.errors import DataError
from transferkit.reading import piped

RUNS = Path(__file__).parents[1] / "artifact" / "before" / "runs"
CLASSIFIER, SEVERAL, TAGS = (RUNS / f"{task}-classification" for task in ("text", "multi-label", "token"))
TABLE = "id;text;label;n\n1;the old cat;x;1.50\n2;;y;\n3;a red hammer;;07\n"
KEPT = [line.split(";") for line in TABLE.splitlines()]


def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(TABLE, encoding="utf-8-sig")
    return path


def piping(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def lines(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


@pytest.mark.parametrize(("suffix", "mark"), [(".csv", ";"), (".tsv", "\t")])
def test_a_table_keeps_every_column_and_cell_and_adds_its_own(
    call: Call, tmp_path: Path, suffix: str, mark: str
) -> None:
    out = tmp_path / f"out{suffix}"
    assert call("predict", CLASSIFIER, table(tmp_path), "--output", out).code == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=mark))
    assert [row[:4] for row in rows] == KEPT
    assert [row[4] for row in rows] == ["predicted_label", "animal", "", "tool"]
    assert [bool(row[5]) for row in rows] == [True, True, False, True] and rows[0][5] == "probability"


@pytest.mark.parametrize(
    ("keep", "columns"),
    [
        ("none", ["row", "label", "probability"]),
        ("inputs", ["text", "row", "label", "probability"]),
        ("all", ["id", "text", "label", "n", "predicted_label", "probability"]),
    ],
)
def test_as_much_is_kept_as_is_asked_for(call: Call, tmp_path: Path, keep: str, columns: list[str]) -> None:
    ended = call("predict", CLASSIFIER, table(tmp_path), "--keep", keep)
    assert [list(line) for line in lines(ended.out)] == [columns] * 3
    refused = call("predict", CLASSIFIER, table(tmp_path), "--keep", "some")
    assert refused.code == 2 and "none" in refused.error and "inputs" in refused.error


def test_names_of_answers_never_collide_not_even_with_labels(call: Call, tmp_path: Path) -> None:
    file, out = tmp_path / "odd.csv", tmp_path / "out.csv"
    file.write_text("text,label,predicted_label,probability_animal\nthe old cat,a,b,c\n", encoding="utf-8")
    assert call("predict", CLASSIFIER, file, "--probabilities", "--output", out).code == 0
    header = next(csv.reader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert header[:4] == ["text", "label", "predicted_label", "probability_animal"] and len({*header}) == 9
    shares = ["predicted_probability_animal", "probability_colour", "probability_tool"]
    assert header[4:] == ["predicted_predicted_label", "probability", *shares]


def test_a_column_that_comes_late_is_left_out_of_a_table_and_said(
    call: Call, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "the cat"}\n{"text": "a hammer", "note": [1, null]}\n', encoding="utf-8")
    assert call("predict", CLASSIFIER, file, "--batch-size", 1, "--output", tmp_path / "out.csv").code == 0
    assert "'note'" in caplog.text and "note" not in (tmp_path / "out.csv").read_text(encoding="utf-8")
    ended = call("predict", CLASSIFIER, file, "--batch-size", 1)
    assert [line.get("note") for line in lines(ended.out)] == [None, [1, None]]


def test_parquet_keeps_types_and_lists(call: Call, tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    rows = pd.DataFrame({"text": ["the old cat", None, "a hammer"], "n": [1, 2, 3], "label": [True, False, True]})
    rows.to_parquet(tmp_path / "rows.parquet")
    assert call("predict", SEVERAL, tmp_path / "rows.parquet", "--output", tmp_path / "out.parquet").code == 0
    found = pd.read_parquet(tmp_path / "out.parquet")
    assert list(found.columns) == ["text", "n", "label", "labels", "scores"]
    assert found["n"].tolist() == [1, 2, 3] and found["label"].tolist() == [True, False, True]
    assert found["labels"].isna().tolist() == [False, True, False]


def test_workbooks_are_read_and_written(call: Call, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["id", "text", None], [7, "the old cat", None], [None, None], [8, "=1+1", None]):
        book.active.append(row)
    book.save(tmp_path / "rows.xlsx")
    found = transferkit.read(tmp_path / "rows.xlsx")
    assert list(found["id"]) == [7, 8] and found.numbers.tolist() == [1, 3]
    (tmp_path / "rows.csv").write_text("id,text\n7,the old cat\n8,=1+1\n", encoding="utf-8")
    ended = call("predict", CLASSIFIER, tmp_path / "rows.csv", "--output", tmp_path / "out.xlsx")
    assert ended.code == 0, ended.err
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert [cell.value for cell in sheet[1]] == ["id", "text", "label", "probability"]
    assert (sheet["B3"].value, sheet["B3"].data_type) == ("=1+1", "s") and isinstance(sheet["D2"].value, float)


def test_what_needs_a_package_says_which(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    written = call("predict", CLASSIFIER, table(tmp_path), "--output", tmp_path / "out.xlsx")
    assert written.code == 2 and "transferkit[excel]" in written.error and not (tmp_path / "out.xlsx").exists()


SOURCES = {
    "csv": (TABLE.encode("utf-8-sig"), ["id", "text", "label", "n"], 3),
    "json lines": (b'{"text": "the cat", "n": 1}\n{"text": "a hammer"}\n', ["text", "n"], 2),
    "json": (b'[\n{"text": "the cat", "n": 1},\n{"text": "a hammer"}\n]', ["text", "n"], 2),
    "lines": ("the cat, which is old\n\n一只猫\n\n".encode(), ["text"], 3),
    "a text in brackets": (b"[sic] the cat\n[1] a hammer\n", ["text"], 2),
}


@pytest.mark.parametrize("form", SOURCES)
def test_standard_input_is_told_by_its_content(call: Call, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    content, columns, count = SOURCES[form]
    piping(monkeypatch, content)
    ended = call("predict", CLASSIFIER, "-")
    assert ended.code == 0, ended.err
    assert len(lines(ended.out)) == count and list(lines(ended.out)[0])[: len(columns)] == columns


@pytest.mark.parametrize("piped_in", [True, False])
def test_answers_line_up_with_lines_of_which_some_are_empty(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, piped_in: bool
) -> None:
    content = b"\nthe old cat\n\n \na red hammer\n\n"
    file = tmp_path / "texts.txt"
    file.write_bytes(content)
    piping(monkeypatch, content)
    ended = call("predict", CLASSIFIER, "-" if piped_in else file, "--batch-size", 2)
    assert [line["label"] for line in lines(ended.out)] == [None, "animal", None, None, "tool"]
    assert "3 rows of" in caplog.text and "have no text; their answers are null" in caplog.text


def test_empty_lines_of_labelled_texts_are_answered_too(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text("the old cat\tanimal\n\na red hammer\ttool\n", encoding="utf-8")
    found = lines(call("predict", CLASSIFIER, file).out)
    assert [line["predicted_label"] for line in found] == ["animal", None, "tool"]


@pytest.mark.parametrize("mark", [",", ";", "|"])
def test_answers_have_the_delimiter_of_a_csv_file(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    content = TABLE.replace(";", mark)
    file = tmp_path / "rows.csv"
    file.write_text(content, encoding="utf-16" if mark == "|" else "utf-8")
    assert call("predict", CLASSIFIER, file, "--output", tmp_path / "out.csv", "--encoding", "auto").code == 0
    piping(monkeypatch, content.encode())
    assert call("predict", CLASSIFIER, "-", "--output", tmp_path / "piped.csv").code == 0
    for name in ("out.csv", "piped.csv"):
        header = (tmp_path / name).read_text(encoding="utf-8-sig").splitlines()[0]
        assert header.split(mark)[:4] == ["id", "text", "label", "n"]


def test_standard_input_is_what_it_is_said_to_be(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    piping(monkeypatch, b"text\nthe cat\n")
    ended = call("predict", CLASSIFIER, "-", "--format", "txt")
    assert [line["text"] for line in lines(ended.out)] == ["text", "the cat"]
    assert "--format" in call("predict", CLASSIFIER, "-", "--format", "doc").error
    assert "standard input" in call("predict", CLASSIFIER, "rows.csv", "--format", "csv").error


def test_errors_speak_of_standard_input_and_nothing_stays(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    piping(monkeypatch, b"text,n\nthe cat,1\na,b,c\n")
    ended = call("predict", CLASSIFIER, "-")
    assert ended.code == 3 and "standard input: row 2" in ended.error
    assert [path.name for path in tmp_path.iterdir()] == []


def test_warnings_speak_of_standard_input_too(
    call: Call, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    piping(monkeypatch, "text\nthe cat \ufffd\n".encode())
    assert call("predict", CLASSIFIER, "-").code == 0
    assert "standard input: signs that could not be read" in caplog.text and "transferkit-" not in caplog.text


def test_a_text_is_answered_by_models_of_texts_and_a_pair_by_those_of_pairs(call: Call) -> None:
    assert (
        "--text-pair 'b': this model reads single"
        in call("predict", CLASSIFIER, "--text", "a", "--text-pair", "b").error
    )
    pairs = RUNS / "question-answering"
    assert "give the second one with --text-pair" in call("predict", pairs, "--text", "who?").error


def test_input_in_another_encoding_is_told_by_its_columns_too(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    piping(monkeypatch, "编号,内容\n1,一只猫\n".encode("gb18030"))
    ended = call("predict", CLASSIFIER, "-", "--encoding", "gb18030")
    assert ended.code == 0, ended.err
    assert list(lines(ended.out)[0])[:2] == ["编号", "内容"]


def test_lines_that_look_like_a_table_are_not_read_as_texts_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "transferkit")
    assert piped.suffix_of(b"nr;remark\n1;the old cat\n2;the tool\n") == ".txt"
    (said,) = caplog.records
    assert said.levelname == "WARNING" and "every line has 2 fields separated by ';'; --format csv" in said.getMessage()
    caplog.clear()
    assert piped.suffix_of("一只猫，很老\n工具\n".encode()) == ".txt"
    assert [(said.levelname, "a text per line" in said.getMessage()) for said in caplog.records] == [("INFO", True)]


def test_packed_input_is_unpacked(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    piping(monkeypatch, gzip.compress(TABLE.encode()))
    assert len(lines(call("predict", CLASSIFIER, "-").out)) == 3


def test_forms_are_told_by_the_columns_of_the_model() -> None:
    assert piped.suffix_of(b"notes,kind\nthe cat,a\n") == ".txt"
    assert piped.suffix_of(b"notes,kind\nthe cat,a\n", ["notes"]) == ".csv"
    assert piped.suffix_of(b"kind\tnotes\na\tthe cat\n", ["notes"]) == ".csv"


def test_a_text_may_be_given_itself(call: Call) -> None:
    ended = call("predict", CLASSIFIER, "--text", "the old cat", "--quiet")
    assert (ended.code, ended.err) == (0, "")
    model = transferkit.load(CLASSIFIER)
    record = model.records("the old cat")
    assert lines(ended.out) == [{"text": "the old cat"} | {name: record[name] for name in ("label", "probability")}]
    pair = ["--text", "who sat ?", "--text-pair", "the cat sat here"]
    ended = call("predict", RUNS / "question-answering", *pair, "--keep", "none")
    assert list(lines(ended.out)[0]) == ["row", "answer", "start", "end", "score"]


def test_a_text_with_a_file_is_the_name_of_its_column(call: Call, tmp_path: Path) -> None:
    assert call("predict", CLASSIFIER, table(tmp_path), "--text", "id").code == 0
    assert "expected a column 'the cat'" in call("predict", CLASSIFIER, table(tmp_path), "--text", "the cat").error


def test_a_sentence_in_the_place_of_a_column_is_said_so(call: Call, tmp_path: Path) -> None:
    file = table(tmp_path)
    for text in ("the old cat", "这部电影很好看"):
        ended = call("predict", CLASSIFIER, file, "--text", text)
        assert ended.code == 2 and repr(text) in ended.error and "'id', 'text', 'label', 'n'" in ended.error
        assert f"leave {file} out to answer the text itself" in ended.error
    assert "did you mean 'text'" in call("predict", CLASSIFIER, file, "--text", "txt").error
    ended = call("predict", CLASSIFIER, "the old cat")
    assert ended.code == 2 and "put --text before it" in ended.error
    pair = call("predict", CLASSIFIER, file, "--text-pair", "a fine old day")
    assert pair.code == 2 and "--text-pair 'a fine old day': with a file" in pair.error


@pytest.mark.parametrize("named", ["id,text", "id，text", "id、text", "id， text"])
def test_commas_of_chinese_separate_columns_too(call: Call, tmp_path: Path, named: str) -> None:
    ended = call("predict", CLASSIFIER, table(tmp_path), "--text", named, "--keep", "inputs")
    assert ended.code == 0, ended.err
    assert [list(line)[:2] for line in lines(ended.out)] == [["id", "text"]] * 3
    file = tmp_path / "odd.csv"
    file.write_text('"id，text",n\nthe old cat,1\n', encoding="utf-8")
    ended = call("predict", CLASSIFIER, file, "--text", "id，text", "--keep", "inputs")
    assert next(iter(lines(ended.out)[0])) == "id，text"


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_the_encoding_of_the_run_is_named_where_a_file_is_not_utf_8(call: Call, tmp_path: Path, command: str) -> None:
    run, file = tmp_path / "run", tmp_path / "rows.csv"
    shutil.copytree(CLASSIFIER, run)
    (run / "config.yaml").write_text("data:\n  path: rows.csv\n  encoding: gbk\n", encoding="utf-8")
    file.write_bytes("text,label,城市\nthe old cat,animal,北京\na red hammer,tool,上海\n".encode("gbk"))
    refused = call(command, run, file)
    assert refused.code == 3 and refused.error.endswith("were read in gbk, as this one can be: --encoding gbk")
    assert call(command, run, file, "--encoding", "gbk").code == 0
    file.write_text("text,label,城市\nthe old cat,animal,北京\na red hammer,tool,上海\n", encoding="utf-8")
    assert call(command, run, file).code == 0
    model = transferkit.load(run)
    file.write_bytes(file.read_text(encoding="utf-8").encode("gbk"))
    with pytest.raises(DataError, match="--encoding gbk"):
        next(model.stream(file))


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
@pytest.mark.parametrize(
    ("written", "words", "marked"),
    [
        ("utf-8-sig", (), True),
        ("utf-16", (), True),
        ("gbk", ("--encoding", "gbk"), True),
        ("utf-8", (), False),
        ("utf-8", ("--encoding", "auto"), False),
    ],
)
def test_a_table_of_answers_is_marked_as_what_was_read_is(
    call: Call, tmp_path: Path, suffix: str, written: str, words: tuple[str, ...], marked: bool
) -> None:
    file, out = tmp_path / "rows.csv", tmp_path / f"out{suffix}"
    file.write_text("text,城市\nthe old cat,北京\na red hammer,上海\n", encoding=written)
    if written == "utf-16":
        words = ("--encoding", "utf-16")
    ended = call("predict", CLASSIFIER, file, "--output", out, *words)
    assert ended.code == 0, ended.err
    assert out.read_bytes().startswith(codecs.BOM_UTF8) == marked
    with out.open(encoding="utf-8-sig", newline="") as answers:
        assert next(csv.reader(answers, delimiter="," if suffix == ".csv" else "\t"))[:2] == ["text", "城市"]
    assert out.read_bytes().count(codecs.BOM_UTF8) == marked


def test_standard_input_with_a_mark_gives_a_table_with_one(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piping(monkeypatch, TABLE.encode("utf-8-sig"))
    assert call("predict", CLASSIFIER, "-", "--batch-size", 1, "--output", tmp_path / "out.csv").code == 0
    assert (tmp_path / "out.csv").read_bytes().startswith(codecs.BOM_UTF8)
    piping(monkeypatch, TABLE.encode("utf-8-sig"))
    assert call("predict", CLASSIFIER, "-", "--output", tmp_path / "out.jsonl").code == 0
    assert lines((tmp_path / "out.jsonl").read_text(encoding="utf-8"))[0]["id"] == "1"


def test_probabilities_of_labels_are_called_so_in_tables_and_by_label_in_json(call: Call, tmp_path: Path) -> None:
    file, out = table(tmp_path), tmp_path / "out.tsv"
    assert call("predict", CLASSIFIER, file, "--probabilities", "--output", out).code == 0
    header = out.read_text(encoding="utf-8-sig").splitlines()[0].split("\t")
    assert header[-4:] == ["probability", "probability_animal", "probability_colour", "probability_tool"]
    first = lines(call("predict", CLASSIFIER, file, "--probabilities").out)[0]
    assert list(first["probabilities"]) == ["animal", "colour", "tool"]
    assert call("predict", SEVERAL, file, "--probabilities", "--output", tmp_path / "several.csv").code == 0
    header = (tmp_path / "several.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(";")
    assert [name.partition("_")[0] for name in header[-4:]] == ["probability"] * 4


def test_a_single_column_of_any_name_is_the_text_and_that_is_said(
    call: Call, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "one.csv").write_text("Bemerkung\nthe old cat\n", encoding="utf-8")
    assert call("predict", CLASSIFIER, tmp_path / "one.csv").code == 0
    assert "text from 'Bemerkung': its only column; --text names another" in caplog.text
    caplog.clear()
    (tmp_path / "usual.csv").write_text("内容\n一只猫\n", encoding="utf-8")
    assert call("predict", CLASSIFIER, tmp_path / "usual.csv").code == 0
    assert "its only column" not in caplog.text


def test_nothing_to_answer_is_one_sentence(call: Call) -> None:
    assert "FILE, - for standard input, or a text" in call("predict", CLASSIFIER).error
    assert "as many" in call("predict", CLASSIFIER, "--text", "a", "--text", "b", "--text-pair", "c").error


def test_which_route_answers_is_said(call: Call, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "transferkit")
    call("predict", CLASSIFIER, "--text", "a cat")
    assert f"baseline answers (the best of {CLASSIFIER})" in caplog.text
    call("predict", CLASSIFIER, "--text", "a cat", "--route", "static")
    assert "static answers" in caplog.text


def test_tags_are_entities_with_text_type_place_and_score(call: Call) -> None:
    ended = call("predict", TAGS, "--text", "the cat sat in rome")
    (line,) = lines(ended.out)
    assert list(line) == ["text", "words", "tags", "entities"] and line["words"] == line["text"].split()
    for entity in line["entities"]:
        assert line["text"][entity["start"] : entity["end"]] == entity["text"]
        assert {"type", "score"} <= entity.keys()


def test_several_labels_come_with_the_probability_of_each(call: Call, tmp_path: Path) -> None:
    ended = call("predict", SEVERAL, "--text", "the old cat", "--text", "a red hammer", "--probabilities")
    for line in lines(ended.out):
        assert line["scores"] == [line["probabilities"][label] for label in line["labels"]]


def test_the_column_that_the_model_was_trained_on_is_named(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("id,was\n1,the old cat\n2,a hammer\n", encoding="utf-8")
    words = "expected the column 'text', which the model was trained on, found the columns 'id', 'was'; name what"
    ended = call("predict", CLASSIFIER, file)
    assert ended.code == 3 and words in ended.error and "--text NAME" in ended.error and "odd.csv" in ended.error
    assert call("predict", CLASSIFIER, file, "--text", "was").code == 0
    pd = pytest.importorskip("pandas")
    with pytest.raises(DataError, match=r"which the model was trained on, .* named=\{\"text\": \.\.\.\}$"):
        transferkit.load(CLASSIFIER).predict(pd.read_csv(file))
