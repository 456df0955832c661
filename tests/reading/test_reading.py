"""Files and tables -> raw rows; every way a file can be bad is one sentence."""

import csv
import gzip
import io
import json
import lzma
import tracemalloc
import zipfile
from pathlib import Path

import datasets
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transferkit.data import read, read_splits, stream
from transferkit.errors import ConfigError, DataError
from transferkit.reading import compression

TEXTS = ["plain", 'with "quotes", commas', "two\nlines", "naïve 文"]
LABELS = ["a", "b", "a", "b"]


def write(path: Path, content: str | bytes) -> Path:
    data = content if isinstance(content, bytes) else content.encode()
    opener = {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix, open)
    with opener(path, "wb") as file:
        file.write(data)
    return path


def frame() -> pd.DataFrame:
    return pd.DataFrame({"text": TEXTS, "label": LABELS})


@pytest.mark.parametrize("packed", ["", ".gz", ".xz"])
def test_csv_jsonl_plain_and_packed(tmp_path: Path, packed: str) -> None:
    lines = "".join(json.dumps({"text": t, "label": x}) + "\n" for t, x in zip(TEXTS, LABELS, strict=True))
    for name, content in (("a.csv", frame().to_csv(index=False)), ("a.jsonl", lines)):
        rows = read(write(tmp_path / f"{name}{packed}", content))
        assert list(rows["text"]) == TEXTS
        assert list(rows["label"]) == LABELS
        assert rows.numbers.tolist() == [1, 2, 3, 4]


def test_tsv_undoes_whole_quoting_and_keeps_stray_quotes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", 'text\tlabel\n"He said ""no"""\ta\n"Odd" start\tb\n5" disk\tb\n"a\tb\n')
    assert list(read(path)["text"]) == ['He said "no"', '"Odd" start', '5" disk', '"a']


def test_a_tab_keeps_the_blanks_inside_a_word(tmp_path: Path) -> None:
    rows = read(write(tmp_path / "a.conll", "10 000\tB-SUM\nEuro \tI-SUM\n\t\nyes\tO"))
    assert rows["tokens"] == [["10 000", "Euro"], ["yes"]]
    assert rows["ner_tags"] == [["B-SUM", "I-SUM"], ["O"]]


def test_parquet(tmp_path: Path) -> None:
    frame().to_parquet(tmp_path / "a.parquet")
    assert list(read(tmp_path / "a.parquet")["text"]) == TEXTS


def test_parquet_written_by_datasets_keeps_class_names(tmp_path: Path) -> None:
    classed().to_parquet(tmp_path / "a.parquet")
    rows = read(tmp_path / "a.parquet")
    assert rows["label"] == ["neg", "pos", None]
    assert rows["tags"] == [["O"], ["P", "O"], []]


def test_frame_ignores_its_index_and_empties_missing_cells() -> None:
    rows = read(pd.DataFrame({"text": ["a", None, pd.NA], "label": [1, 2, float("nan")]}, index=[7, 7, 9]))
    assert rows["text"] == ["a", None, None]
    assert rows["label"] == [1.0, 2.0, None]
    assert rows.numbers.tolist() == [1, 2, 3]


def classed() -> datasets.Dataset:
    names = datasets.ClassLabel(names=["neg", "pos"])
    features = datasets.Features(
        {
            "text": datasets.Value("string"),
            "label": names,
            "tags": datasets.List(datasets.ClassLabel(names=["O", "P"])),
        }
    )
    columns = {"text": ["a", "b", "c"], "label": [0, 1, -1], "tags": [[0], [1, 0], []]}
    return datasets.Dataset.from_dict(columns, features=features)


def test_dataset_gives_class_names_whatever_its_format() -> None:
    for dataset in (classed(), classed().with_format("numpy")):
        rows = read(dataset)
        assert rows["label"] == ["neg", "pos", None]
        assert rows["tags"] == [["O"], ["P", "O"], []]
        assert type(rows["text"][0]) is str


def test_dataset_dict_gives_splits_under_usual_names() -> None:
    found = read_splits(datasets.DatasetDict(train=classed(), dev=classed(), unsupervised=classed()))
    assert list(found) == ["train", "validation", "unlabelled"]


def test_mapping_and_records() -> None:
    assert list(read({"text": ("a", "b")})["text"]) == ["a", "b"]
    rows = read([{"text": "a"}, {"text": "b", "label": 1}])
    assert rows["label"] == [None, 1]
    with pytest.raises(DataError, match=r"one length, found \{'text': 1, 'label': 2\}"):
        read({"text": ["a"], "label": [1, 2]})
    with pytest.raises(DataError, match="found int"):
        read(3)


def test_folder_gives_its_splits(tmp_path: Path) -> None:
    for name in ("x.train.jsonl.xz", "x-dev.jsonl", "test.jsonl.gz"):
        write(tmp_path / name, json.dumps({"text": name}) + "\n")
    (tmp_path / "README.md").write_text("train")
    found = read_splits(tmp_path)
    assert {name: rows["text"][0] for name, rows in found.items()} == {
        "train": "x.train.jsonl.xz",
        "validation": "x-dev.jsonl",
        "test": "test.jsonl.gz",
    }
    write(tmp_path / "y.train.csv", "text\na\n")
    with pytest.raises(DataError, match=r"both .* look like train"):
        read_splits(tmp_path)


def test_mapping_of_splits_to_files_or_records(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text\nx\n")
    found = read_splits({"train": str(path), "test": [{"text": "y"}]})
    assert {name: list(rows["text"]) for name, rows in found.items()} == {"train": ["x"], "test": ["y"]}
    assert list(read_splits({"en": path})) == ["en"]


def test_folder_without_splits(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected a data file, or files named train.*found none"):
        read_splits(tmp_path)
    write(tmp_path / "only.csv", "text\na\n")
    assert list(read_splits(tmp_path)) == ["all"]


def test_further_split_sources_win(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text\nx\n")
    found = read_splits({"text": ["a"]}, test=path)
    assert {name: list(rows["text"]) for name, rows in found.items()} == {"train": ["a"], "test": ["x"]}


def test_bom_is_tolerated(tmp_path: Path) -> None:
    assert list(read(write(tmp_path / "a.csv", b"\xef\xbb\xbftext,label\na,b\n")).columns) == ["text", "label"]
    assert list(read(write(tmp_path / "a.jsonl", b'\xef\xbb\xbf{"text": "a"}\n')).columns) == ["text"]


def test_broken_utf8_is_read_with_replacement(tmp_path: Path) -> None:
    text = ["naïve"] * 30
    content = "\n".join(["text", *text, ""]).encode().replace("ï".encode(), b"\xef", 1)
    assert list(read(write(tmp_path / "a.csv", content))["text"]) == ["na\ufffdve", *text[1:]]
    with pytest.raises(DataError, match="expected UTF-8 text, found text in another encoding"):
        read(write(tmp_path / "b.csv", b"text\nna\xefve\n"), "utf-8")


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_other_separators_where_the_header_has_no_comma(tmp_path: Path, mark: str) -> None:
    (tmp_path / "a.csv").write_text(f'text{mark}label\n"a, {mark} b"{mark}x\n')
    rows = read(tmp_path / "a.csv")
    assert {name: list(rows[name]) for name in rows.columns} == {"text": [f"a, {mark} b"], "label": ["x"]}


def test_blank_csv_lines_count_as_numbers_but_are_no_rows(tmp_path: Path) -> None:
    rows = read(write(tmp_path / "a.csv", "text,label\na,x\n\nb,y\n"))
    assert rows.numbers.tolist() == [1, 3]
    assert list(read(write(tmp_path / "b.csv", "text\na\n\nb\n"))["text"]) == ["a", "", "b"]


def test_long_fields_are_read(tmp_path: Path) -> None:
    assert len(read(write(tmp_path / "a.csv", "text,label\n" + "x" * 300_000 + ",a\n"))["text"][0]) == 300_000


BAD = [
    ("a.csv", "", "is empty"),
    ("a.jsonl", "", "is empty"),
    ("a.csv", "text,label\n", "no rows under its header"),
    ("a.tsv", "text\tlabel\n", "no rows under its header"),
    ("a.jsonl", "\n\n", "has no rows"),
    ("a.csv", "text,label\na,b\na\n", r"row 2: expected 2 fields as in the header \(text, label\), found 1"),
    ("a.tsv", "text\tlabel\na\tb\tc\n", "row 1: expected 2 fields .* found 3"),
    ("a.csv", 'text,label\na,b\n"open,b\n', "row 2 is not valid CSV"),
    ("a.csv", "text,text\na,b\n", "names 'text' more than once"),
    ("a.csv", "\n\n", "expected a header"),
    ("a.csv", "\na,b\n", "no rows under its header"),
    ("a.jsonl", '{"text": "a"}\n{"text": \n', "row 2 is not valid JSON"),
    ("a.jsonl", '{"text": "a"}\n\n["a"]\n', "row 3: expected a JSON object .* found a list"),
    ("a.json", '[\n{"text": "a"},\n3]\n', "row 2: expected an object such as .*, found 3"),
    ("a.json", '{\n"data": [\n', "is not JSON from line 3 on .* expected an array of objects, or one object per line"),
    ("a.jsonl", '[\n{"text": "a"}]\n', r"expected JSON lines, found a JSON document; call it \.json"),
    ("a.jsonl", '{\n"text": "a"}\n', r"row 1 is not valid JSON .* is one JSON document, call it \.json"),
    (
        "a.json",
        '{\n"text": ["a"]\n}\n',
        "expected rows as an array of objects, .* one document with 'text'; write a list of its rows",
    ),
    ("a.conll", "Ada NN B-PER\nruns O\n", "line 2: expected 3 columns as above, found 2 in 'runs O'"),
    ("a.conll", "Ada\tNN\tB-PER\nruns\tVB\t\n", "line 2: expected a word and its tag, found 'runs.*VB'"),
    ("a.conll", "-DOCSTART- O\n\nAda\tB-PER\nruns\t\n", "line 4: expected a word and its tag, found 'runs'"),
    (
        "a.docx",
        "x",
        r"the suffix '.docx' is not known; supported are .*\.csv, .*\.parquet.*, each plain or with .gz or .xz",
    ),
    ("a", "x", "a: no suffix; supported are"),
    ("a.parquet", "x", "not a readable Parquet file"),
    ("a.parquet.gz", "x", "decompress"),
    ("a.csv", "text\na\n".encode("utf-16"), "looks like utf-16: read it with --encoding utf-16"),
]


@pytest.mark.parametrize(("name", "content", "message"), BAD)
def test_bad_file_is_one_sentence_with_its_name(tmp_path: Path, name: str, content: str, message: str) -> None:
    path = write(tmp_path / name, content)
    with pytest.raises(DataError, match=message) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_missing_file_and_folder_as_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found nothing there"):
        read(tmp_path / "gone.csv")
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(DataError, match="found a folder"):
        read(tmp_path / "d.csv")


@pytest.mark.parametrize("packed", [".gz", ".xz"])
def test_truncated_archive(tmp_path: Path, packed: str) -> None:
    path = write(tmp_path / f"a.csv{packed}", "text\n" + "".join(f"row {i * i}\n" for i in range(5000)))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DataError, match="truncated or damaged after line"):
        read(path)
    path.write_bytes(b"no archive at all")
    with pytest.raises(DataError, match=rf"data, found none; if the file is not packed, take \{packed} from its name"):
        read(path)


@pytest.mark.parametrize(
    ("name", "start"), [("a.csv", b"text\nok\n"), ("a.jsonl.gz", b'{"text": "ok"}\n'), ("a.tsv", b"text\nok\n")]
)
def test_huge_line_is_refused_with_its_row_and_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, start: bytes
) -> None:
    monkeypatch.setattr(compression, "MAX_LINE", 2**20)
    path = write(tmp_path / name, start + b"x" * 30 * 2**20)
    tracemalloc.start()
    with pytest.raises(DataError, match=r"row 2: line .* is longer than 1 MiB"):
        read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * 2**20


def test_stream_has_constant_memory_and_keeps_numbers(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv.gz", "text,label\n" + "some words to read,a\n" * 100_000)
    tracemalloc.start()
    batches = sizes = 0
    for rows in stream(path, 1000):
        batches, sizes, last = batches + 1, sizes + len(rows), int(rows.numbers[-1])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (batches, sizes, last) == (100, 100_000, 100_000)
    assert peak < 3 * 2**20


def test_stream_of_jsonl_keeps_columns_of_earlier_batches(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "a", "label": 1}\n{"text": "b"}\n')
    assert [rows["label"] for rows in stream(path, 1)] == [[1], [None]]


def test_stream_of_parquet_keeps_numbers(tmp_path: Path) -> None:
    frame().to_parquet(tmp_path / "a.parquet")
    assert [rows.numbers.tolist() for rows in stream(tmp_path / "a.parquet", 3)] == [[1, 2, 3], [4]]


def test_missing_pyarrow_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame().to_parquet(tmp_path / "a.parquet")
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"pip install 'transferkit\[data\]'"):
        read(tmp_path / "a.parquet")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=5))
def test_any_text_survives_csv(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["text", "n"], *([text, "1"] for text in texts)])
    assert list(read(path)["text"]) == texts


TABLE = {"text": ["fine, really", "so so", "bad"], "label": ["a", "b", "a"]}


def table(mark: str, end: str = "\n", trailing: str = "") -> str:
    """A table with the cells of `TABLE`, quoted where they have to be."""
    rows = [("text", "label"), *zip(*TABLE.values(), strict=True)]
    lines = (mark.join(f'"{cell}"' if mark in cell else cell for cell in row) for row in rows)
    return "".join(f"{line}{trailing if i else ''}{end}" for i, line in enumerate(lines))


FORMS = {
    **{f"{name}, {mark!r}": (name, table(mark)) for name in ("a.csv", "a.tsv") for mark in ",;\t|"},
    **{
        f"{name}, sep={mark!r}": (name, f"sep={mark}\n{table(mark)}") for name in ("a.csv", "a.tsv") for mark in ",;\t|"
    },
    "Excel's first line, quoted": ("a.csv", f'"sep=;"\r\n{table(";", chr(13) + chr(10))}'),
    "a mark of byte order": ("a.csv", f"\ufeffsep=;\n{table(';')}"),
    "old Mac, csv": ("a.csv", table(",", "\r")),
    "old Mac, tsv": ("a.tsv", table("\t", "\r")),
    "blank lines first, csv": ("a.csv", f"\n , \n{table(',')}"),
    "blank lines first, tsv": ("a.tsv", f"\n\t\n{table(chr(9))}"),
    "a separator too many, csv": ("a.csv", table(",", trailing=",")),
    "a separator too many, tsv": ("a.tsv", table("\t", trailing="\t")),
}


@pytest.mark.parametrize(("name", "content"), FORMS.values(), ids=FORMS)
def test_forms_of_tables(tmp_path: Path, name: str, content: str) -> None:
    rows = read(write(tmp_path / name, content))
    assert {column: list(cells) for column, cells in rows.columns.items()} == TABLE
    assert rows.numbers.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("header", "mark"),
    [('"text, or so";"label"', ";"), ("id;text;label, final", ";"), ("text,a|b", ","), ('"a;b",label', ",")],
)
def test_what_separates_is_told_by_all_rows(tmp_path: Path, header: str, mark: str) -> None:
    width = len(next(csv.reader([header], delimiter=mark)))
    rows = read(write(tmp_path / "a.csv", f"{header}\n" + f"{mark.join('x' * width)}\n" * 2))
    assert len(rows.columns) == width and len(rows) == 2


def test_what_looks_like_another_form_stays_what_it_is(tmp_path: Path) -> None:
    """Texts with commas in a table of one column, and a text with a comma before a label that is missing."""
    rows = read(write(tmp_path / "a.tsv", "text, as it is\none, two\nthree\n"))
    assert list(rows.columns) == ["text, as it is"]
    for content in ("text,label\nhello, world,\n", "text,label\nhello, world,\ngood,a\n"):
        with pytest.raises(DataError, match="row 1: expected 2 fields"):
            read(write(tmp_path / "b.csv", content))
    assert list(read(write(tmp_path / "a.txt", "one\rtwo\nthree\n"))["text"]) == ["one\rtwo", "three"]
    assert list(read(write(tmp_path / "b.txt", "<html>a</html>\n<html>b</html>\n"))["text"])[1] == "<html>b</html>"
    assert list(read(write(tmp_path / "c.txt", "text, or\nlabels\n"))["text"]) == ["text, or", "labels"]
    assert list(read(write(tmp_path / "d.txt", '{"event": 1}\n{"event": 2}\n'))["text"]) == [
        '{"event": 1}',
        '{"event": 2}',
    ]


def zipped(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return packed.getvalue()


LINES = '{"text": "a"}\n{"text": "b"}\n'
OTHERS = [
    (
        ".csv",
        zipped("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"),
        "workbook with 2 sheets",
    ),
    (
        ".csv",
        zipped("xl/workbook.xml", "xl/worksheets/sheet1.xml"),
        "an Excel workbook; call it .xlsx, or save",
    ),
    (".xlsx", zipped("word/document.xml"), "expected a workbook, found a Word document"),
    (".csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "an Excel workbook of the older form"),
    (".zip", zipped("a.csv"), "a ZIP archive; unpack it"),
    (".json", b"PAR1" + bytes(50), "expected JSON, found Parquet; call it .parquet"),
    (".txt", gzip.compress(b"a\nb\n"), "gzip data; add .gz to its name"),
    (".csv.gz", b"PAR1" + bytes(50), "found Parquet"),
    (".parquet", zipped("a"), "expected Parquet, found a ZIP archive"),
    (".csv", b"\x80\x04\x95", "a pickle, which may run code"),
    (".csv", "<!DOCTYPE html>\n<html>\n<body></body></html>", "a web page"),
    (".json", "<HTML><body>403</body></HTML>", "expected JSON, found a web page"),
    (".txt", "<!DOCTYPE html>\n<html>\n", "a web page"),
    (".parquet", "<html>", "expected Parquet, found a web page"),
    (".tsv", '<?xml version="1.0"?>\n<rows/>\n', "found XML"),
    (".csv", LINES, r"expected a table, found JSON lines; call it \.jsonl"),
    (".txt", LINES, "expected a text per line, found JSON lines"),
    (".tsv", '[{"text": "a"}]', "found a JSON document"),
    (".jsonl", '[{"text": "a"}]', r"expected JSON lines, found a JSON document; call it \.json"),
    (".json", "text,label\na,b\n", "expected JSON, found a table with the header 'text,label'"),
    (".txt", "text,label\na,b\n", "found a table with the header 'text,label'"),
]


@pytest.mark.parametrize(("ending", "content", "message"), OTHERS, ids=[f"{e} {m}" for e, _, m in OTHERS])
def test_a_file_of_another_kind_is_refused_by_its_own_name(
    tmp_path: Path, ending: str, content: str | bytes, message: str
) -> None:
    path = write(tmp_path / f"a{ending}", content)
    with pytest.raises(DataError, match=message):
        read(path)


@pytest.mark.parametrize("address", ["https://example.com", "https://example.com/rows.csv"])
def test_an_address_is_shown_as_it_was_given(address: str) -> None:
    with pytest.raises(DataError, match=f"^{address}: expected the path of a file, found an address; download"):
        read(address)
