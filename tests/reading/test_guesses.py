"""Which encoding a short file is in, told by its bytes alone, in many languages."""

import json
import re
from itertools import cycle
from pathlib import Path

import pytest

from transferkit.data import read
from transferkit.errors import DataError
from transferkit.reading import alphabets, charset, guesses

TEXTS = {
    "zh": ["房间很干净，早餐也好吃", "书的内容一般", "等了一个星期才到，太慢了", "不会再来了", "孩子特别喜欢"],
    "tw": ["房間很乾淨，早餐也好吃", "書的內容一般", "等了一個星期才到，太慢了", "不會再來了", "孩子特別喜歡"],
    "ja": ["部屋はきれいで朝食もおいしい", "内容は普通です", "届くのが遅すぎる", "もう来ない", "子どもが気に入った"],
    "ko": [
        "방이 깨끗하고 아침도 맛있어요",
        "내용은 평범하다",
        "배송이 너무 느려요",
        "다시는 안 가요",
        "아이가 좋아해요",
    ],
    "ru": ["Номер чистый, завтрак вкусный", "Книга так себе", "Везли целую неделю", "Больше не приеду", "ОЧЕНЬ ПЛОХО"],
    "uk": [
        "Кімната чиста, сніданок смачний",
        "Книжка так собі",
        "Везли цілий тиждень",
        "Більше не приїду",
        "Їжа жахлива",
    ],
    "bg": [
        "Стаята е чиста, закуската е вкусна",
        "Книгата е скучна",
        "Чакахме цяла седмица",
        "Няма да се върна",
        "Ужасно",
    ],
    "sr": ["Соба је чиста, доручак укусан", "Књига је досадна", "Чекали смо недељу дана", "Нећу се вратити", "Ужасно"],
    "el": [
        "Καθαρό δωμάτιο, ωραίο πρωινό",
        "Το βιβλίο είναι μέτριο",
        "Άργησε μία εβδομάδα",
        "Δεν θα ξανάρθω",
        "Απαίσιο",
    ],
    "he": ["החדר נקי וארוחת הבוקר טעימה", "הספר בינוני", "חיכינו שבוע שלם", "לא נחזור לכאן", "הילדים אהבו מאוד"],
    "ar": ["الغرفة نظيفة والفطور لذيذ", "الكتاب عادي", "انتظرنا أسبوعا كاملا", "لن أعود أبدا", "أحبه الأطفال كثيرا"],
    "fa": [
        "اتاق تميز بود و صبحانه خوب",
        "کتاب معمولي است",
        "يک هفته منتظر شديم",
        "ديگر برنمي گردم",
        "بچه ها خيلي پسنديدند",
    ],
    "th": ["ห้องสะอาด อาหารเช้าอร่อย", "หนังสือธรรมดา", "รอนานถึงหนึ่งสัปดาห์", "จะไม่กลับมาอีก", "เด็กๆ ชอบมาก"],
    "vi": ["Phòng sạch, bữa sáng ngon", "Cuốn sách bình thường", "Chờ cả tuần mới đến", "Sẽ không quay lại", "Rất tệ"],
    "fr": [
        "Chambre propre, déjeuner délicieux",
        "Un cœur simple, déjà lu",
        "Très lent, à éviter",
        "Ça a été long",
        "Déçu",
    ],
    "de": [
        "Zimmer sauber, Frühstück köstlich",
        "Das Buch ist mäßig",
        "Kam für 20 € verspätet",
        "Nie wieder",
        "Größe passt",
    ],
    "es": [
        "Habitación limpia, desayuno rico",
        "El libro es así así",
        "Tardó una semana, ¡qué mal!",
        "No volveré",
        "Año",
    ],
    "pt": ["Quarto limpo, pequeno-almoço bom", "O livro é razoável", "A entrega não chegou", "Não voltarei", "Péssimo"],
    "sv": ["Rummet var rent, frukosten god", "Boken är så där", "Det tog en hel vecka på vägen", "Aldrig mer", "Dålig"],
    "da": [
        "Værelset var rent, maden god",
        "Bogen er så som så",
        "Det tog en hel uge på vejen",
        "Aldrig igen",
        "Dårlig",
    ],
    "fi": [
        "Huone oli siisti, aamiainen hyvä",
        "Kirja on keskinkertainen",
        "Kesti viikon päästä tänne",
        "En tule enää",
        "Älä",
    ],
    "et": [
        "Tuba oli puhas, hommikusöök hea",
        "Raamat on nii ja naa",
        "Läks terve nädal, mõttetu",
        "Rohkem ei tule",
        "Õudne",
    ],
    "pl": [
        "Pokój czysty, śniadanie pyszne",
        "Książka jest przeciętna",
        "Dostawa trwała tydzień",
        "Nie wrócę",
        "Źle, żal",
    ],
    "cs": ["Čistý pokoj, snídaně výborná", "Kniha je průměrná", "Doručení trvalo týden", "Už nepřijedu", "Žádná sláva"],
    "sk": [
        "Čistá izba, raňajky výborné",
        "Kniha je priemerná",
        "Doručenie trvalo týždeň",
        "Už neprídem",
        "Škoda ľutovať",
    ],
    "hr": [
        "Soba čista, doručak ukusan",
        "Knjiga je dosadna, šteta",
        "Čekali smo tjedan dana",
        "Neću se vraćati",
        "Užas",
    ],
    "hu": [
        "Tiszta szoba, bőséges reggeli",
        "A könyv közepes",
        "Egy hétig tartott, túl hosszú",
        "Többé nem jövök",
        "Szörnyű",
    ],
    "ro": [
        "Camera curată, mâncarea bună",
        "Cartea este aşa şi aşa",
        "A durat o săptămână",
        "Nu mă întorc",
        "Foarte greşit",
    ],
    "tr": [
        "Oda temiz, kahvaltı çok güzel",
        "Kitap şöyle böyle",
        "Gelmesi bir hafta sürdü",
        "Bir daha gelmeyeceğim",
        "İğrenç",
    ],
    "lt": [
        "Kambarys švarus, pusryčiai skanūs",
        "Knyga vidutiniška",
        "Vežė visą savaitę",
        "Daugiau negrįšiu",
        "Siaubinga",
    ],
    "lv": [
        "Istaba tīra, brokastis garšīgas",
        "Grāmata viduvēja",
        "Piegāde ilga nedēļu",
        "Vairs neatgriezīšos",
        "Šausmīgi",
    ],
}
ENCODINGS = {
    "zh": "gb18030 utf-16-le",
    "tw": "big5 gb18030 utf-16-be",
    "ja": "cp932 euc_jp iso2022_jp utf-16-le",
    "ko": "cp949 utf-16-be",
    "ru": "cp1251 koi8_r cp866 iso8859_5 utf-16-le utf-16-be utf-32-le",
    "uk": "cp1251 koi8_u",
    "bg": "cp1251",
    "sr": "cp1251",
    "el": "cp1253 iso8859_7",
    "he": "cp1255 iso8859_8",
    "ar": "cp1256 iso8859_6",
    "fa": "cp1256",
    "th": "cp874",
    "vi": "cp1258",
    "fr": "cp1252 iso8859_15 mac_roman utf-16-le",
    "de": "cp1252 iso8859_15 cp850",
    "pl": "cp1250 iso8859_2",
    "cs": "cp1250 iso8859_2",
    "hu": "cp1250 iso8859_2",
    "tr": "cp1254 iso8859_9",
    "lt": "cp1257 iso8859_13",
    "et": "cp1257 cp1252 iso8859_15",
    "lv": "cp1257",
    **dict.fromkeys(("es", "pt", "sv", "da", "fi"), "cp1252"),
    **dict.fromkeys(("sk", "hr", "ro"), "cp1250"),
}
TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")


def in_code_page(text: str) -> str:
    """Vietnamese as code page 1258 has it: tones behind their letters."""
    from unicodedata import normalize

    def parted(sign: str) -> str:
        whole = normalize("NFD", sign)
        return normalize("NFC", TONES.sub("", whole)) + "".join(TONES.findall(whole))

    return "".join(map(parted, text))


def content(texts: list[str], suffix: str) -> str:
    rows = [(text, str(i % 2)) for i, text in enumerate(texts)]
    if suffix == ".jsonl":
        lines = [json.dumps({"text": text, "label": label}, ensure_ascii=False) for text, label in rows]
    elif suffix == ".conll":
        lines = [line for text, _ in rows for line in (*(f"{word} O" for word in text.split()), "")]
    else:
        mark = "\t" if suffix == ".tsv" else ","
        lines = [f"text{mark}label", *(f"{text}{mark}{label}".replace("，", "。") for text, label in rows)]
        lines = [line.replace(", ", " ") for line in lines]
    return "\n".join([*lines, ""])


@pytest.mark.parametrize(
    ("language", "name"), [(language, name) for language, names in ENCODINGS.items() for name in names.split()]
)
def test_short_files(tmp_path: Path, language: str, name: str) -> None:
    """The right encoding is named first in each, and alone in all but one at most; never is another one named alone."""
    texts, alone = [in_code_page(text) if language == "vi" else text for text in TEXTS[language]], 0
    texts = [text.replace("€", "Euro") for text in texts] if name == "cp850" else texts
    formats = cycle([".csv", ".tsv", ".jsonl", ".conll"])
    files = [(texts[:3], next(formats)), (texts[2:], next(formats)), (texts, next(formats)), (texts, next(formats))]
    for given, suffix in files:
        path, meant = tmp_path / f"some{suffix}", content(given, suffix)
        path.write_bytes(meant.encode(name))
        likely = charset._likely(path, charset._examined(path, charset.UTF_8), None)
        assert path.read_bytes().decode(likely[0].name) == meant, [each.name for each in likely]
        alone += len(likely) == 1
    assert alone >= len(files) - 1


def test_where_the_bytes_do_not_tell_the_user_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes("text,label\nnon è,0\nOK,1\n".encode("cp1252"))
    with pytest.raises(DataError, match=r"it may be .* or .*: give the one that reads right with --encoding"):
        read(path, "auto")
    with pytest.raises(DataError, match="found text in another encoding; it may be") as found:
        read(path)
    named = re.findall(r"(\w+) \('([^']+)'\)", str(found.value))
    assert ("cp1252", "non è,0") in named and len(named) == len(dict(named)) == len({line for _, line in named}) <= 3
    assert all(read(path, name)["text"][0] == line.removesuffix(",0") for name, line in named)


def test_an_encoding_that_is_asked_for_and_makes_no_sense_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes(content(TEXTS["ru"], ".csv").encode("cp1251"))
    assert read(path, "latin-1")["text"][1] == "Êíèãà òàê ñåáå"
    assert "read as iso8859-1 as asked ('" in caplog.text and "but it looks like cp1251 ('Номер" in caplog.text


@pytest.mark.parametrize(
    ("language", "name", "asked"),
    [
        ("zh", "gb18030", "gbk"),
        ("zh", "gb18030", "gb2312"),
        ("ja", "cp932", "shift_jis"),
        ("ko", "cp949", "euc_kr"),
        ("es", "cp1252", "latin-1"),
        ("tr", "cp1254", "cp1254"),
        ("ru", "koi8_r", "koi8_u"),
        ("ro", "cp1250", "iso8859_16"),
        ("ru", "utf-16-le", "utf-16-le"),
        ("zh", "utf-16-be", "utf-16-be"),
    ],
)
def test_relatives_of_an_encoding_may_be_asked_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, language: str, name: str, asked: str
) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes(content(TEXTS[language], ".csv").encode(name))
    assert len(read(path, asked)) == len(TEXTS[language]) and not caplog.records


ENGLISH = ["The room was clean and breakfast was good", "I would not buy it", "It came late but it works"] * 20


@pytest.mark.parametrize(
    "line", ["I don\u2019t like it", "A small café by the sea", "It cost £50", "It is 20°C", "“Never” – again…"]
)
def test_a_sign_or_two_beside_ascii(tmp_path: Path, line: str) -> None:
    path = tmp_path / "some.txt"
    path.write_bytes("\n".join([*ENGLISH, line]).encode("cp1252"))
    assert read(path, "auto")["text"][-1] == line
    assert "\ufffd" in read(path)["text"][-1]  # which the audit reports


def test_half_width_katakana(tmp_path: Path) -> None:
    path = tmp_path / "some.txt"
    path.write_bytes("部屋はｷﾚｲで、朝食もおいしい\nｻｰﾋﾞｽが悪い".encode("cp932"))
    assert read(path, "auto")["text"][1] == "ｻｰﾋﾞｽが悪い"
    path.write_bytes("ｶﾝﾀﾝ ﾃﾞｽ\nﾄﾃﾓ ﾖｲ ﾎﾝ ﾃﾞｼﾀ\nﾊﾔｸ ﾄﾄﾞｲﾀ".encode("cp932"))
    assert charset._likely(path, charset._examined(path, charset.UTF_8), None)[0].name == "cp932"


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "gb18030"])
def test_no_ascii_at_all(tmp_path: Path, name: str) -> None:
    path = tmp_path / "some.txt"
    path.write_bytes("。".join(TEXTS["zh"]).encode(name))
    assert read(path, "auto")["text"] == ["。".join(TEXTS["zh"])]


def test_one_long_line(tmp_path: Path) -> None:
    path = tmp_path / "some.json"
    rows = [{"text": f"{text} {i}", "label": i % 2} for i in range(4_000) for text in TEXTS["ja"]]
    path.write_bytes(json.dumps(rows, ensure_ascii=False).encode("euc_jp"))
    assert len(read(path, "auto")) == len(rows)


def test_signs_that_come_late_in_a_file_count(tmp_path: Path) -> None:
    path = tmp_path / "some.txt"
    path.write_bytes("\n".join([*(["Zimmer schön"] * 40_000), "Größe gut, 20 €"]).encode("iso8859_15"))
    assert read(path, "auto")["text"][-1] == "Größe gut, 20 €"


def test_nulls_in_a_text_do_not_make_it_utf_16(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes(b"text,label\nplain\x00text,0\nother\x00\x00text,1\n")
    assert read(path)["text"][0] == read(path, "auto")["text"][0] == "plain\x00text"


@pytest.mark.parametrize("language", alphabets.LETTERS)
def test_alphabets_name_every_letter_once_and_in_lower_case(language: str) -> None:
    letters = alphabets.LETTERS[language]
    assert len(set(letters)) == len(letters) and letters.lower() == letters


def test_known_encodings_can_be_asked_for() -> None:
    assert all(str(b"abc", name) == "abc" for name in guesses.KNOWN)
