"""What data and models are called: names that say what they are, where a path or a folder would not."""

from pathlib import Path

from transferkit.evaluation.choosing import BASELINE
from transferkit.evaluation.results import RouteResult, RunResult
from transferkit.sources import catalogue

_GENERAL = {"all", "data", "dataset", "labels", "train", "training"}
"""Names of files that say nothing about what is in them: their folder's is taken."""


def data_name(path: str) -> str:
    """What to call a data set: its catalogue name, or its file without folders and endings; the folder's where a file
    is called train or the like."""
    *folders, file = path.replace("\\", "/").rstrip("/").split("/")
    name = file.split(".", 1)[0] or file
    return folders[-1] if name.lower() in _GENERAL and folders and folders[-1].strip(".") else name


def data_of(result: RunResult) -> str:
    """The name of the data of a run; the task's where they were a table in memory, which has none."""
    tables = result.splits.overview.tables
    if tables and not tables[0].source:
        return result.task.name
    return data_name(result.config.data.path)


def title_of(result: RunResult, route: RouteResult) -> str:
    """The name of a model: data, pretrained model and route, as a repository is called."""
    model = base_model(result, route).rstrip("/").rsplit("/", 1)[-1]
    parts = [data_of(result), *([model] if model and model not in route.name else []), route.name]
    return "-".join("-".join(part.split()) for part in parts)


def base_model(result: RunResult, route: RouteResult) -> str:
    """The pretrained model behind `route`, by its hub name where that is known: none for the baseline."""
    if route.route == BASELINE:
        return ""
    name = called(route)
    entry = catalogue.model(name)
    return entry.hub if entry else name


def called(route: RouteResult) -> str:
    """What the model behind `route` was called in the run: a pretrained student has one of its own."""
    return str(route.settings.get("model") or route.backbone)


def is_folder(name: str) -> bool:
    """Whether a model was named by its folder or file here, which means nothing elsewhere."""
    try:
        return Path(name).expanduser().exists() or name.startswith(("/", ".", "~"))
    except (OSError, RuntimeError, ValueError):
        return False
