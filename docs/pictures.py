"""The pictures of README and the guide: `python docs/pictures.py` (or `make pages`) draws them anew.

`routes.svg` shows what every route trains, `speed.svg` quality against speed as `benchmarks/RESULTS.md` has them; both
in English and in Chinese.
"""

import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.figures import RESULTS, Measured, sections  # noqa: E402

IMAGES = ROOT / "docs" / "images"
FONT = "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"
INK, QUIET, PAPER, LINE = "#1f2933", "#5b6673", "#ffffff", "#d5dbe1"
FROZEN, LEARNS, ADDED, PEER = "#c3d3e3", "#e8793a", "#f6c28f", "#7b8794"
OURS = "#c2571a"
LAYERS = 6
TABLE, METRIC, SPEED = "trec", "accuracy", "texts/s"

Words = Mapping[str, str]


@dataclass(frozen=True)
class Route:
    """What a route makes of the layers of a model, from the bottom: `f`rozen, `l`earning, `u`pdated by low rank,
    `-` left out; and what it learns from."""

    name: str
    layers: str
    head: str
    source: str


ROUTES = (
    Route("feature_transfer", "ffffff", "l", "labels"),
    Route("top_layers", "ffflll", "l", "labels"),
    Route("lora", "uuuuuu", "l", "labels"),
    Route("full", "llllll", "l", "labels"),
    Route("contrastive", "llllll", "l", "pairs"),
    Route("fewer_layers", "l-l-l-", "l", "teacher"),
    Route("static", "w-----", "l", "teacher"),
)
PEERS = {
    "HF Trainer": "HF Trainer",
    "sentence-transformers + LR": "sentence-transformers + LR",
    "model2vec": "model2vec",
    "TF-IDF + LinearSVC": "TF-IDF + LinearSVC",
}
SHOWN = ("full", "top_layers", "lora", "feature_transfer", "fewer_layers", "static")
WORDS: Mapping[str, Words] = {
    "": {
        "frozen": "frozen",
        "learns": "learns",
        "update": "low-rank update",
        "head": "head",
        "layers": "layers of the pretrained model",
        "words": "word embeddings",
        "labels": "from labels",
        "pairs": "from pairs of rows",
        "teacher": "from a teacher",
        "speed": "texts per second, two CPU cores (log scale)",
        "quality": "accuracy",
        "title": "TREC, {day}: {link}",
        "link": "means of {seeds} seeds",
    },
    ".zh": {
        "frozen": "冻结",
        "learns": "训练",
        "update": "低秩更新",
        "head": "任务头",
        "layers": "预训练模型的各层",
        "words": "词向量",
        "labels": "学习标签",
        "pairs": "学习样本对",
        "teacher": "学习教师模型",
        "speed": "每秒文本数，双核 CPU（对数轴）",
        "quality": "准确率",
        "title": "TREC，{day}：{link}",
        "link": "{seeds} 个种子的均值",
    },
}


def text(
    x: float, y: float, words: str, size: float = 13, fill: str = INK, anchor: str = "middle", bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{fill}" text-anchor="{anchor}"{weight}>'
        f"{escape(words)}</text>"
    )


def box(x: float, y: float, width: float, height: float, fill: str, stroke: str = "none", dashed: bool = False) -> str:
    dash = ' stroke-dasharray="4 3"' if dashed else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="4" fill="{fill}" '
        f'stroke="{stroke}"{dash}/>'
    )


def picture(width: int, height: int, what: str, parts: Iterable[str]) -> str:
    lines = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="{FONT}" role="img" aria-label="{escape(what)}">\n'
        f"{box(0.5, 0.5, width - 1, height - 1, PAPER, LINE)}\n{lines}\n</svg>\n"
    )


# What learns


WIDTH, STEP, HIGH, TOP = 104, 118, 22, 92


def routes(words: Words) -> str:
    parts = [part for i, route in enumerate(ROUTES) for part in column(24 + i * STEP, route, words)]
    width = 24 + len(ROUTES) * STEP + 10
    legend = [(FROZEN, words["frozen"]), (LEARNS, words["learns"])]
    x = 24.0
    for colour, label in legend:
        parts += [box(x, 20, 16, 16, colour), text(x + 23, 33, label, anchor="start")]
        x += 50 + 8 * max(len(label), 4)
    parts += [
        box(x, 20, 16, 16, FROZEN),
        box(x + 11, 20, 5, 16, LEARNS),
        text(x + 23, 33, words["update"], anchor="start"),
    ]
    return picture(width, 322, "what each route trains", parts)


def column(x: float, route: Route, words: Words) -> list[str]:
    parts = [box(x, TOP, WIDTH, HIGH, LEARNS), text(x + WIDTH / 2, TOP + 16, words["head"], 12, PAPER)]
    for depth, kind in enumerate(reversed(route.layers)):
        y = TOP + 34 + depth * (HIGH + 3)
        if kind == "-":
            parts.append(box(x, y, WIDTH, HIGH, "none", "#a9b4bf", dashed=True))
            continue
        parts.append(box(x, y, WIDTH, HIGH, LEARNS if kind in "lw" else FROZEN))
        if kind == "u":
            parts.append(box(x + WIDTH - 22, y, 22, HIGH, LEARNS))
        if kind == "w":
            parts.append(text(x + WIDTH / 2, y + 16, words["words"], 11, PAPER))
    y = TOP + 34 + LAYERS * (HIGH + 3)
    parts.append(text(x + WIDTH / 2, TOP - 14, route.name, 12, bold=True))
    parts.append(text(x + WIDTH / 2, y + 18, words[route.source], 11.5, QUIET))
    return parts


# Quality against speed


def speed(words: Words, measured: Measured) -> str:
    points = {f"ours/{name}": (name, OURS) for name in SHOWN} | {row: (name, PEER) for row, name in PEERS.items()}
    found = {row: (float(measured.value(row, SPEED)), float(measured.value(row, METRIC))) for row in points}
    low, high = (edge(point[1] for point in found.values()) for edge in (min, max))
    low, high = math.floor(low * 20) / 20, math.ceil(high * 50) / 50
    left, right, top, bottom = 70, 770, 50, 330
    slowest, fastest = 100, 200_000

    def at(per_second: float, value: float) -> tuple[float, float]:
        share = math.log(per_second / slowest) / math.log(fastest / slowest)
        return left + share * (right - left), bottom - (value - low) / (high - low) * (bottom - top)

    parts = []
    for tick in (100, 1_000, 10_000, 100_000):
        x, _ = at(tick, low)
        parts += [f'<path d="M{x:.1f} {top}V{bottom}" stroke="{LINE}"/>', text(x, bottom + 20, f"{tick:,}", 12, QUIET)]
    for i in range(round((high - low) / 0.05) + 1):
        _, y = at(slowest, low + 0.05 * i)
        if y < top - 1:
            continue
        parts += [
            f'<path d="M{left} {y:.1f}H{right}" stroke="{LINE}"/>',
            text(left - 8, y + 4, f"{low + 0.05 * i:.2f}", 12, QUIET, "end"),
        ]
    parts += [text((left + right) / 2, bottom + 44, words["speed"], 12.5, QUIET)]
    parts += [text(left, top - 18, words["quality"], 12.5, QUIET, "start")]
    places = {row: at(*found[row]) for row in points}
    taken = [Area(x - 7, y - 7, x + 7, y + 7) for x, y in places.values()]
    for row, (x, y) in sorted(places.items(), key=lambda place: place[1][1]):
        name, colour = points[row]
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" fill="{colour}"/>')
        parts.append(label(x, y, name, colour if colour == OURS else INK, taken))
    seeds = measured.rows["ours/full"]["seeds"]
    title = words["title"].format(day=measured.day, link=words["link"].format(seeds=seeds))
    parts.append(text(right, top - 18, title, 12, QUIET, "end"))
    return picture(800, 392, "accuracy against texts per second", parts)


class Area(NamedTuple):
    """What a point or a word covers."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Area") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def label(x: float, y: float, name: str, fill: str, taken: list[Area]) -> str:
    """The name beside its point, where it hides nothing of what is `taken`; from now on it is, too."""
    width = 7.1 * len(name)
    beside = [(start, y + down) for down in (0, 8, -8, 16, -16, 24, 32) for start in (x + 10, x - 10 - width)]
    areas = [(start, row, Area(start, row - 7, start + width, row + 7)) for start, row in beside]
    free = (place for place in areas if place[2].right < 790 and not any(place[2].meets(other) for other in taken))
    start, row, area = next(free, areas[0])
    taken.append(area)
    return text(start, row + 4.5, name, 12.5, fill, "start")


def drawn() -> dict[Path, str]:
    """Every picture under its path."""
    measured = sections(RESULTS.read_text(encoding="utf-8"))[TABLE]
    found = {}
    for suffix, words in WORDS.items():
        found[IMAGES / f"routes{suffix}.svg"] = routes(words)
        found[IMAGES / f"speed{suffix}.svg"] = speed(words, measured)
    return found


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for path, image in drawn().items():
        path.write_text(image, encoding="utf-8")
