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
        says="signs that could not be read|invalid byte|not valid UTF-8",
    ),
    Situation(
        "columns of words in GBK", {"rows.conll": _TAGGED.encode("gbk")}, "ner", refused="expected UTF-8.*gb18030"
    ),
    Situation(
        "two CSVs with a mark of byte order, joined",
        {"rows.csv": csv(_ZH).encode("utf-8-sig") + csv(labelled(ENGLISH, ("好评", "差评"))).encode("utf-8-sig")},
        gives=_ZH | labelled(ENGLISH, ("好评", "差评")),
        says="names once more",
    ),
    Situation(
        "two CSVs with a mark of byte order and quotes, joined",
        {"rows.csv": b"".join(f'"text","label"\n"{t} 1","a"\n"{t} 2","b"\n'.encode("utf-8-sig") for t in ENGLISH)},
        gives=labelled([f"{t} {i}" for t in ENGLISH for i in (1, 2)], ("a", "b")),
        says="names once more",
    ),
    Situation(
        "marks of byte order in the midst of JSON lines and words",
        {"rows.jsonl": b"".join(lines([{"text": t, "label": a}]).encode("utf-8-sig") for t, a in _ZH.items())},
        gives=_ZH,
    ),
    Situation(
        "marks of byte order in the midst of columns of words",
        {
            "rows.conll": _TAGGED.encode("utf-8-sig")
            + _TAGGED.replace("我", "你").replace("他", "她").encode("utf-8-sig")
        },
        "ner",
        gives={
            ("我", "在", "北", "京"): ("O", "O", "B-LOC", "I-LOC"),
            ("他", "叫", "王", "明"): ("O", "O", "B-PER", "I-PER"),
            ("上", "海", "见"): ("B-LOC", "I-LOC", "O"),
            ("你", "在", "北", "京"): ("O", "O", "B-LOC", "I-LOC"),
            ("她", "叫", "王", "明"): ("O", "O", "B-PER", "I-PER"),
        },
    ),
    *(
        Situation(
            f"{name} found to be {meant}",
            {"rows.csv": csv(_ZH).encode(meant)},
            asked={"encoding": name},
            gives=_ZH,
        )
        for name in ("utf-16", "utf-32")
        for meant in (f"{name}-le", f"{name}-be")
    ),
    Situation(
        "UTF-16 asked for, UTF-32 with a mark found",
        {"rows.csv": csv(_ZH).encode("utf-32")},
        asked={"encoding": "utf-16"},
        refused="utf-32|UTF-32",
    ),
    Situation(
        "UTF-16 asked for, UTF-8 found",
        {"rows.csv": csv(_ZH)},
        asked={"encoding": "utf-16"},
        refused="expected utf-16, found UTF-8",
    ),
    Situation(
        "an encoding that no file is in",
        {"rows.csv": csv(_ZH)},
        asked={"encoding": "punycode"},
        refused="punycode|an encoding such as",
    ),
    *(
        Situation(
            f"{encoding}: all bytes of {texts[0]} are ASCII",
            {"rows.csv": csv(labelled(texts, ("a", "b"))).encode(encoding)},
            refused=f"expected UTF-8.*--encoding {encoding}",
        )
        for encoding, texts in (("hz", CHINESE), ("utf_7", CHINESE), ("utf_7", FRENCH), ("iso2022_kr", KOREAN))
    ),
    Situation(
        "HZ found out",
        {"rows.csv": csv(_ZH).encode("hz")},
        asked={"encoding": "auto"},
        gives=_ZH,
    ),
    Situation(
        "plus signs and tildes are no shifts",
        {
            "rows.csv": csv(
                labelled(["call +49123456", "C++ and more", "~{a} and b~", "+1 and +100 for it"], ("a", "b"))
            )
        },
        gives=labelled(["call +49123456", "C++ and more", "~{a} and b~", "+1 and +100 for it"], ("a", "b")),
    ),
    *(
        Situation(
            f"rows in {encoding} before rows in UTF-8, asked to read it in {asked}",
            {
                "rows.csv": csv(labelled(texts, ("a", "b"))).encode(encoding)
                + csv(labelled(others, ("a", "b")))[11:].encode()
            },
            asked={"encoding": asked},
            refused="found two encodings: lines 8, 9, 10, 11, 12 and 1 more are UTF-8, lines 2, 3, 4, 5, 6 and 1 more",
        )
        for encoding, texts, others, asked in (
            ("gbk", CHINESE, JAPANESE, "auto"),
            ("gbk", CHINESE, RUSSIAN, "utf-8"),
            ("cp1251", RUSSIAN, CHINESE, "auto"),
        )
    ),
    Situation(
        "UTF-8 that was encoded twice",
        {"rows.csv": csv(labelled([t.encode().decode("latin-1") for t in (*FRENCH, *CHINESE)], ("a", "b")))},
        says="rows are encoded twice in column 'text': 'Un tr.* for 'Un très bon film'",
    ),
)
