"""The figures of both READMEs, from `RESULTS.md`: `python -m benchmarks.figures` (or `make pages`) writes them anew.

A table that was measured several times counts as it was measured last.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
READMES = (HERE.parent / "README.md", HERE.parent / "README.zh-CN.md")
MARKED = re.compile(r"(<!-- figures (\w+) -->\n).*?(<!-- /figures -->)", re.DOTALL)

Cells = Mapping[str, str]


@dataclass(frozen=True)
class Measured:
    """A section of the results: its table of rows, the day it was measured, and its place in the page."""

    name: str
    day: str
    anchor: str
    rows: Mapping[str, Cells]

    def value(self, row: str, column: str) -> str:
        """The mean of a figure over seeds, as it is printed there."""
        return self.rows[row][column].split(" ± ")[0]


@dataclass(frozen=True)
class Shown:
    """A line of README's table: a route of ours and a peer in one table, compared in one metric."""

    table: str
    ours: str
    peer: str
    metric: str
    words: Mapping[str, tuple[str, str, str]]
    timed: bool = True


FIGURES = (
    Shown(
        "precision-trec",
        "auto/full",
        "HF Trainer, bf16",
        "accuracy",
        {
            "en": ("Question types (TREC), fine-tuning in bf16", "`full`", "Hugging Face Trainer"),
            "zh": ("问题分类（TREC），bf16 微调", "`full`", "Hugging Face Trainer"),
        },
    ),
    Shown(
        "trec-8-per-class",
        "few/contrastive",
        "SetFit",
        "accuracy",
        {
            "en": ("The same, 8 rows per label", "`contrastive`", "SetFit"),
            "zh": ("同上，每类 8 条", "`contrastive`", "SetFit"),
        },
    ),
    Shown(
        "reuters-r52",
        "r52/baseline",
        "TF-IDF + LinearSVC",
        "macro F1",
        {
            "en": ("52 topics (Reuters R52), no pretraining", "`baseline`", "TF-IDF + linear SVM"),
            "zh": ("52 个主题（Reuters R52），不用预训练", "`baseline`", "TF-IDF + 线性 SVM"),
        },
        timed=False,
    ),
    Shown(
        "conll2003",
        "conll/full",
        "HF Trainer",
        "entity F1",
        {
            "en": ("Names in newswire (CoNLL-2003)", "`full`", "Hugging Face example script"),
            "zh": ("新闻中的实体（CoNLL-2003）", "`full`", "Hugging Face 示例脚本"),
        },
    ),
    Shown(
        "chinese-reviews",
        "zh/full",
        "TF-IDF of characters + LinearSVC",
        "accuracy",
        {
            "en": ("Chinese reviews, two labels", "`full`", "TF-IDF of characters + linear SVM"),
            "zh": ("中文评论，两类", "`full`", "字符 TF-IDF + 线性 SVM"),
        },
        timed=False,
    ),
)
_HEADS = {
    "en": ("| task | transferkit | peer | metric | measured |", " in {} s", "{} seed{}, {}"),
    "zh": ("| 任务 | transferkit | 对照 | 指标 | 测量 |", "，{} 秒", "{} 个种子{}，{}"),
}
_METRICS = {
    "en": {"accuracy": "accuracy", "macro F1": "macro F1", "entity F1": "entity F1"},
    "zh": {"accuracy": "准确率", "macro F1": "宏平均 F1", "entity F1": "实体 F1"},
}


def sections(text: str) -> dict[str, Measured]:
    """Table -> what was found when it was measured last."""
    found: dict[str, Measured] = {}
    for part in text.split("\n## ")[1:]:
        heading, _, body = part.partition("\n")
        name, _, invocation = heading.partition(" (")
        days = re.findall(r"\d{4}-\d{2}-\d{2}", invocation)
        found[name] = Measured(name, days[0] if days else "", anchor(heading), table(body))
    return found


def anchor(heading: str) -> str:
    """The fragment by which a page of Markdown links to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def table(text: str) -> dict[str, Cells]:
    """The first table of `text`: row -> column -> cell."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    split = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    header, rows = split[0], split[2:]
    whole = [row for row in rows if len(row) == len(header)]
    return {row[0]: dict(zip(header, row, strict=True)) for row in whole}


def figures(language: str, measured: Mapping[str, Measured]) -> str:
    """The table of README in `language`."""
    head, seconds, when = _HEADS[language]
    lines = [head, "|---|---|---|---|---|"]
    for shown in FIGURES:
        found = measured[shown.table]
        task, ours, peer = shown.words[language]
        cells = []
        for name, row in ((ours, shown.ours), (peer, shown.peer)):
            spent = f"{float(found.value(row, 'train s')):,.0f}" if shown.timed else ""
            cells.append(f"{name} {found.value(row, shown.metric)}{seconds.format(spent) if spent else ''}")
        seeds = found.rows[shown.ours]["seeds"]
        plural = "s" if language == "en" and seeds != "1" else ""
        link = f"[{when.format(seeds, plural, found.day)}](benchmarks/RESULTS.md#{found.anchor})"
        lines.append(f"| {task} | {cells[0]} | {cells[1]} | {_METRICS[language][shown.metric]} | {link} |")
    return "\n".join(lines) + "\n"


def filled(page: str, measured: Mapping[str, Measured]) -> str:
    """The page with its figures as they were measured last."""
    return MARKED.sub(lambda found: f"{found[1]}{figures(found[2], measured)}{found[3]}", page)


if __name__ == "__main__":
    measured_last = sections(RESULTS.read_text(encoding="utf-8"))
    for readme in READMES:
        readme.write_text(filled(readme.read_text(encoding="utf-8"), measured_last), encoding="utf-8")
