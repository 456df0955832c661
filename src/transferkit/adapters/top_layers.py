"""The upper layers and the head learn; what lies below is frozen and computed once."""

from torch import nn

from transferkit.adapters import Adapted
from transferkit.errors import ConfigError
from transferkit.networks.layers import find_layers
from transferkit.networks.prefix import SkippedPrefix, freeze_below
from transferkit.options.top_layers import Options
from transferkit.sources.backbone import Backbone
from transferkit.sources.facts import ENCODER_DECODER
from transferkit.training.options import TrainingOptions
from transferkit.training.workload import Extent


def default_rate(parameters: int) -> float:
    """Half more than full fine-tuning: fewer weights learn."""
    return float(3e-4 * (22.7e6 / max(parameters, 5_000_000)) ** 0.6)


def writing_rate(parameters: int) -> float:
    """Twice that of full fine-tuning."""
    return float(2e-4 * (135e6 / max(parameters, 5_000_000)) ** 0.5)


def default_epochs(rows: int) -> float:
    """4 from 4,000 rows on, up to 10 below 1,600."""
    return float(min(10, max(3 if rows > 20_000 else 4, round(16_000 / max(rows, 1)))))


def extent(options: TrainingOptions, backbone: Backbone) -> Extent:
    """The share of layers that learn: gradients end there, and those below are run once, before."""
    assert isinstance(options, Options)
    total = max(1, backbone.layers)
    share = (options.layers or max(1, total // 2)) / total
    return Extent(layers=share, weights=share, ahead=True)


def why_not(options: TrainingOptions, backbone: Backbone) -> str | None:
    """One stack of layers, of which at least one stays frozen; otherwise there is nothing to keep."""
    assert isinstance(options, Options)
    if backbone.architecture == ENCODER_DECODER:
        return f"{backbone.name} has two stacks of layers, of which neither is the upper one; use full or lora"
    if not backbone.stacked:
        return f"{backbone.name} has no stack of layers, of which some could be the upper ones; use full or lora"
    _some_frozen(options, backbone.layers)
    return None


def _some_frozen(options: Options, layers: int) -> None:
    if (options.layers or 1) >= layers:
        asked = f"layers={options.layers}" if options.layers else "no layer to leave frozen"
        raise ConfigError(f"top_layers: expected fewer than {layers} layers, found {asked}; use full instead")


def adapt(model: nn.Module, options: TrainingOptions) -> Adapted:
    """Freeze the lower part; `Adapted.cached_depth` says how many layers the cache can answer for."""
    assert isinstance(options, Options)
    total = len(find_layers(model))
    _some_frozen(options, total)
    trained = options.layers or total // 2
    freeze_below(model, total - trained)
    return Adapted(SkippedPrefix(model, total - trained), lambda: model, cached_depth=total - trained)
