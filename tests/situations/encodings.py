"""Files that are not UTF-8, or not quite."""

from situations import CHINESE, ENGLISH, FRENCH, JAPANESE, KOREAN, RUSSIAN, Situation, csv, labelled, lines

_ZH = labelled(CHINESE)
_TAGGED = "我 O\n在 O\n北 B-LOC\n京 I-LOC\n\n他 O\n叫 O\n王 B-PER\n明 I-PER\n\n上 B-LOC\n海 I-LOC\n见 O\n\n"


def _refused(name: str, texts: tuple[str, ...], encoding: str, named: str) -> Situation:
    return Situation(
        f"{name}: refused, and the encoding is named",
        {"rows.csv": csv(labelled(texts, ("a", "b"))).encode(encoding)},
        refused=rf"expected UTF-8.*{named}",
    )


def _named(texts: tuple[str, ...], encoding: str, file: str = "rows.csv") -> Situation:
    rows = labelled(texts, ("a", "b"))
    content = csv(rows) if file.endswith(".csv") else lines([{"text": t, "label": a} for t, a in rows.items()])
    return Situation(
        f"{file} in {encoding}, read with --encoding",
        {file: content.encode(encoding)},
        asked={"encoding": encoding},
        gives=rows,
    )


SITUATIONS = (
    _refused("a CSV of a Chinese Windows", CHINESE * 1, "gbk", "gb18030"),
    _refused(
        "a CSV from Taiwan",
        ("這本書寫得很好", "酒店的房間太小了", "牛奶新鮮送得也快", "老師講得清楚"),
        "big5",
        "big5",
    ),
    _refused("a CSV of a Japanese Windows", JAPANESE, "cp932", "cp932|shift_jis"),
    _refused("a CSV of a Korean Windows", KOREAN, "cp949", "cp949|euc_kr"),
    _refused("a CSV of a Russian Windows", RUSSIAN, "cp1251", "cp1251"),
    _refused("a CSV of a French Windows", FRENCH, "cp1252", "cp1252|iso8859"),
    _named(CHINESE, "gb18030"),
    _named(CHINESE, "gbk", "rows.jsonl"),
    _named(JAPANESE, "cp932"),
    _named(KOREAN, "euc_kr", "rows.jsonl"),
    _named(RUSSIAN, "koi8_r"),
    _named(FRENCH, "cp1252"),
    Situation(
        "labels 0 and 1 in a GBK file: every text would have become �",
        {"rows.csv": csv(labelled(CHINESE, (0, 1))).encode("gbk")},
        asked={"encoding": "auto"},
        gives=labelled(CHINESE, ("0", "1")),
    ),
    Situation(
        "a header in GBK, named by hand",
        {"rows.csv": csv(_ZH, header=("评论", "类别")).encode("gbk")},
        asked={"encoding": "gbk", "text": "评论", "label": "类别"},
        gives=_ZH,
    ),
    Situation(
        "UTF-16 with a mark, as a spreadsheet saves it",
        {"rows.csv": csv(_ZH).encode("utf-16")},
        refused="it looks like utf-16: read it with --encoding utf-16",
    ),
    Situation("UTF-16 found out", {"rows.csv": csv(_ZH).encode("utf-16")}, asked={"encoding": "auto"}, gives=_ZH),
    Situation("UTF-8 with a mark: the first column is text", {"rows.csv": csv(_ZH).encode("utf-8-sig")}, gives=_ZH),
    Situation(
        "a test file in GBK beside training rows in UTF-8",
        {"train.csv": csv(_ZH), "test.csv": csv(labelled(("店家很热情", "包装破了"))).encode("gbk")},
        asked={"test": "test.csv"},
        refused="expected UTF-8.*gb18030",
    ),
    Situation(
        "one bad byte among many good ones",
        {"rows.csv": csv(labelled(tuple(f"{t} {i}" for i in range(40) for t in ENGLISH))).encode() + b"caf\xe9,a\n"},
        says="bytes that are not UTF-8|invalid byte|not valid UTF-8",
    ),
    Situation(
        "columns of words in GBK", {"rows.conll": _TAGGED.encode("gbk")}, "ner", refused="expected UTF-8.*gb18030"
    ),
)
