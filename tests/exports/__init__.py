"""Files as people export them from shops, ticket systems, surveys and chats, each with the columns that are right.

One file is one kind of export; every file has a tuple `EXPORTS`. What stands in them is made up here.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

ROWS = 120

_SUBJECTS = ("The jacket", "This lamp", "My second order", "The blue kettle", "Their return form", "The new sofa")
_SAYINGS = (
    "arrived two days late and nobody answered my mail",
    "fits well and looks just like it does in the pictures",
    "broke after a week of careful use",
    "is worth every cent, I would buy it again",
    "smells of plastic even after washing it twice",
    "was packed with care and came a day early",
    "is smaller than the table of sizes says",
)
_ENDS = ("so I am sending it back.", "which is a pity.", "and my sister wants one too.", "Thank you!", "as always.")
_ZH_SUBJECTS = ("这件外套", "这盏灯", "第二次下单的鞋", "蓝色水壶", "客服回复", "新沙发")
_ZH_SAYINGS = (
    "比预计晚到了两天，没有人回复我",
    "尺寸合适，和图片上一模一样",
    "小心使用一周之后还是坏了",
    "物有所值，以后还会再买",
    "洗了两次还是有塑料味",
    "包装很仔细，还提前一天送到",
    "比尺码表上写的要小",
)
_ZH_ENDS = ("，所以我要退货。", "，有点可惜。", "，妹妹也想要一件。", "，谢谢！", "，一如既往。")


def texts(count: int = ROWS) -> list[str]:
    """So many different sentences, with their number where there are no more."""
    return [_sentence(i, _SUBJECTS, _SAYINGS, _ENDS, " ") for i in range(count)]


def chinese(count: int = ROWS) -> list[str]:
    """The same in Chinese."""
    return [_sentence(i, _ZH_SUBJECTS, _ZH_SAYINGS, _ZH_ENDS, "") for i in range(count)]


def _sentence(i: int, subjects: Sequence[str], sayings: Sequence[str], ends: Sequence[str], between: str) -> str:
    said = between.join((subjects[i % 6], sayings[i % 7], ends[i % 5]))
    return said if i < 6 * 7 * 5 else f"{said}{between}{i}"


def turns(values: Sequence[Any], count: int = ROWS, step: int = 1) -> list[Any]:
    """`values` one after the other, every one `step` times before the next."""
    return [values[i // step % len(values)] for i in range(count)]


def dates(count: int = ROWS, form: str = "2024-{m:02}-{d:02}") -> list[str]:
    """A date per row."""
    return [form.format(m=1 + i // 28 % 12, d=1 + i % 28, y=2024) for i in range(count)]


def table(columns: Mapping[str, Sequence[Any]], separator: str = ",", mark: str = "") -> bytes:
    """`columns` as a CSV, with a byte order mark if `mark` is one."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator, lineterminator="\r\n" if mark else "\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return f"{mark}{file.getvalue()}".encode()


@dataclass(frozen=True)
class Export:
    """A file, and what is right for it.

    `reads` says which column stands for what (text, label ...), `why` why, as `Overview.reasons` has it, `task` which
    task it is read for. `says` is a pattern of a finding, `silent` one that no finding has. `refused` is a pattern of
    the refusal, for files of which nobody can know what is meant. `asked` are settings of the user's.
    """

    name: str
    columns: Mapping[str, Sequence[Any]] | bytes
    reads: Mapping[str, str] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)
    task: str = "text-classification"
    says: str = ""
    silent: str = ""
    refused: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)
    suffix: str = ".csv"
    separator: str = ","
    mark: str = ""

    def written(self) -> bytes:
        """The content of the file."""
        return self.columns if isinstance(self.columns, bytes) else table(self.columns, self.separator, self.mark)


def all_of_them() -> list[Export]:
    """Every export of every file in this folder."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return [export for module in modules for export in module.EXPORTS]
