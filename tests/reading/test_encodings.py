"""Files in the encodings that people have: text as it was meant, or a refusal with the right name."""

import json
import struct
from pathlib import Path

import pytest

from transferkit.data import read, read_splits, stream
from transferkit.errors import ConfigError, DataError

ZH = ["房间很干净，服务也很周到", "书的内容一般，不值得买", "物流太慢了，等了一个星期", "奶粉质量不错，孩子喜欢喝"]
TW = ["房間很乾淨，服務也很周到", "書的內容一般，不值得買", "物流太慢了，等了一個星期", "奶粉質量不錯，孩子喜歡喝"]
JA = ["部屋はきれいで、朝食もおいしい", "本の内容は普通で価値がない", "配達が遅すぎる。長く待った", "二度と来ない"]
KO = ["방이 깨끗하고 아침 식사도 맛있다", "책의 내용은 평범하다", "배송이 너무 느리다", "다시는 오지 않겠다"]
RU = ["Номер чистый, завтрак вкусный", "Книга так себе, не стоит", "Доставка слишком медленная", "Больше не приеду"]
FR = ["Chambre propre, déjeuner délicieux où l’on dort bien", "Le livre est médiocre", "Livraison très lente", "Déçu"]
PL = ["Pokój czysty, śniadanie pyszne", "Książka jest przeciętna, szkoda pieniędzy", "Dostawa trwała długo", "Żółć"]
EL = ["Καθαρό δωμάτιο και ωραίο πρωινό", "Το βιβλίο είναι μέτριο", "Η παράδοση άργησε πολύ", "Δεν θα ξανάρθω"]
TH = ["ห้องสะอาด อาหารเช้าอร่อย", "เนื้อหาหนังสือธรรมดา", "จัดส่งช้ามาก", "จะไม่มาอีกแล้ว"]
AR = ["الغرفة نظيفة والفطور لذيذ", "محتوى الكتاب عادي", "التوصيل بطيء للغاية", "لن أعود أبدا"]

TEXTS = {
    "gb18030": ZH,
    "big5": TW,
    "cp932": JA,
    "euc_jp": JA,
    "iso2022_jp": JA,
    "cp949": KO,
    "cp1251": RU,
    "koi8_r": RU,
    "cp1252": FR,
    "cp1250": PL,
    "cp1253": EL,
    "cp874": TH,
    "cp1256": AR,
    "utf-16": ZH,
    "utf-16-le": FR,
    "utf-16-be": FR,
    "utf-32": ZH,
    "utf-32-be": TW,
    "utf-32-le": FR,
}


def written(folder: Path, suffix: str, texts: list[str], encoding: str) -> Path:
    """A file of `texts`, each twice, with labels or tags."""
    rows = [(text, str(i % 2)) for i, text in enumerate(texts * 2)]
    if suffix == ".jsonl":
        lines = [json.dumps({"text": text, "label": label}, ensure_ascii=False) for text, label in rows]
    elif suffix == ".conll":
        lines = [line for text, _ in rows for line in (*(f"{word} O" for word in text.split()), "")]
    else:
        mark = "\t" if suffix == ".tsv" else ","
        lines = [f"text{mark}label", *(f'"{text}"{mark}{label}' for text, label in rows)]
    path = folder / f"{encoding}{suffix}"
    path.write_bytes("\n".join([*lines, ""]).encode(encoding))
    return path


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".conll"])
@pytest.mark.parametrize("encoding", TEXTS)
def test_every_format_in_every_encoding(tmp_path: Path, encoding: str, suffix: str) -> None:
    meant = read(written(tmp_path, suffix, TEXTS[encoding], "utf-8"))
    path = written(tmp_path, suffix, TEXTS[encoding], encoding)
    with pytest.raises(DataError, match=f"expected UTF-8 text, found .*; it looks like {encoding}: read it with --enc"):
        read(path)
    assert read(path, encoding).columns == meant.columns
    assert read(path, "auto").columns == meant.columns
    assert next(stream(path, 100, "auto")).columns == meant.columns


@pytest.mark.parametrize("encoding", ["gb18030", "cp1252", "utf-16"])
def test_a_file_of_utf_8_is_not_read_as_anything_else(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, ".csv", ZH, "utf-8")
    assert read(path, "auto").columns == read(path, "utf-8").columns == read(path).columns
    with pytest.raises(DataError, match=f"expected {encoding}, found UTF-8; with --encoding auto"):
        read(path, encoding)


def test_every_file_of_a_run_in_its_own_encoding(tmp_path: Path) -> None:
    train, test = written(tmp_path, ".csv", ZH, "gb18030"), written(tmp_path, ".csv", TW, "utf-8")
    found = read_splits(train, test=test, encoding="auto")
    assert list(found["train"]["text"][:4]) == ZH and list(found["test"]["text"][:4]) == TW
    (tmp_path / "data").mkdir()
    train.rename(tmp_path / "data" / "train.csv")
    assert read_splits(tmp_path / "data", encoding="gbk")["train"]["text"][:4] == tuple(ZH)


def test_what_an_encoding_does_not_have_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, ".csv", ZH, "gb18030")
    with pytest.raises(DataError, match=r"found bytes that are not euc_jp in \d of 10 lines; it looks like gb"):
        read(path, "euc_jp")
    random = tmp_path / "random.csv"
    random.write_bytes(b"text\n" + bytes(range(1, 256)) * 20)
    with pytest.raises(DataError, match="expected UTF-8 text, found text in another encoding"):
        read(random)


def test_a_file_in_another_encoding_is_not_said_to_have_wrong_lines(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("".join(["text,label\n", *(f"{ZH[i % 4]}{i},{i % 2}\n" for i in range(200))]).encode("gb18030"))
    with pytest.raises(DataError) as found:
        read(path)
    assert str(found.value) == (
        f"{path}: expected UTF-8 text, found text in another encoding; it looks like gb18030: read it with "
        "--encoding gb18030, or save it as UTF-8"
    )


def test_the_encoding_that_was_usual_is_named_and_never_taken_in_silence(tmp_path: Path) -> None:
    path = written(tmp_path, ".csv", ZH, "gb18030")
    with pytest.raises(DataError, match=r"found text in another encoding; the files .* read in gbk, .*--encoding gbk$"):
        read(path, usual="gbk")
    with pytest.raises(DataError, match="it looks like gb18030"):  # which it was not
        read(path, usual="utf-16")
    path.write_bytes(f"text\n{ZH[0]}\n".encode())
    assert read(path, usual="gbk")["text"][0] == ZH[0]
    damaged = b"text\n" + b"plain\n" * 200 + "好\n".encode("gbk")  # few bytes, and not damage as it seems
    path.write_bytes(damaged)
    assert read(path)["text"][-1].startswith("\ufffd")
    with pytest.raises(DataError, match="--encoding gbk"):
        next(stream(path, usual="gbk"))
    assert read(path, "gbk", usual="gbk")["text"][-1] == "好"


def test_a_handful_of_wrong_bytes_is_damage_not_another_encoding(tmp_path: Path) -> None:
    for name, line in (("ascii", "plain"), ("zh", ZH[0])):
        path = tmp_path / f"{name}.csv"
        path.write_bytes(f"text\n{line}\n".encode() * 60 + b"text\xff\n")
        assert read(path)["text"][-1] == "text\ufffd"
        path.write_bytes(b"text\xff\n" * 60)
        with pytest.raises(DataError, match="expected UTF-8"):
            read(path)
    path.write_text("text\n" + "\ufffd\n" * 60, encoding="utf-8")  # somebody else's damage
    assert list(read(path)["text"]) == ["\ufffd"] * 60


@pytest.mark.parametrize("name", ["klingon", "rot13", "hex", "idna", "", "utf 8 0", "\0"])
def test_names_of_no_encoding(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, ".csv", ZH, "utf-8")
    with pytest.raises(ConfigError, match="expected auto or an encoding such as utf-8"):
        read(path, name)


def test_a_program_is_no_text(tmp_path: Path) -> None:
    code = (
        b"\x7fELF\x02\x01\x01" + bytes(9) + b"".join(struct.pack("<IHBx", 7 * i, i % 9, i % 251) for i in range(4_000))
    )
    path = tmp_path / "rows.csv"
    path.write_bytes(code)
    for encoding in (None, "auto", "utf-16"):
        with pytest.raises(DataError, match=r"rows\.csv: expected a table, found a binary file"):
            read(path, encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_text_of_every_width_is_text(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("text,label\nпривет мир,a\n你好世界,b\nhello there,c\n".encode(encoding))
    assert list(read(path, "auto")["label"]) == list("abc")
