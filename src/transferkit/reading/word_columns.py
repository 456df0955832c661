"""Files with a word per line and an empty line between sentences: which columns there are, and what they hold."""

import logging
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from transferkit.errors import DataError
from transferkit.reading import adorned, compression, even_lines, word_doubts
from transferkit.reading.collector import Collector, check_header
from transferkit.reading.even_lines import DOCUMENT, START
from transferkit.table.rows import Note, Rows, regrouped
from transferkit.tagging.tags import are_tags, is_tag, parts

WORDS, TAGS = "tokens", "ner_tags"
_UNIT = "line"
"""What `Rows.numbers` count here."""
_GLOBAL = "# global.columns ="
_BLANK = re.compile(r" +")
_NUMBER = re.compile(r"\d+")
_SCORE = re.compile(r"-?\d*\.?\d+(?:[eE][-+]?\d+)?")
_RANGE = re.compile(r"\d+[-.]\d+")
_SAMPLE = 20_000  # lines
_FIRST = 2_000
_FEWEST = 4
_CONLLU = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
_CONLL_2012 = ("document", "part", "number", "word", "pos", "parse", "lemma", "frameset", "sense", "speaker", "ner")
_NAMES_OF_WORDS = ("word", "words", "token", "tokens", "form", "text", "字", "词")
_OTHER_NAMES = (
    *("tag", "tags", "label", "labels", "ner", "ner_tag", "ner_tags", "entity", "bio", "iob", "iob2", "pos", "pos_tag"),
    *("pos_tags", "chunk", "chunk_tag", "chunk_tags", "upos", "xpos", "lemma", "feats", "head", "deprel", "deps"),
    *("misc", "id", "#", "index", "idx", "no", "number", "sentence", "document", "ne", "entity_type"),
    *(
        "sentence_#",
        "sentence_id",
        "sentence_idx",
        "sent_id",
        "sent_idx",
        "doc_id",
        "document_id",
        "token_id",
        "word_id",
    ),
    *("标签", "标注"),
)

Line = tuple[int, list[str]]
Sentence = list[Line]

log = logging.getLogger("transferkit")


@dataclass(frozen=True)
class _Form:
    """How the lines of a file are to be read.

    `names` are those of its columns, `width` many; there may be `more` columns in some sentences, which go by their
    number. `header` is the number of the line with names. With `numbered` the first column counts the words; words
    may be `more_than_words`, see `adorned`. `last` has what the last column holds, by
    which a word `#` is told from a comment; `notes` are on what is not sure.
    """

    names: tuple[str, ...]
    width: int
    more: bool = False
    header: int = 0
    numbered: bool = False
    more_than_words: tuple[str, adorned.Bare] | None = None
    last: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()

    def is_comment(self, line: str, fields: Sequence[str]) -> bool:
        """Whether a line before a sentence that begins with # says something about it: its last cell is none of `last`,
        and no tag such as B-PER where these are; where they are others it begins with # alone, or has blanks."""
        if line.startswith(DOCUMENT) or len(fields) != self.width or self.numbered:
            return True
        if self.width == 1 or fields[-1] in self.last:
            return False
        if any(_has_blank(cell) for cell in fields) or all(map(is_tag, self.last)):
            return not is_tag(fields[-1])
        return not fields[0].strip("#")


def batches(path: Path, size: int, encoding: str) -> Iterator[Rows]:
    """A sentence per row, whose cells are lists with an entry per word; its number is the line of its first word.

    The columns are called as a header says; otherwise `tokens` and `ner_tags`, which are the first and the last, and
    others by their number from 1. A first column that counts the words is not taken for them: then they are in the
    second, and the tags in the only one that holds such; where that is not sure there is no `ner_tags`. CoNLL-U and
    CoNLL-2012 have the names of their columns. Ranges (1-2) and empty nodes (1.1) of CoNLL-U are left out.

    Columns stand apart by tabs, in a line without one by blanks, and every line has as many; document marks
    (-DOCSTART-) and comments (# ...) before sentences are left out.
    """
    form = _form_of(path, encoding)
    notes = _notes(form)
    for batch in regrouped(_parts(path, size, encoding, form), size):
        yield replace(batch, notes=notes, unit=_UNIT)
        notes = ()


def _parts(path: Path, size: int, encoding: str, form: _Form) -> Iterator[Rows]:
    odd, begun = Collector(str(path)), False
    for number, stretch in compression.stretches(path, encoding):
        for first, text in even_lines.runs(number, stretch):
            even = _even(first, text, form, str(path))
            if even is not None:
                if len(odd):
                    yield odd.flush()
                yield even
                begun = True
                continue
            for at, columns in _read(first, text, form, path):
                odd.add_mapping(at, _bare(columns, at, form, path) if form.more_than_words else columns)
                if len(odd) == size:
                    yield odd.flush()
    if len(odd) or not begun:
        yield from odd.finish()


def _notes(form: _Form) -> tuple[Note, ...]:
    notes = [*form.notes]
    if form.more_than_words is not None:
        what, _ = form.more_than_words
        notes.append(Note("adorned-words", f"the first column has {what}", (), "read without"))
    if form.names[:1] == (WORDS,) and TAGS in form.names[:-1]:
        at = form.names.index(TAGS) + 1
        action = f"tags are read from column {at}; another: --label NUMBER"
        notes.append(Note("numbers-last", "the last column has numbers, which are no tags", (), action, "info"))
    return tuple(notes)


def _bare(cells: dict[str, list[str]], number: int, form: _Form, path: Path) -> dict[str, list[str]]:
    assert form.more_than_words is not None
    what, bare = form.more_than_words
    words = bare(cells[WORDS])
    if words is None:
        raise DataError(
            f"{path}: line {number}: expected {what}, as in the lines before, found {' '.join(cells[WORDS])[:40]!r}; "
            "fix that sentence"
        )
    return {**cells, WORDS: words}


def is_one(names: Sequence[str]) -> bool:
    """Whether `names` are those of the columns of a file with a word per line, in their order."""
    if tuple(names[: len(_CONLLU)]) == _CONLLU or tuple(names[: len(_CONLL_2012)]) == _CONLL_2012:
        return True
    numbered = all(name in (WORDS, TAGS, str(i + 1)) for i, name in enumerate(names))
    return numbered and WORDS in names


def likely_tags(names: Sequence[str]) -> int:
    """The number of the first column that may have tags, of columns in which they are not known."""
    known = "upos" if "upos" in names else WORDS
    return list(names).index(known) + (1 if known == "upos" else 2)


def holds_words(path: Path, encoding: str) -> bool:
    """Whether `path` has a word per line: groups of lines with empty ones between, as many columns in every line, no
    blank inside of a cell, and where blanks part the columns one of tags such as O and B-PER."""
    try:
        lines = [line for _, line in islice(compression.numbered(path, encoding=encoding, unit=_UNIT), _FIRST)]
    except DataError:  # whoever reads the file as what it is says so
        return False
    groups = _groups(lines)
    said = [line for group in groups for line in group if not line.startswith("#")]
    fields = [_fields(line) for line in said]
    if len(groups) < 2 or len(fields) <= len(groups) or len({len(cells) for cells in fields}) > 1:
        return False
    if len(fields[0]) < 2 or any(_has_blank(cell) for cells in fields for cell in cells):
        return False
    by_tabs = all("\t" in line for line in said)
    return by_tabs or any(are_tags(column) for column in zip(*fields, strict=True))


def _form_of(path: Path, encoding: str) -> _Form:
    lines = list(islice(compression.numbered(path, encoding=encoding, unit=_UNIT), _SAMPLE))
    plus = next((line for _, line in lines[:100] if line.startswith(_GLOBAL)), None)
    told = [(number, line) for number, line in lines if line.strip() and not _is_mark(line)]
    said = [(number, _fields(line)) for number, line in told if not line.startswith("#")]
    if not said:
        return _Form((WORDS, TAGS), 2)
    number, first = said[0]
    header = number if plus is None and (_is_header(first) or _heads_tags(said)) else 0
    said = said[1:] if header else said
    last = frozenset(fields[-1] for _, fields in said)
    width = len(first)
    if any(line.startswith(DOCUMENT) for _, line in lines):
        width = min((len(fields) for _, fields in said), default=width)
        return _Form(_numbered(_CONLL_2012, width), width, more=True, last=last)
    numbered = _counts(_groups([line for at, line in lines if at != header]))
    if plus is not None or header:
        names = plus.removeprefix(_GLOBAL).lower().split() if plus is not None else first
        return _Form(tuple(check_header(names, path)), width, header=header, numbered=numbered, last=last)
    if numbered and width == len(_CONLLU):
        return _Form(_CONLLU, width, numbered=True, last=last)
    columns = _unnamed(said, width, numbered, path)
    if columns[0] != WORDS:
        return _Form(columns, width, numbered=numbered, last=last)
    more = adorned.found([_fields(line)[0] for _, line in told])
    at = columns.index(TAGS) if TAGS in columns else None
    doubts = word_doubts.notes(at, [fields for _, fields in said if len(fields) == width])
    return _Form(columns, width, numbered=numbered, more_than_words=more, last=last, notes=doubts)


def _unnamed(said: Sequence[Line], width: int, numbered: bool, path: Path) -> tuple[str, ...]:
    """Names of columns where the file has none."""
    names = [str(i + 1) for i in range(width)]
    if not numbered:
        cells = [fields for _, fields in said if len(fields) == width]
        if width > 1 and are_tags([row[0] for row in cells]) and not are_tags([row[-1] for row in cells]):
            words = "words from the second" if width == 2 else "the column of words is to be named with --text"
            log.info("%s: tags are read from the first column, %s", path, words)
            return (TAGS, WORDS) if width == 2 else (TAGS, *names[1:])
        names[0] = WORDS
        if (at := _last_tags(cells, width)) is not None:
            names[at] = TAGS
        return tuple(names)
    names[1] = WORDS
    rows = [fields for _, fields in said if len(fields) == width and _NUMBER.fullmatch(fields[0])]
    tags = [i for i in range(2, width) if are_tags([fields[i] for fields in rows])]
    if not tags and width == 3:
        tags = [2]
    if len(tags) == 1:
        names[tags[0]] = TAGS
    where = f"tags from column {tags[0] + 1}" if len(tags) == 1 else "the column of tags is to be named with --label"
    log.info("%s: the first column counts the words; words are read from column 2, %s", path, where)
    return tuple(names)


def _last_tags(cells: Sequence[Sequence[str]], width: int) -> int | None:
    """The last column, or where that has numbers the one before that has tags; None where this is not sure."""
    if width < 3 or not cells or not all(_SCORE.fullmatch(row[-1]) for row in cells):
        return width - 1 if width > 1 else None
    others = [i for i in range(1, width - 1) if not all(_SCORE.fullmatch(row[i]) for row in cells)]
    tags = [i for i in others if are_tags([row[i] for row in cells])]
    return tags[-1] if tags else others[0] if len(others) == 1 else None


def _numbered(names: Sequence[str], width: int) -> tuple[str, ...]:
    return (*names, *(str(i + 1) for i in range(len(names), width)))[:width]


def _has_blank(cell: str) -> bool:
    """Whether there is one inside; a blank alone may be a word."""
    return " " in cell.strip(" ")


def _is_header(fields: Sequence[str]) -> bool:
    names = [field.casefold().replace("-", "_").replace(" ", "_") for field in fields]
    known = all(name in (*_NAMES_OF_WORDS, *_OTHER_NAMES) for name in names)
    return len(names) > 1 and known and any(name in _NAMES_OF_WORDS for name in names)


def _heads_tags(said: Sequence[Line]) -> bool:
    """Whether the last cell of the first line is no tag, nor a type, but those of all others are tags: then it is a
    name."""
    first, *others = (fields[-1] for _, fields in said)
    if len(said[0][1]) < 2 or len(others) < _FEWEST or is_tag(first) or not are_tags(others):
        return False
    return first not in {kind for _, kind in map(parts, set(others))}


def _is_mark(line: str) -> bool:
    return line.split(maxsplit=1)[:1] == [START]


def _groups(lines: Sequence[str]) -> list[list[str]]:
    """Lines between empty ones."""
    groups: list[list[str]] = [[]]
    for line in lines:
        if line.strip() and not _is_mark(line):
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    return [group for group in groups if group]


def _counts(groups: Sequence[Sequence[str]]) -> bool:
    """Whether the first column counts the words of every sentence, from 0 or 1 or on from the sentence before."""
    before, counted = None, 0
    for group in groups:
        fields = [_fields(line) for line in group if not line.startswith("#")]
        first = [cells[0] for cells in fields if len(cells) > 1 and not _RANGE.fullmatch(cells[0])]
        if not first:
            continue
        if not all(_NUMBER.fullmatch(cell) and cell.isascii() for cell in first):
            return False
        numbers = [int(cell) for cell in first]
        if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            return False
        if numbers[0] > 1 and (before is None or numbers[0] != before + 1):
            return False
        before, counted = numbers[-1], counted + 1
    return counted > 1 or (before or 0) > 1


def _even(number: int, text: str, form: _Form, source: str) -> Rows | None:
    """The sentences of lines, the first of which is `number`, with nothing odd; else None."""
    known = [i for i, name in enumerate(form.names) if name in (WORDS, TAGS)]
    read = _even_columns(number, text, form, known if len(known) == 2 else range(form.width))
    if read is None or form.more_than_words:
        return None
    firsts, columns = read
    return Rows(dict(zip(form.names, columns, strict=True)), np.asarray(firsts, dtype=np.int64) + number, source)


def _even_columns(
    number: int, text: str, form: _Form, kept: Collection[int]
) -> tuple[list[int], list[Sequence[list[str]]]] | None:
    """As `even_lines.parted`, where what a line says does not hang on where it stands."""
    if form.numbered or form.more or number <= form.header or even_lines.is_odd(text):
        return None
    return even_lines.parted(text, form.width, kept)


def _read(number: int, text: str, form: _Form, path: Path) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """The sentences of lines, the first of which is `number`, by the number of their first word."""
    for first, block in compression.blocks(number, text):
        even = _even_columns(first, block, form, range(form.width))
        if even is not None:
            yield first, {name: cells[0] for name, cells in zip(form.names, even[1], strict=True)}
            continue
        lines = ((first + i, line) for i, line in enumerate(block.split("\n")))
        for sentence in _sentences(lines, form):
            yield sentence[0][0], _columns(sentence, form, path)


def _sentences(lines: Iterator[tuple[int, str]], form: _Form) -> Iterator[Sentence]:
    words: Sentence = []
    for number, line in lines:
        fields = _fields(line)
        ends = not line.strip() or fields[0] == START or line.startswith(DOCUMENT)
        if ends or number == form.header or (not words and line.startswith("#") and form.is_comment(line, fields)):
            if words:
                yield words
            words = []
        elif not (form.numbered and _RANGE.fullmatch(fields[0])):
            words.append((number, fields))
    if words:
        yield words


def _columns(sentence: Sentence, form: _Form, path: Path) -> dict[str, list[str]]:
    """The cells of a sentence by column. Raises `DataError` for a line of another width, or without word or tag."""
    width = len(sentence[0][1]) if form.more else form.width
    names = _numbered(form.names, width) if form.more else form.names
    needed = [i for i, name in enumerate(names) if name in (WORDS, TAGS)]
    cells = list(zip(*(fields for _, fields in sentence), strict=False))
    if all(len(fields) == width for _, fields in sentence) and all(all(cells[i]) for i in needed):
        return {name: list(column) for name, column in zip(names, cells, strict=True)}
    for number, fields in sentence:
        if len(fields) < min(2, width) or not all(fields[i] for i in needed if i < len(fields)):
            raise DataError(
                f"{path}: line {number}: expected a word and its tag, found {' '.join(fields).strip()[:40]!r}; fix it"
            )
        if len(fields) != width:
            raise DataError(
                f"{path}: line {number}: expected {width} columns as above, found {len(fields)} in "
                f"{' '.join(fields)[:40]!r}, so which one is the tag is not sure; fix it"
            )
    raise AssertionError("a sentence that can be read")


def _fields(line: str) -> list[str]:
    """The columns of a line; a tab keeps an empty one, and blanks inside of a word. Blanks of other scripts may be
    words."""
    if "\t" in line:
        return [field.strip(" \r") or field for field in line.split("\t")]
    return _BLANK.split(line.strip(" \r"))
