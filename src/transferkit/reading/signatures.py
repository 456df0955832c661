"""Files that are not what their names say, told by how they begin: each is refused by its own name."""

import json
import re
import zipfile
from pathlib import Path

from transferkit.errors import DataError
from transferkit.reading import compression
from transferkit.table.column_names import ALIASES

_START = 2**16
_FEW_ODD = 0.05
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_TABLES, _LINES = (".csv", ".tsv", ".tab"), ".txt"
_JSON_LINES, _PARQUET, _WORKBOOK = (".jsonl", ".ndjson"), ".parquet", ".xlsx"
_BINARY: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook of the older form", "save its sheet as CSV (UTF-8)"),
    (b"PAR1", "Parquet", "call it .parquet"),
    (b"ARROW1", "an Arrow file", "write it as Parquet"),
    (b"FEA1", "a Feather file", "write it as Parquet"),
    (b"\x1f\x8b", "gzip data", "add .gz to its name"),
    (b"\xfd7zXZ\x00", "xz data", "add .xz to its name"),
    (b"BZh", "bzip2 data", "unpack it"),
    (b"\x28\xb5\x2f\xfd", "zstd data", "unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it"),
    (b"Rar!\x1a", "a RAR archive", "unpack it"),
    (b"%PDF-", "a PDF document", "write its rows as CSV"),
    (b"SQLite format 3\x00", "an SQLite database", "export the table with the rows as CSV"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", "write its rows as Parquet or CSV"),
    (b"\x93NUMPY", "a NumPy array", "write its rows as CSV"),
    *((b"\x80" + bytes([version]), "a pickle, which may run code", "write it as Parquet") for version in range(2, 6)),
)
_PACKED = {".gz": (b"\x1f\x8b", "gzip"), ".xz": (b"\xfd7zXZ\x00", "xz")}
_ZIP, _BOOK = b"PK\x03\x04", "an Excel workbook"
_IN_ZIP = (
    ("xl/workbook.xml", _BOOK, "call it .xlsx, or save the sheet with the rows as CSV (UTF-8)"),
    ("content.xml", "an OpenDocument file", "save the sheet with the rows as CSV (UTF-8)"),
    ("word/document.xml", "a Word document", "write its rows as CSV"),
)
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_POINTER = b"version https://git-lfs"
_PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml\b")
_ROWS_IN_JSON = re.compile(r'\[\s*\{\s*"')
_LABELS = {*ALIASES["label"], *ALIASES["labels"]}
_KEYS = {*ALIASES["text"], "tokens", "messages", "conversations", "prompt", "instruction"}


def refuse_others(path: Path, suffix: str) -> None:
    """Raise `DataError` where `path`, whose name ends in `suffix`, is another kind of file than that says."""
    _require_packed(path)
    start = next(compression.chunks(path, _START), b"")
    mismatch = _binary(path, start) if not (suffix == _PARQUET and start.startswith(b"PAR1")) else None
    if suffix == _WORKBOOK and mismatch is not None and mismatch[0].startswith(_BOOK) and start.startswith(_ZIP):
        mismatch = None
    if start.startswith(_POINTER):
        mismatch = "a pointer of Git LFS to it", "run `git lfs pull` in its folder"
    if mismatch is None and suffix not in (_PARQUET, _WORKBOOK) and _is_no_text(start):
        mismatch = "a binary file, whose bytes are no text in any encoding", "name the file that has the rows"
    mismatch = mismatch or _markup(start, suffix) or _text(start, suffix)
    if mismatch is not None:
        what, advice = mismatch
        raise DataError(f"{path}: expected {_expected(suffix)}, found {what}; {advice}")


def _expected(suffix: str) -> str:
    if suffix in _TABLES:
        return "a table"
    if suffix in _JSON_LINES:
        return "JSON lines"
    known = {".json": "JSON", _LINES: "a text per line", _PARQUET: "Parquet", _WORKBOOK: "a workbook"}
    return known.get(suffix, "rows in a form that is read")


def _require_packed(path: Path) -> None:
    mark, name = _PACKED.get(path.suffix.lower(), (b"", ""))
    with compression.open_plain(path) as file:
        start = file.read(len(mark))
    if start and start != mark:
        raise DataError(
            f"{path}: expected {name} data, found none; if the file is not packed, take {path.suffix} from its name, "
            "else fetch it again"
        )


def _binary(path: Path, start: bytes) -> tuple[str, str] | None:
    if start.startswith(_ZIP):
        return _zipped(path)
    return next(((what, advice) for mark, what, advice in _BINARY if start.startswith(mark)), None)


def _is_no_text(start: bytes) -> bool:
    """Whether `start` has nulls where no encoding of text has them, or codes that control terminals and devices."""
    if not start.count(0) > 0 or start.startswith(_WIDE_MARKS):
        return False
    whole = start[: len(start) // 4 * 4]
    for step in (2, 4):
        for encoding in ("le", "be"):
            decoded = whole.decode(f"utf-{8 * step}-{encoding}", "replace")
            odd = sum(sign == "\ufffd" or (sign < " " and sign not in "\t\n\r\f\v") for sign in decoded)
            if odd <= _FEW_ODD * len(decoded):
                return False
    odd = len(start.translate(None, bytes(range(32, 256)) + b"\t\n\r\f\v\x1b"))
    return odd > _FEW_ODD * len(start)


def _zipped(path: Path) -> tuple[str, str]:
    """What a ZIP archive is; of a workbook how many sheets it has."""
    try:
        with compression.open_bytes(path) as file, zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, EOFError):
        return "a damaged ZIP archive", "fetch it again and unpack it"
    for name, what, advice in _IN_ZIP:
        if name in names:
            sheets = sum(bool(_SHEET.fullmatch(member)) for member in names)
            return what + (f" with {sheets} sheets" if sheets > 1 else ""), advice
    return "a ZIP archive", "unpack it"


def _markup(start: bytes, suffix: str) -> tuple[str, str] | None:
    """A web page, as a server sends one in place of a file; a text per line may be a page per line."""
    first = start.lstrip().split(b"\n", 1)[0]
    if _PAGE.match(start) and not (suffix == _LINES and b"</html>" in first.lower()):
        return "a web page", "download the file itself, or write its table as CSV"
    if _XML.match(start) and suffix != _LINES:
        return "XML", "write its rows as CSV or JSON lines"
    return None


def _text(start: bytes, suffix: str) -> tuple[str, str] | None:
    """JSON that is called a table or a text, and what is called JSON and is not."""
    text = start.decode("utf-8-sig", "replace").lstrip()
    line = text.split("\n", 1)[0].strip()
    if suffix in (*_TABLES, *_JSON_LINES, _LINES) and _ROWS_IN_JSON.match(text):
        return "a JSON document", "call it .json"
    if suffix in (*_TABLES, _LINES) and (keys := _keys(line)) and (suffix != _LINES or _KEYS & keys):
        return "JSON lines", "call it .jsonl"
    if suffix in (*_JSON_LINES, ".json", _LINES) and _is_header(line, suffix == _LINES):
        return f"a table with the header {line[:60]!r}", "call it .csv, or .tsv where tabs separate"
    return None


def _keys(line: str) -> set[str]:
    """The keys, in lower case, of the JSON object that a line is."""
    try:
        record = json.loads(line) if line.startswith("{") else None
    except (ValueError, RecursionError):
        return set()
    return {name.lower() for name in record} if isinstance(record, dict) else set()


def _is_header(line: str, of_texts: bool) -> bool:
    """Whether a line names a column of texts among others; if it may be a text itself, all its names are usual ones."""
    if line.startswith(("{", "[", '"{')):
        return False
    parts = next((line.split(mark) for mark in (",;|" if of_texts else ",;\t|") if mark in line), [])
    names = {name.strip(' "').casefold() for name in parts}
    usual = not of_texts or (names <= _KEYS | _LABELS and bool(names & _LABELS))
    return len(names) > 1 and bool(names & _KEYS) and usual
