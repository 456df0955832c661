"""Situations that people of this field's tools report in public, each with its right value.

One file is one kind of situation; every file has a tuple `SITUATIONS`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

CLASSIFICATION = "text-classification"
LABELS = "multi-label-classification"
TAGS = "ner"
QUESTIONS = "question-answering"
WRITING = "text-generation"
NUMBERS = "text-regression"

# Six sentences of each language, for and against in turn.
CHINESE = (
    "这本书写得很好",
    "酒店的房间太小了",
    "牛奶新鲜，送得也快",
    "屏幕有划痕，要退货",
    "老师讲得清楚",
    "等了两个小时",
)
ENGLISH = ("A fine film", "Too long by half", "Warm and funny", "The plot is a mess", "I laughed twice", "Skip it")
JAPANESE = (
    "とても良い本です",
    "部屋が狭かった",
    "牛乳は新鮮でした",
    "画面に傷がある",
    "説明が分かりやすい",
    "二時間も待った",
)
KOREAN = (
    "아주 좋은 책입니다",
    "방이 너무 작았어요",
    "우유가 신선해요",
    "화면에 흠집이 있다",
    "설명이 쉽다",
    "두 시간 기다렸다",
)
RUSSIAN = (
    "Очень хорошая книга",
    "Номер был мал",
    "Молоко свежее",
    "Экран поцарапан",
    "Объяснили ясно",
    "Ждали два часа",
)
FRENCH = ("Un très bon film", "La chambre était trop petite", "Drôle et léger", "Écran rayé", "C'est clair", "Dommage")
GOOD_BAD = ("好评", "差评")


@dataclass(frozen=True)
class Situation:
    """Files as somebody has them, and what they are to be read as, or with which words they are refused.

    The first file is the one to learn from; where `asked` names another one of `files`, its path is meant. `gives`
    are all labelled rows, inputs -> target (a single input stands for itself). `says` is a pattern that must be found
    in a finding or in what the run says it has read; `refused` one of the refusal.
    """

    name: str
    files: Mapping[str, str | bytes]
    task: str = CLASSIFICATION
    asked: Mapping[str, Any] = field(default_factory=dict)
    gives: Mapping[Any, Any] | None = None
    says: str = ""
    refused: str = ""


def labelled(texts: Sequence[str], labels: Sequence[Any] = GOOD_BAD) -> dict[str, Any]:
    """Every text with one of `labels` in turn."""
    return {text: labels[i % len(labels)] for i, text in enumerate(texts)}


def csv(rows: Mapping[str, Any], separator: str = ",", header: Sequence[str] = ("text", "label")) -> str:
    """`rows` as a table; texts with a separator in them are quoted."""
    return "".join(f"{separator.join(_quoted(str(c), separator) for c in row)}\n" for row in (header, *rows.items()))


def lines(rows: Sequence[Mapping[str, Any]]) -> str:
    """`rows` as JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _quoted(cell: str, separator: str) -> str:
    return f'"{cell}"' if separator in cell else cell


def all_of_them() -> list[Situation]:
    """Every situation of every file in this folder."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return [situation for module in modules for situation in module.SITUATIONS]
