"""Label Studio's JSON export: tasks with `data` and the `annotations` that people made of it."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from transferkit.errors import DataError, shown

log = logging.getLogger("transferkit")

_ANNOTATIONS = ("annotations", "completions")  # the second in exports before version 1.0
_LABEL = "label"


def fits(whole: Any) -> bool:
    """Whether it is a list of tasks, each with its data and annotations."""
    return isinstance(whole, list) and bool(whole) and all(_is_task(each) for each in whole)


def _is_task(each: Any) -> bool:
    return (
        isinstance(each, dict)
        and isinstance(each.get("data"), dict)
        and any(isinstance(each.get(name), list) for name in _ANNOTATIONS)
    )


def records(whole: Any, path: Path) -> Iterator[dict[str, Any]]:
    """A row per task and annotation: the task's data, and what was annotated under the name of its control, or under
    `label` where there is one control only.

    Choices are lists of names, spans lists of [start, end, name]. A task that nobody annotated, or that was skipped,
    has no label; what models predicted is left out.
    """
    found = [(task["data"], _results(task, at, path)) for at, task in enumerate(whole, start=1)]
    if several := sum(len(results) > 1 for _, results in found):
        log.warning("%s: %d tasks have several annotations; each of these is a row of its own", path, several)
    controls = {name for _, results in found for result in results for name in result}
    taken = any(_LABEL in data for data, _ in found)
    names = {name: _LABEL if len(controls) == 1 and not taken else name for name in controls}
    for data, results in found:
        for result in results or [{}]:
            yield {**data, **{label: result.get(name) for name, label in names.items()}}


def _results(task: Mapping[str, Any], at: int, path: Path) -> list[dict[str, Any]]:
    given = next(task[name] for name in _ANNOTATIONS if isinstance(task.get(name), list))
    try:
        return [_values(each["result"]) for each in given if not each.get("was_cancelled")]
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{path}: task {at}: expected annotations as Label Studio exports them, each with a result, found "
            f"{shown(given, 80)} ({error}); export it again as JSON"
        ) from None


def _values(results: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Control -> what was annotated with it."""
    found: dict[str, Any] = {}
    for result in results:
        value, kind = result.get("value") or {}, result.get("type")
        if kind == "choices":
            found.setdefault(result["from_name"], []).extend(value["choices"])
        elif kind == "taxonomy":
            found.setdefault(result["from_name"], []).extend(" > ".join(path) for path in value["taxonomy"])
        elif kind in ("labels", "hypertextlabels"):
            spans = found.setdefault(result["from_name"], [])
            spans += [[value["start"], value["end"], name] for name in value[kind]]
        elif kind in ("rating", "number"):
            found[result["from_name"]] = value[kind]
        elif kind == "textarea":
            text = value["text"]
            found[result["from_name"]] = text if isinstance(text, str) else "\n".join(text)
    return found
