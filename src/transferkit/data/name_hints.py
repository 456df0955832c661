"""What a column may hold by its name, where that is not a usual one: `Review Text`, `ticketBody`, `客户评论`."""

import re
from collections.abc import Sequence

from transferkit.data.flags import SPLIT_FLAGS
from transferkit.table.column_names import ALIASES, PAIRS, plain

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
_FIRST_AND_SECOND = (("1", "2"), ("a", "b"), ("一", "二"), ("left", "right"))
_OTHERS_OF_A_LABEL = "type kind grade verdict outcome result stance tone mood priority reason cause 评价 評價"
_ABOUT_ROWS = (
    "id ids no nr num number index idx uid uuid key code date time year month day created updated timestamp user "
    "author name customer client agent source channel platform device browser app version lang language locale country "
    "region state city branch store site gender sex age email mail url link file path split set fold annotator worker "
    "编号 序号 日期 时间 用户 客户 顾客 买家 会员 昵称 姓名 名称 作者 来源 渠道 平台 设备 版本 语言 国家 "
    "地区 省份 城市 门店 店铺 店名 客服 员工 性别 年龄 邮箱 链接 "
    "datum kunde filiale kanal quelle sprache land stadt ort alter geschlecht date client source langue pays ville "
    "fecha cliente fuente canal idioma país ciudad"
)
"""Words in the names of columns that say of rows whose, whence and when they are, and hardly ever what they mean."""


def of_text(name: str) -> bool:
    """Whether a word of `name` is usual for texts."""
    return _has(name, ALIASES["text"])


def of_label(name: str) -> bool:
    """Whether a word of `name` is usual for labels."""
    if name.startswith("是否"):
        return True
    words = (*ALIASES["label"], *ALIASES["labels"], *ALIASES["value"], *_OTHERS_OF_A_LABEL.split())
    return _has(name, words) and not about_rows(name)


def about_rows(name: str) -> bool:
    """Whether a word of `name` says that it is about the row: whose, whence or when it is, or which split it is of.

    In Chinese that is the last word: 客户编号, but not 客户情感.
    """
    about = _ABOUT_ROWS.split()
    return _has(name, about, last=True) or plain(name) in SPLIT_FLAGS


def are_pair(first: str, second: str) -> bool:
    """Whether two names differ in a 1 and a 2, or an a and a b, at their ends, or are usual for pairs of texts."""
    one, other = plain(first), plain(second)
    if (one, other) in PAIRS:
        return True
    return any(
        one.endswith(a) and other.endswith(b) and one.removesuffix(a) == other.removesuffix(b) != ""
        for a, b in _FIRST_AND_SECOND
    )


def _has(name: str, words: Sequence[str], last: bool = False) -> bool:
    """Whether one of `words` is a word of `name`; where a script puts no blanks between words, whether it is in it, or
    is its `last` one."""
    parts = {part.casefold() for part in _PART.findall(name)}
    unbroken = [word for word in words if not word.isascii() and len(word) > 1]
    return bool(parts & {*words}) or any(name.endswith(word) if last else word in name for word in unbroken)
