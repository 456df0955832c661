"""Words and their tags, and entities by their places."""

import json
from collections.abc import Callable

from situations import CHINESE, ENGLISH, TAGS, Situation, csv, labelled, lines

_SENTENCES = (
    (("Ada", "Lovelace", "lived", "in", "London"), ("B-PER", "I-PER", "O", "O", "B-LOC")),
    (("Turing", "was", "born", "in", "Maida", "Vale"), ("B-PER", "O", "O", "O", "B-LOC", "I-LOC")),
    (("It", "rained", "in", "Paris"), ("O", "O", "O", "B-LOC")),
    (("Grace", "Hopper", "spoke"), ("B-PER", "I-PER", "O")),
    (("Nobody", "came"), ("O", "O")),
    (("Oslo", "is", "cold"), ("B-LOC", "O", "O")),
)
_GIVES = dict(_SENTENCES)
_SIGNS = (
    (tuple("王明在北京"), ("B-PER", "I-PER", "O", "B-LOC", "I-LOC")),
    (tuple("李雷去上海"), ("B-PER", "I-PER", "O", "B-LOC", "I-LOC")),
    (tuple("下雨了"), ("O", "O", "O")),
    (tuple("张三来了"), ("B-PER", "I-PER", "O", "O")),
    (tuple("广州很热"), ("B-LOC", "I-LOC", "O", "O")),
    (tuple("他叫赵四"), ("O", "O", "B-PER", "I-PER")),
)
_GIVES_SIGNS = dict(_SIGNS)


def _columns(sentences: object = _SENTENCES, row: str = "{word} {tag}\n", before: str = "") -> str:
    made = ""
    for words, tags in sentences:  # type: ignore[attr-defined]
        made += before
        made += "".join(
            row.format(word=w, tag=t, number=i) for i, (w, t) in enumerate(zip(words, tags, strict=True), 1)
        )
        made += "\n"
    return made


def _places(words: tuple[str, ...], tags: tuple[str, ...], blank: str = " ") -> tuple[str, list[list[object]]]:
    """The text, and its entities as [start, end, type]."""
    text, found = "", []
    for word, tag in zip(words, tags, strict=True):
        text += blank if text else ""
        if tag.startswith("B-"):
            found.append([len(text), len(text) + len(word), tag[2:]])
        elif tag.startswith("I-"):
            found[-1][1] = len(text) + len(word)
        text += word
    return text, found


_SPANS = [_places(*sentence) for sentence in _SENTENCES]
_CHINESE_SPANS = [_places(*sentence, "") for sentence in _SIGNS]
_BIOES = {"B-PER": "S-PER", "B-LOC": "S-LOC"}


def _bioes(tags: tuple[str, ...]) -> tuple[str, ...]:
    following = (*tags[1:], "O")
    ends = {"B": "S", "I": "E", "O": "O"}
    return tuple(t if n.startswith("I-") else ends[t[0]] + t[1:] for t, n in zip(tags, following, strict=True))


def _otherwise(
    of: Callable[[str], str], gives: Callable[[str], str] = str, sentences: object = _SENTENCES
) -> dict[str, object]:
    """`content` of sentences with their tags written otherwise, and `gives` of these."""
    return {
        "content": _columns([(w, tuple(map(of, t))) for w, t in sentences]),  # type: ignore[attr-defined]
        "gives": {w: tuple(map(gives, t)) for w, t in sentences},  # type: ignore[attr-defined]
        "says": "tags say in an unusual way where entities begin: read ",
    }


def _last(tag: str) -> str:
    return tag if tag == "O" else f"{tag[2:]}-{tag[0]}"


def _texts(text: str, found: list[list[object]]) -> list[tuple[str, str]]:
    """Types and texts of entities."""
    return [(str(kind), text[start:end]) for start, end, kind in found]  # type: ignore[misc]


def _without_places(write: Callable[[list[tuple[str, str]]], object]) -> dict[str, object]:
    return {
        "file": "rows.jsonl",
        "content": lines([{"text": x, "label": write(_texts(x, f))} for x, f in _CHINESE_SPANS]),
        "gives": _GIVES_SIGNS,
        "says": "5 rows have entities without their places .*: looked up in the texts",
    }


def _read(name: str, file: str, content: str, gives: object = _GIVES, **more: object) -> Situation:
    return Situation(name, {file: content}, TAGS, gives=gives, **more)  # type: ignore[arg-type]


SITUATIONS = (
    _read("CoNLL-2003", "rows.conll", "-DOCSTART- -X- -X- O\n\n" + _columns(row="{word} NN B-NP {tag}\n")),
    _read("a word and its tag, with tabs", "rows.tsv", _columns(row="{word}\t{tag}\n")),
    _read("the same as .txt", "rows.txt", _columns()),
    _read("a number before every word", "rows.conll", _columns(row="{number}\t{word}\t{tag}\n")),
    _read(
        "GermEval",
        "rows.tsv",
        _columns(row="{number}\t{word}\t{tag}\tO\n", before="#\thttp://example.org [2009-10-17]\n"),
        asked={"label": "3"},
    ),
    _read("comments with #", "rows.conll", _columns(row="{word}\t{tag}\n", before="# sent_id = 1\n")),
    _read(
        "KLUE's comments",
        "rows.tsv",
        _columns(_SIGNS, "{word}\t{tag}\n", "## klue-ner-v1_00000_wikitree\t<x:LC>\n"),
        _GIVES_SIGNS,
    ),
    _read(
        "a word that is #",
        "rows.conll",
        _columns() + "# O\n1 O\nin O\nRome B-LOC\n\n",
        _GIVES | {("#", "1", "in", "Rome"): ("O", "O", "O", "B-LOC")},
    ),
    _read("signs of Chinese, a line each", "rows.conll", _columns(_SIGNS), _GIVES_SIGNS),
    _read(
        "B, I, E and S",
        "rows.conll",
        _columns([(w, _bioes(t)) for w, t in _SENTENCES]),
        None,
        says="BIOES|IOBES|E-|S-|PER",
    ),
    _read(
        "scores behind the tags",
        "rows.conll",
        _columns(row="{word} {tag} 0.97\n"),
        says="the last column has numbers, which are no tags: tags are read from column 2",
    ),
    _read(
        "parts of speech behind the tags",
        "rows.conll",
        _columns(row="{word} {tag} NOUN\n"),
        None,
        says="column 2 has tags of entities, the last column has none",
    ),
    _read(
        "parts of speech before the words",
        "rows.conll",
        _columns([(w, t) for w, t in _SENTENCES], row="N {word} {tag}\n"),
        None,
        says="words are read from column 1 unless another is named: --text 2",
    ),
    _read("small letters", "rows.conll", **_otherwise(str.lower, lambda tag: tag[:1] + tag[1:].lower())),
    _read("a small o", "rows.conll", **_otherwise(lambda tag: "o" if tag == "O" else tag)),
    _read("B.PER", "rows.conll", **_otherwise(lambda tag: tag.replace("-", "."))),
    _read("B:PER", "rows.conll", **_otherwise(lambda tag: tag.replace("-", ":"))),
    _read("BPER", "rows.conll", **_otherwise(lambda tag: tag.replace("-", ""))),
    _read("PER-B", "rows.conll", **_otherwise(_last)),
    _read(
        "PER-S alone",
        "rows.conll",
        **_otherwise(lambda t: "O" if t == "O" else f"{t[2:]}-S", lambda t: "O" if t == "O" else f"S-{t[2:]}"),
    ),
    _read(
        "types that end as tags may",
        "rows.conll",
        _columns([(w, tuple("O" if t == "O" else "VITAMIN-B" for t in ts)) for w, ts in _SENTENCES]),
        {w: tuple("O" if t == "O" else "VITAMIN-B" for t in ts) for w, ts in _SENTENCES},
    ),
    _read(
        "entities of B, M, E and S without their end",
        "rows.conll",
        _columns([*((w, _bioes(t)) for w, t in _SENTENCES), (("Ada", "came"), ("B-PER", "O"))]),
        None,
        says="1 row has an entity without its first or last tag",
    ),
    Situation("all tags are _", {"rows.conll": _columns(row="{word} _\n")}, TAGS, refused="tag"),
    _read(
        "sentences of one word each",
        "rows.conll",
        "".join(f"{w} {t}\n\n" for ws, ts in _SENTENCES for w, t in zip(ws, ts, strict=True)),
        None,
        says="one word|single word",
    ),
    _read("lists of words and of tags", "rows.jsonl", lines([{"tokens": w, "ner_tags": t} for w, t in _SENTENCES])),
    Situation(
        "class numbers without their names",
        {"rows.jsonl": lines([{"tokens": w, "ner_tags": [0] * len(w)} for w, _ in _SENTENCES])},
        TAGS,
        refused="name",
    ),
    Situation(
        "a tag too few",
        {
            "rows.jsonl": lines(
                [{"tokens": w, "ner_tags": t[:-1] if i == 2 else t} for i, (w, t) in enumerate(_SENTENCES)]
            )
        },
        TAGS,
        refused="row 3|4 .* 3|3 .* 4",
    ),
    _read(
        "the well-known NER table",
        "rows.csv",
        "Sentence #,Word,POS,Tag\n"
        + "".join(
            f"{'' if i else f'Sentence: {number}'},{word},NN,{tag}\n"
            for number, sentence in enumerate(_SENTENCES)
            for i, (word, tag) in enumerate(zip(*sentence, strict=True))
        ),
    ),
    _read(
        "a table of words with empty rows between sentences",
        "rows.csv",
        "word,tag\n" + _columns(row="{word},{tag}\n").replace("\n\n", "\n,\n"),
        says="some rows or lines between them are empty: read as the ends of sentences",
    ),
    _read(
        "a table of words with blank lines between sentences", "rows.csv", "word,tag\n" + _columns(row="{word},{tag}\n")
    ),
    _read(
        "a table of words with sentences and empty rows",
        "rows.csv",
        "Sentence #,Word,Tag\n"
        + ",,\n".join(
            f"{'' if i else f'Sentence: {number}'},{word},{tag}\n"
            for number, sentence in enumerate(_SENTENCES)
            for i, (word, tag) in enumerate(zip(*sentence, strict=True))
        ),
    ),
    _read(
        "tags with commas between them beside a text in Chinese",
        "rows.csv",
        "text,label\n" + "".join(f'{"".join(w)},"{",".join(t)}"\n' for w, t in _SIGNS),
        _GIVES_SIGNS,
    ),
    _read(
        "a header above three rows",
        "rows.conll",
        "sentence_id\ttoken\ttag\n1\tJohn\tB-PER\n1\tran\tO\n\n2\tAl\tB-PER\n",
        {("John", "ran"): ("B-PER", "O"), ("Al",): ("B-PER",)},
    ),
    Situation(
        "one entity per row",
        {"rows.csv": "text,start,end,label\n" + "".join(f"{x},{a},{b},{c}\n" for x, f in _SPANS for a, b, c in f)},
        TAGS,
        refused="found one label per row, such as 'PER', with 'start' and 'end'; for one entity per row, write",
    ),
    Situation(
        "labels of whole texts",
        {"rows.csv": csv(labelled(ENGLISH))},
        TAGS,
        refused="found one label per row, such as '好评'; for labels of whole texts give --task text-classification",
    ),
    Situation(
        "labels of whole texts in Chinese",
        {"rows.csv": csv(labelled(CHINESE))},
        TAGS,
        refused="for labels of whole texts give --task text-classification",
    ),
    _read("spaCy's entities", "rows.json", json.dumps([[text, {"entities": found}] for text, found in _SPANS])),
    _read("doccano's labels", "rows.jsonl", lines([{"text": text, "label": found} for text, found in _SPANS])),
    _read(
        "entities as objects",
        "rows.jsonl",
        lines([{"text": x, "entities": [{"start": a, "end": b, "label": c} for a, b, c in f]} for x, f in _SPANS]),
    ),
    _read(
        "entities in Chinese", "rows.jsonl", lines([{"text": x, "label": f} for x, f in _CHINESE_SPANS]), _GIVES_SIGNS
    ),
    _read(
        "entities in Chinese that may be counted otherwise",
        "rows.jsonl",
        lines([{"text": f"在{x}。", "label": [[a + 1, b, c] for a, b, c in f]} for x, f in _CHINESE_SPANS]),
        None,
        says="as is usual: '王' PER, '北' LOC, '李' PER: these texts prove no count",
    ),
    _read("lists of texts by type", **_without_places(lambda found: {kind: [text] for kind, text in found})),
    _read("a text by type", **_without_places(dict)),
    _read("types by text", **_without_places(lambda found: {text: kind for kind, text in found})),
    _read("texts and types", **_without_places(lambda found: [{"text": text, "type": kind} for kind, text in found])),
    _read(
        "a text by type that stands several times",
        "rows.jsonl",
        lines(
            [
                {"text": "北京人爱北京大学，也爱北京", "label": {"LOC": ["北京"], "ORG": ["北京大学"]}},
                {"text": "Al and Alice met Al", "label": {"PER": ["Al", "Alice"]}},
                {"text": "Nobody came", "label": {}},
                {"text": "Ada came", "label": {"PER": ["Ada"], "LOC": None}},
            ]
        ),
        {
            tuple("北京人爱北京大学，也爱北京"): (
                *("B-LOC", "I-LOC", "O", "O", "B-ORG", "I-ORG", "I-ORG", "I-ORG", "O", "O", "O", "B-LOC", "I-LOC"),
            ),
            ("Al", "and", "Alice", "met", "Al"): ("B-PER", "O", "B-PER", "O", "B-PER"),
            ("Nobody", "came"): ("O", "O"),
            ("Ada", "came"): ("B-PER", "O"),
        },
        says=r"2 rows have an entity that stands several times in its text \(rows 1, 2\): marked everywhere",
    ),
    Situation(
        "texts by type that the rows do not have",
        {"rows.jsonl": lines([{"text": x, "label": {"PER": ["赵六"]}} for x, _ in _CHINESE_SPANS])},
        TAGS,
        refused="texts are in their rows, found others in 6 rows of 6, such as '赵六' .PER. in row 1",
    ),
    Situation(
        "a mapping that is no entities",
        {"rows.jsonl": lines([{"text": x, "label": {"PER": 3}} for x, _ in _CHINESE_SPANS])},
        TAGS,
        refused="expected entities such as",
    ),
    _read(
        "CLUENER",
        "rows.jsonl",
        lines(
            [
                {
                    "text": x,
                    "label": {
                        kind: {x[a:b]: [[a, b - 1]] for a, b, k in f if k == kind} for kind in {k for *_, k in f}
                    },
                }
                for x, f in _CHINESE_SPANS
            ]
        ),
        _GIVES_SIGNS,
    ),
    _read(
        "places in bytes, with the text of the entity",
        "rows.jsonl",
        lines(
            [
                {
                    "text": f"在{x}",
                    "entities": [
                        {
                            "start": len(f"在{x}"[: a + 1].encode()),
                            "end": len(f"在{x}"[: b + 1].encode()),
                            "label": c,
                            "text": x[a:b],
                        }
                        for a, b, c in f
                    ],
                }
                for x, f in _CHINESE_SPANS
            ]
        ),
        {("在", *words): ("O", *tags) for words, tags in _SIGNS},
        says="bytes",
    ),
    Situation(
        "places that are off, with the text of the entity",
        {
            "rows.jsonl": lines(
                [
                    {
                        "text": f"{i}, {x}",
                        "entities": [{"start": a, "end": b, "label": c, "text": x[a:b]} for a, b, c in f],
                    }
                    for i, (x, f) in enumerate(_SPANS)
                ]
            )
        },
        TAGS,
        refused="text|place",
    ),
    Situation(
        "places outside of the text",
        {"rows.jsonl": lines([{"text": x, "label": [[a, b + 900, c] for a, b, c in f]} for x, f in _SPANS])},
        TAGS,
        refused="place|end|outside|longer",
    ),
    _read(
        "places from 1 to the last sign",
        "rows.jsonl",
        lines([{"text": x, "label": [[a + 1, b, c] for a, b, c in f]} for x, f in _SPANS]),
        says="count characters from 1, the end is the last one",
    ),
    Situation(
        "places that cut words in two",
        {"rows.jsonl": lines([{"text": x, "label": [[a + 2, b, c] for a, b, c in f]} for x, f in _SPANS])},
        TAGS,
        refused="word",
    ),
)
