"""A finished run of every kind of task, made up on the spot; one has many labels, routes and models, in Chinese.

`python -m report.every_task FOLDER` (in tests/) writes their reports in English and Chinese, to be looked at.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from transferkit import locales, tasks
from transferkit.config import DataConfig, Language, RunConfig
from transferkit.evaluation import choosing
from transferkit.evaluation.choosing import Candidate
from transferkit.evaluation.ranking import compared
from transferkit.evaluation.results import VALIDATION, MeasuredCost, RouteResult, RunResult, Skipped
from transferkit.evaluation.scores import score
from transferkit.evaluation.verdict import verdict
from transferkit.report.page import write_report
from transferkit.table.rows import Rows
from transferkit.table.splits import Audit, Finding, Overview, Splits, Table

ROWS = 160
# name, route, method, share of wrong answers, texts per second, MB, seconds, epochs
ROUTES = (
    ("baseline", "baseline", "TF-IDF of words, linear support vector machine", 0.5, 41_000, 1.2, 0.4, 0),
    ("feature_transfer", "feature_transfer", "frozen tiny-bert, layer 3 of 6, linear head", 0.3, 910, 91.0, 12.0, 0),
    ("full", "parameter_transfer", "fine-tuned tiny-bert: full", 0.1, 660, 91.0, 400.0, 3),
)
TEXT = "the small red house stands by a river and nobody in Rome or Oslo has seen it since last winter"
GOODS = ("家用电器", "母婴用品", "进口食品", "图书音像", "运动户外装备", "医药保健品", "手机数码配件", "家居日用百货")
COMPLAINTS = ("退款与退货", "物流配送延误", "商品质量问题", "客服态度投诉", "发票开具", "价格保护", "账户安全")


def results(language: Language = "en") -> dict[str, RunResult]:
    """Runs by name."""
    return {name: made(language) for name, made in MAKERS.items()}


def labels(language: Language = "en") -> RunResult:
    """Several labels per row, or none."""
    names = ("food", "price", "service", "place")
    truth = _random(1).random((ROWS, 4)) < (0.6, 0.3, 0.2, 0.1)
    rows = _rows(
        {"text": _texts(2, 12), "labels": [[n for n, on in zip(names, row, strict=True) if on] for row in truth]}
    )
    task = replace(tasks.get("multi-label-classification"), labels=names)

    def answers(wrong: float, seed: int) -> Any:
        flipped = truth ^ (_random(seed).random(truth.shape) < wrong / 2)
        return np.column_stack([np.where(flipped, 0.8, 0.1), np.full(ROWS, 0.5)]).astype(np.float32)

    return _run(task, rows, answers, language)


def numbers(language: Language = "en") -> RunResult:
    """A number per row."""
    truth = _random(3).normal(3, 1, ROWS)
    rows = _rows({"text": _texts(4, 12), "value": [float(value) for value in truth]})

    def answers(wrong: float, seed: int) -> Any:
        return (truth + 2 * wrong * _random(seed).normal(0, 1, ROWS))[:, None].astype(np.float32)

    return _run(tasks.get("text-regression"), rows, answers, language)


def tags(language: Language = "en") -> RunResult:
    """A tag per word."""
    known = ("B-LOC", "I-LOC", "O")
    texts = _texts(5, 14)
    truth = [["B-LOC" if word in ("Rome", "Oslo") else "O" for word in text.split(" ")] for text in texts]
    rows = _rows({"text": texts, "tags": truth})

    def answers(wrong: float, seed: int) -> Any:
        out, random = np.full((ROWS, 14, 3), np.nan, dtype=np.float32), _random(seed)
        for i, row in enumerate(truth):
            for j, tag in enumerate(row):
                given = random.choice(known) if random.random() < wrong / 3 else tag
                out[i, j] = np.where(np.array(known) == given, 0.9, 0.05)
        return out

    return _run(replace(tasks.get("token-classification"), labels=known), rows, answers, language)


def spans(language: Language = "en") -> RunResult:
    """A place in a context."""
    contexts = _texts(6, 60)
    right = [" ".join(text.split(" ")[3:6]) for text in contexts]
    answers_column = [[(answer, text.index(answer))] for answer, text in zip(right, contexts, strict=True)]
    questions = [f"What stands at place {i} ?" for i in range(ROWS)]
    rows = _rows({"text": questions, "text_pair": contexts, "answers": answers_column})
    task = replace(tasks.get("question-answering"), labels=("start", "end"))

    def answers(wrong: float, seed: int) -> Any:
        random = _random(seed)
        given = [
            " ".join(c.split(" ")[4:8]) if random.random() < wrong else r for c, r in zip(contexts, right, strict=True)
        ]
        kind = [("answer", "U80"), ("start", np.int64), ("end", np.int64), ("score", np.float32)]
        return np.array([(text, 0, len(text), 0.7) for text in given], dtype=kind)

    return _run(task, rows, answers, language)


def translations(language: Language = "en") -> RunResult:
    """A text that is written."""
    sources, right = _texts(7, 40), _texts(8, 40)

    def answers(wrong: float, seed: int) -> Any:
        random = _random(seed)
        words = [text.split(" ") for text in right]
        return np.array([" ".join(w for w in row if random.random() > wrong) for row in words])

    rows = _rows({"text": sources, "translation": right})
    return _run(tasks.get("translation"), rows, answers, language)


def many(language: Language = "zh") -> RunResult:
    """52 long Chinese labels, long Chinese texts, 17 routes from four models."""
    names = tuple(f"{goods}：{complaint}" for goods in GOODS for complaint in COMPLAINTS)[:52]
    models = ("bert-base-chinese", "multilingual-e5-small", "xlm-roberta-base", "all-MiniLM-L6-v2")
    truth = _random(9).integers(len(names), size=ROWS)
    text = "上周在贵店购买的商品到货以后发现外包装已经破损，联系客服三天没有得到答复，希望尽快处理。"
    rows = _rows({"text": [f"{text * (1 + i % 8)}（{i}）" for i in range(ROWS)], "label": [names[i] for i in truth]})
    task = replace(tasks.get("text-classification"), labels=names)

    def answers(wrong: float, seed: int) -> Any:
        random = _random(seed)
        given = np.where(random.random(ROWS) < wrong, random.integers(len(names), size=ROWS), truth)
        shares = np.full((ROWS, len(names)), 0.3 / (len(names) - 1), dtype=np.float32)
        shares[np.arange(ROWS), given] = 0.7
        return shares

    kinds = (
        *ROUTES[1:],
        ("top_layers", *ROUTES[2][1:]),
        ("static", "distillation", "static", 0.25, 30_000, 24, 50.0, 9),
    )
    several = [
        (f"{name}-{model}", route, method.replace("tiny-bert", model), wrong + 0.02 * i, speed / (1 + i), *rest)
        for i, model in enumerate(models)
        for name, route, method, wrong, speed, *rest in kinds
    ]
    return _run(task, rows, answers, language, (ROUTES[0], *several))


def alone(language: Language = "en") -> RunResult:
    """One route, nothing found, short."""
    run = numbers(language)
    only = replace(run.routes[0], against_baseline=None, against_best=None)
    choice = choosing.unchosen(run.task, [only.name], VALIDATION, 1.0)
    return replace(run, routes=(only,), choice=choice, skipped=(), splits=replace(run.splits, audit=Audit()))


MAKERS: dict[str, Callable[[Language], RunResult]] = {
    "labels": labels,
    "numbers": numbers,
    "tags": tags,
    "spans": spans,
    "translations": translations,
    "many": many,
    "alone": alone,
}


@cache
def _random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def _texts(seed: int, words: int) -> list[str]:
    random = np.random.default_rng(seed)
    return [" ".join(random.choice(TEXT.split(" "), size=words)) for _ in range(ROWS)]


def _rows(columns: dict[str, Sequence[Any]]) -> Rows:
    return Rows(columns, np.arange(1, ROWS + 1), "reviews.csv")


def _run(
    task: tasks.Task,
    rows: Rows,
    answers: Callable[[float, int], Any],
    language: Language,
    routes: Sequence[Any] = ROUTES,
) -> RunResult:
    truth, asked = task.references(rows), task.asked(rows)
    truth = np.array(truth) if task.shape.whole else truth
    _random.cache_clear()
    held = [answers(fields[3], 50 + i) for i, fields in enumerate(routes)]
    made = [_route(task, fields, answers(fields[3], 100 + i), truth, asked) for i, fields in enumerate(routes)]
    candidates = [Candidate(r.name, r.route, r.cost.texts_per_second, [o]) for r, o in zip(made, held, strict=True)]
    choice = choosing.choose(task, candidates, truth, VALIDATION, 1.0)
    judged = compared(task, made, choice.best, truth)
    quoted = next(route for route in judged if route.name == choice.best).scores.metrics[task.main_metric]
    say = locales.get(language)
    target = task.target
    splits = Splits(
        rows,
        rows,
        rows,
        Audit(
            (
                Finding("duplicates", "fixed", "2 of 162 rows repeat the text and label of an earlier one (rows 3, 9)"),
                Finding("truncation", "info", f"none of {ROWS} rows is longer than 128 tokens; the longest has 61"),
                Finding("curiosities", "warning", "something that only this test finds", (1, 2), "left alone"),
            )
        ),
        {"text": "text"},
        overview=Overview(
            task=task.name,
            tables=(Table("", "reviews.csv", "UTF-8", ROWS),),
            columns={"text": "body", target: "kind"},
            targets="2 labels: a (80), b (80)",
            number=1,
            example=(("text", rows["text"][0]), (target, str(rows[target][0]))),
        ),
    )
    return RunResult(
        config=RunConfig(data=DataConfig(path="reviews.csv"), output_dir=Path("runs/reviews"), language=language),
        task=task,
        splits=splits,
        routes=judged,
        skipped=(Skipped("contrastive", "only 20 labelled rows for 4 labels; use contrastive"),),
        choice=choice,
        quoted=quoted,
        verdict=verdict(task, judged, choice, quoted, "baseline", say),
        manifest={"created": "2026-03-14T09:26:53+00:00", "versions": {"transferkit": "0.1.0"}},
    )


def _route(task: tasks.Task, fields: Sequence[Any], outputs: Any, truth: Any, asked: Any) -> RouteResult:
    name, route, method, _, speed, megabytes, seconds, epochs = fields
    scores = score(task, outputs, truth, inputs=asked, resamples=100)
    key = f"eval_{task.main_metric}"
    reached = scores.metrics[task.main_metric].value
    history = [
        {"epoch": float(i), "loss": 1 / i, "eval_log_loss": 1.2 / i, key: reached * (1 - 0.2 / i)}
        for i in range(1, epochs + 1)
    ]
    return RouteResult(
        name=name,
        route=route,
        method=method,
        scores=scores,
        cost=MeasuredCost(int(megabytes * 1e6), 22_700_000, 22_700_000, seconds, speed, 1000 / speed),
        outputs=outputs,
        seed_values=(),
        history=tuple(history),
        settings={"epochs": epochs, "learning_rate": 2e-5},
        notes=(f"3 of {ROWS} test rows have more tokens than it reads",) if epochs else (),
        backbone="" if route == "baseline" else "tiny-bert",
        artifact=f"models/{name}",
    )


if __name__ == "__main__":
    for language in ("en", "zh"):
        for name, run in results(language).items():
            write_report(run, Path(sys.argv[1]) / f"{name}-{language}.html")
