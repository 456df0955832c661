"""Transfer learning with pretrained language models.

`look` says what your rows are read as, `fit` tries every route on them, `load` gives back the model it made, `open`
the run, `compare` puts two runs side by side. `TransferClassifier`, `TransferRegressor` and `TransferFeatures` are
estimators for scikit-learn. Names are imported on first use, so that `import transferkit` costs nothing.
"""

from importlib import import_module
from importlib.metadata import version
from threading import RLock
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, filterwarnings

if TYPE_CHECKING:
    from transferkit.config import RunConfig
    from transferkit.data import Overview, Rows
    from transferkit.errors import TransferkitError
    from transferkit.estimators.classifier import TransferClassifier
    from transferkit.estimators.features import TransferFeatures
    from transferkit.estimators.regressor import TransferRegressor
    from transferkit.finished_run import Run, compare, open
    from transferkit.model import Model, load
    from transferkit.reading_names import read
    from transferkit.run import fit, look

__version__ = version("transferkit")

_HOMES = {
    "Model": "model",
    "Overview": "data",
    "Rows": "data",
    "Run": "finished_run",
    "RunConfig": "config",
    "TransferClassifier": "estimators.classifier",
    "TransferFeatures": "estimators.features",
    "TransferRegressor": "estimators.regressor",
    "TransferkitError": "errors",
    "compare": "finished_run",
    "fit": "run",
    "load": "model",
    "look": "run",
    "open": "finished_run",
    "read": "reading_names",
}

__all__ = [
    "Model",
    "Overview",
    "Rows",
    "Run",
    "RunConfig",
    "TransferClassifier",
    "TransferFeatures",
    "TransferRegressor",
    "TransferkitError",
    "__version__",
    "compare",
    "fit",
    "load",
    "look",
    "open",
    "read",
]

_alone = RLock()


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with _alone, catch_warnings():  # whose filters are those of all threads
        # Of tqdm in a notebook without ipywidgets; our progress needs none.
        filterwarnings("ignore", message="IProgress not found")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
