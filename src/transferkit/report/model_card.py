"""The model card: `README.md` of an artifact, with the front matter the Hugging Face hub reads."""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from transferkit import locales, metrics
from transferkit.evaluation.choosing import BASELINE
from transferkit.evaluation.results import RouteResult, RunResult
from transferkit.evaluation.verdict import rows_words
from transferkit.report.formats import megabytes, number, percent, score, seconds
from transferkit.report.view import data_name, flat
from transferkit.sources import catalogue

HUB_METRICS = {"macro_f1": "f1", "micro_f1": "f1"}
"""Names the hub has for metrics that are called otherwise here."""


def write_model_card(result: RunResult, route_name: str, path: Path) -> None:
    """Write the card of the artifact of `route_name` to `path`.

    Where its folder serves with plain Transformers (`RouteResult.plain_prompt`), as a classifier or a chat model, the
    card shows how. Metadata as in https://github.com/huggingface/hub-docs/blob/main/modelcard.md.
    """
    path.write_text(model_card(result, route_name), encoding="utf-8", errors="replace")


def model_card(result: RunResult, route_name: str) -> str:
    """The card as text: YAML front matter, then Markdown."""
    route = result.route(route_name)
    transformers = route.plain_prompt is not None
    environment = Environment(
        loader=PackageLoader("transferkit.report"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    told = result.config.instruction if result.config.instruction is not None else result.task.instruction
    filters = (cell, quoted, megabytes, number, percent, score)
    environment.filters.update({function.__name__: function for function in filters})
    environment.filters["seconds"] = partial(seconds, say=locales.get("en"))
    text = environment.get_template("model_card.md").render(
        run=result,
        route=route,
        name=f"{data_name(result.config.data.path)}-{route.name}",
        base=base_model(result, route),
        licence=licence(result, route),
        titles={name: metrics.get(name).TITLE for name in route.scores.metrics},
        settings=flat(dict(route.settings)),
        transformers=transformers,
        chosen_by=rows_words(result.choice) if result.choice.rows else "",
        told=told,
        prompt=route.plain_prompt or "",
        example="",
    )
    front = yaml.safe_dump(front_matter(result, route, transformers), sort_keys=False, allow_unicode=True)
    return f"---\n{front}---\n\n{text}"


def quoted(text: str) -> str:
    """`text` as a literal."""
    return json.dumps(text, ensure_ascii=False)


def front_matter(result: RunResult, route: RouteResult, transformers: bool) -> dict[str, Any]:
    """What the hub's search and leaderboards read."""
    front: dict[str, Any] = {
        "library_name": "transformers" if transformers else "transferkit",
        "pipeline_tag": result.task.hub_name or result.task.name,
        "tags": list(dict.fromkeys([result.task.name, "transferkit", route.route.replace("_", "-"), route.name])),
    }
    base = base_model(result, route)
    if base and not Path(base).expanduser().exists():  # the hub reads every name as one of its own
        front["base_model"] = base
    if terms := licence(result, route):
        front["license"] = terms
    names = [name for name in route.scores.metrics if name != "micro_f1" or name == result.task.main_metric]
    front["metrics"] = list(dict.fromkeys(HUB_METRICS.get(name, name) for name in names))
    data = data_name(result.config.data.path)
    front["model-index"] = [
        {
            "name": f"{data}-{route.name}",
            "results": [
                {
                    "task": {"type": front["pipeline_tag"]},
                    "dataset": {"name": data, "type": data, "split": "test"},
                    "metrics": [_metric(route, name) for name in names],
                }
            ],
        }
    ]
    return front


def base_model(result: RunResult, route: RouteResult) -> str:
    """The pretrained model behind `route`, by its hub name where that is known: none for the baseline."""
    if route.route == BASELINE:
        return ""
    name = _name(result, route)
    entry = catalogue.model(name)
    return entry.hub if entry else name


def licence(result: RunResult, route: RouteResult) -> str:
    """Licence of that model as manifest or catalogue have it, in the hub's spelling (apache-2.0)."""
    if route.route == BASELINE:
        return ""
    name = _name(result, route)
    entry, model = catalogue.model(name), _model(result, name)
    known = model.get("licence") if model else entry and entry.licence
    return str(known or "").lower()


def cell(text: object) -> str:
    """Text of a user inside a Markdown table or paragraph: one line, no markup."""
    flattened = " ".join(str(text).split())
    for mark, safe in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("`", "\\`"), ("*", "\\*"), ("[", "\\[")):
        flattened = flattened.replace(mark, safe)
    return flattened


def _name(result: RunResult, route: RouteResult) -> str:
    """What the model behind `route` was called in the run: a pretrained student has one of its own."""
    return str(route.settings.get("model") or route.backbone)


def _model(result: RunResult, name: str) -> Mapping[str, Any]:
    """What the manifest says of the model called `name`, nothing where it is none of the run's."""
    models = result.manifest.get("backbones") or (result.manifest.get("backbone"),)
    return next((model for model in models if isinstance(model, Mapping) and model.get("name") == name), {})


def _metric(route: RouteResult, name: str) -> dict[str, Any]:
    value = round(route.scores.metrics[name].value, 6)
    return {"type": HUB_METRICS.get(name, name), "name": metrics.get(name).TITLE, "value": value}
