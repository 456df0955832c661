"""Slips and first tries of somebody new to transferkit: a misspelt name, a wrong column, one text, a table in memory.

One file is one kind of slip; every file has a tuple `SLIPS`. Each works, or is answered with a way out, which is given
beside it. None of these needs a model, and none may load torch. A kind that others add is another file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules

_GOOD = "text,label\n" + "".join(f"a fine film number {i},good\nsome bad play {i},bad\n" for i in range(20))
_SHOP = "id;when;Verbatim;shop;kind of case\n" + "".join(
    f"{i};2024-01-{i % 28 + 1:02};The lamp number {i} broke after a week of use;{'AB'[i % 2]};{'xyz'[i % 3]}\n"
    for i in range(60)
)
_PICKED = "Comment,Review Text,Score\n" + "".join(
    f"{('yes', 'no')[i % 2]},The lamp number {i} broke after a week of use,{i % 5 + 1}\n" for i in range(1597)
)
_TAGS = "".join(f"Ada B-PER\nsaw O\nit{i} O\n\n" for i in range(20))
FILES: Mapping[str, str] = {
    "good.csv": _GOOD,
    "shop.csv": "\ufeff" + _SHOP,
    "picked.csv": _PICKED,
    "picked2.csv": _PICKED.replace("Review Text", "Verbatim"),
    "two.csv": _GOOD.replace("text,label", "was da steht,was es ist"),
    "tags.conll": _TAGS,
    "price.csv": "text,price\n" + "".join(f"The lamp number {i} is fine,{i * 1.37 + 9:.2f}\n" for i in range(60)),
    "pairs.csv": "source,target\n" + "".join(f"the lamp number {i} is on,die Lampe {i} ist an\n" for i in range(60)),
    "repeated.csv": "text,label\n" + "the lamp broke,a\nthe lamp broke,b\n" * 20,
    "data.yaml": "dta: good.csv\nroutes: baseline\n",
    "no-data.yaml": "routes: baseline\n",
    "run.yaml": "data: {path: good.csv, lable: label}\n",
    "routes.yaml": "data: good.csv\nroute: full\n",
}
"""What lies in the folder in which all of them happen; beside them is an empty folder `runs/first`."""


@dataclass(frozen=True)
class Slip:
    """Words behind `transferkit`, or a line of `python`; patterns of what is answered, and the exit code.

    `says` must be found on stdout or stderr. Where a command fails, that is one sentence. A slip of Python raises an
    error whose text `says` matches, or nothing where `code` is 0.
    """

    name: str
    words: str = ""
    python: str = ""
    says: str = ""
    code: int = 2
    files: Mapping[str, str] = field(default_factory=dict)


def all_of_them() -> list[Slip]:
    """Every slip of every file in this folder."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return [slip for module in modules for slip in module.SLIPS]
