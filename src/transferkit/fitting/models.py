"""The pretrained model of an estimator."""

import warnings

from transferkit import model_choice, precision_choice, sources
from transferkit.encoding import coverage
from transferkit.errors import ConfigError, SourceError
from transferkit.fitting.refusals import InvalidModelError
from transferkit.fitting.settings import ModelSettings
from transferkit.places import cache_folder
from transferkit.sources import catalogue, spelling
from transferkit.sources.backbone import Backbone
from transferkit.sources.hush import hushed
from transferkit.sources.precision import require_possible
from transferkit.table.rows import Rows


def load(settings: ModelSettings, name: str) -> Backbone:
    """The one called `name`, had as `settings` say. Raises `InvalidModelError` for a name that there is not, with the
    nearest one; where one of the catalogue's cannot be had, that is no fault of the name."""
    try:
        spelling.require_model(name)
        with hushed():
            return sources.load(
                name,
                cache_dir=cache_folder(settings.cache_dir),
                offline=settings.offline,
                trust_remote_code=settings.trust_remote_code,
            )
    except SourceError as error:
        if catalogue.model(name):
            raise
        raise InvalidModelError(f"model: {error}") from None


def chosen(settings: ModelSettings, texts: Rows, reads: bool = True) -> Backbone:
    """The model that `settings` name, or the one that suits `texts`, in the precision asked for. One that is named
    and `reads` texts that it does not know is warned of."""
    require_possible(settings.precision)
    if settings.model is None:
        found, _ = model_choice.usual(texts, lambda name: load(settings, name))
    else:
        found = load(settings, settings.model)
        if reads:
            _warn(found, texts)
    if settings.max_length and settings.max_length > found.max_length:
        raise ConfigError(f"max_length {settings.max_length}: {found.name} takes at most {found.max_length} tokens")
    return precision_choice.of_one(found, settings.precision)


def _warn(backbone: Backbone, texts: Rows) -> None:
    with hushed():
        found = coverage.findings(coverage.of(texts, backbone.tokenizer()), backbone.name, "")
    known = backbone.name == model_choice.MULTILINGUAL
    such = "" if known else f", such as model={model_choice.MULTILINGUAL!r}"
    for finding in found:
        warnings.warn(f"{finding.message}; take one that was pretrained on texts like these{such}", stacklevel=2)
