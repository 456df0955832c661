"""A run as plain JSON: what `run.json` holds and `compare` reads."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from transferkit.evaluation.results import RouteResult, RunResult, Scores

VERSION = 1
"""Of run.json; a later one is read by a later transferkit alone."""


def to_json(result: RunResult) -> dict[str, Any]:
    """All of `result` but its rows and predictions, as JSON values only."""
    return {
        "version": VERSION,
        "config": result.config.model_dump(mode="json"),
        "task": {
            "name": result.task.name,
            "labels": list(result.task.labels),
            "main_metric": result.task.main_metric,
        },
        "data": _data(result),
        "routes": [route_to_json(route) for route in result.routes],
        "skipped": [asdict(skipped) for skipped in result.skipped],
        "best": result.best,
        "cheapest": result.cheapest,
        "choice": plain(asdict(result.choice)),
        "quoted": asdict(result.quoted),
        "folded": result.folded,
        "folds": result.splits.folds if result.folded else 0,
        "verdict": result.verdict,
        "naive": asdict(result.naive) if result.naive else None,
        "manifest": plain(result.manifest),
    }


def route_to_json(route: RouteResult) -> dict[str, Any]:
    """One route with its scores, costs and comparisons, without its predictions."""
    return {
        "name": route.name,
        "route": route.route,
        "method": route.method,
        "scores": scores_to_json(route.scores),
        "cost": plain(asdict(route.cost)),
        "seed_values": plain(route.seed_values),
        "history": plain(route.history),
        "settings": plain(route.settings),
        "notes": list(route.notes),
        "backbone": route.backbone,
        "artifact": route.artifact,
        "kept": route.kept,
        "precision": route.precision,
        "against_baseline": asdict(route.against_baseline) if route.against_baseline else None,
        "against_best": asdict(route.against_best) if route.against_best else None,
    }


def scores_to_json(scores: Scores) -> dict[str, Any]:
    """Metrics as {value, low, high}, classes, confusion counts and reliability bins."""
    return {
        "rows": scores.rows,
        "metrics": {name: asdict(interval) for name, interval in scores.metrics.items()},
        "per_class": plain(scores.per_class),
        "confusion": scores.confusion.tolist(),
        "reliability": [asdict(reliability_bin) for reliability_bin in scores.reliability],
        "signatures": dict(scores.signatures),
    }


def plain(value: Any) -> Any:
    """`value` in JSON types: numpy scalars and arrays become numbers and lists, anything unknown its text."""
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, dict) or hasattr(value, "items"):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return value if abs(value) != float("inf") and value == value else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _data(result: RunResult) -> dict[str, Any]:
    splits = result.splits
    parts = {"train": splits.train, "validation": splits.validation}
    parts |= {"cross_validated" if result.folded else "test": splits.test}
    return {
        "rows": {name: len(rows) for name, rows in parts.items()},
        "sources": {name: rows.source for name, rows in parts.items()},
        "columns": dict(splits.columns),
        "overview": plain(asdict(splits.overview)),
        "fingerprint": result.fingerprint,
        "audit": {
            "findings": [plain(asdict(finding)) for finding in splits.audit.findings],
            "counts": plain(splits.audit.counts),
        },
    }


def write_json(result: RunResult, path: Path) -> None:
    """Write `to_json(result)`."""
    path.write_text(json.dumps(to_json(result), indent=2, ensure_ascii=False), encoding="utf-8", errors="replace")
