"""Transfer learning with pretrained language models.

`fit` tries every route on your rows, `load` gives back the model it made, `TransferClassifier` is the
same for scikit-learn. Names are imported on first use, so that `import transferkit` costs nothing.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transferkit.config import RunConfig
    from transferkit.data import Rows, read
    from transferkit.errors import TransferkitError
    from transferkit.estimators import TransferClassifier
    from transferkit.model import Model, load
    from transferkit.run import Run, fit

__version__ = version("transferkit")

_HOMES = {
    "Model": "model",
    "Rows": "data",
    "Run": "run",
    "RunConfig": "config",
    "TransferClassifier": "estimators",
    "TransferkitError": "errors",
    "fit": "run",
    "load": "model",
    "read": "data",
}

__all__ = [
    "Model",
    "Rows",
    "Run",
    "RunConfig",
    "TransferClassifier",
    "TransferkitError",
    "__version__",
    "fit",
    "load",
    "read",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
