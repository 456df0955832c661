"""Every weight learns."""

from torch import nn

from transferkit.adapters import Adapted
from transferkit.sources.backbone import Backbone
from transferkit.training import whole_model
from transferkit.training.options import TrainingOptions
from transferkit.training.workload import Extent


def default_rate(parameters: int) -> float:
    """2e-4 at 22.7 M weights, falling with size."""
    return whole_model.rate(parameters)


def writing_rate(parameters: int) -> float:
    """1e-4 at 135 M weights."""
    return whole_model.writing_rate(parameters)


def default_epochs(rows: int) -> float:
    """4 from 5,000 rows on, up to 10 below 2,000."""
    return whole_model.epochs(rows)


def extent(options: TrainingOptions, backbone: Backbone) -> Extent:
    """All of it."""
    return Extent()


def why_not(options: TrainingOptions, backbone: Backbone) -> str | None:
    """Any backbone will do."""
    return None


def adapt(model: nn.Module, options: TrainingOptions) -> Adapted:
    """Everything learns already."""
    return Adapted(model, lambda: model)
