"""The model card: `README.md` of an artifact, with the front matter the Hugging Face hub reads."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from transferkit import locales, metrics
from transferkit.data import content
from transferkit.evaluation.choosing import BASELINE
from transferkit.evaluation.results import Comparison, RouteResult, RunResult, p_words
from transferkit.evaluation.verdict import rows_words
from transferkit.locales import ENGLISH
from transferkit.report.example import Example, example
from transferkit.report.facts import flat
from transferkit.report.formats import signed
from transferkit.report.languages import languages
from transferkit.report.naming import base_model, called, data_of, is_folder, title_of
from transferkit.report.templating import environment
from transferkit.sources import catalogue

HUB_METRICS = {
    "macro_f1": "f1",
    "micro_f1": "f1",
    "entity_f1": "f1",
    "token_f1": "f1",
    "entity_precision": "precision",
    "entity_recall": "recall",
    "pearson": "pearsonr",
    "spearman": "spearmanr",
    "r2": "r_squared",
    "rouge_1": "rouge1",
    "rouge_2": "rouge2",
    "rouge_l": "rougeL",
    "rouge_lsum": "rougeLsum",
}
"""Names the hub has for metrics that are called otherwise here."""


def write_model_card(result: RunResult, route_name: str, path: Path) -> None:
    """Write the card of the artifact of `route_name` to `path`.

    Where its folder serves with plain Transformers (`RouteResult.plain_prompt`), as a classifier or a chat model, the
    card shows how. Metadata as in https://github.com/huggingface/hub-docs/blob/main/modelcard.md.
    """
    path.write_text(model_card(result, route_name), encoding="utf-8", errors="replace")


def model_card(result: RunResult, route_name: str) -> str:
    """The card as text: YAML front matter, then Markdown. It is in English whatever the language of the run, as cards
    on the hub are; an example is a row of the test split with the answer that the model gave to it."""
    route = result.route(route_name)
    made = environment(locales.get(ENGLISH), escaping=False)
    made.filters["cell"] = cell
    base = base_model(result, route)
    task = result.task
    text = made.get_template("model_card.md").render(
        run=result,
        route=route,
        name=title_of(result, route),
        data=_place(result),
        base=Path(base).name if is_folder(base) else base,
        licence=licence(result, route),
        titles={name: metrics.get(name).TITLE for name in route.scores.metrics},
        settings=flat(dict(route.settings)),
        transformers=route.plain_prompt is not None,
        chosen_by=rows_words(result.choice) if result.choice.rows else "",
        compared=[_compared(result, route, other) for other in ("baseline", "best")],
        instruction=result.config.instruction if result.config.instruction is not None else task.instruction,
        prompt=route.plain_prompt or "",
        example=example(result, route) or _placeholder(result),
    )
    front = yaml.safe_dump(front_matter(result, route), sort_keys=False, allow_unicode=True)
    return f"---\n{front}---\n\n{text}"


def front_matter(result: RunResult, route: RouteResult) -> dict[str, Any]:
    """What the hub's search and leaderboards read; what is not known is left out."""
    transformers = route.plain_prompt is not None
    front: dict[str, Any] = {}
    if codes := _languages(result):
        front["language"] = codes[0] if len(codes) == 1 else codes
    if terms := licence(result, route):
        front["license"] = terms
    front["library_name"] = "transformers" if transformers else "transferkit"
    front["pipeline_tag"] = result.task.hub_name or result.task.name
    front["tags"] = list(
        dict.fromkeys([result.task.name, "transferkit", route.route.replace("_", "-"), route.name.replace("_", "-")])
    )
    base = base_model(result, route)
    if base and not is_folder(base):  # the hub reads every name as one of its own
        front["base_model"] = base
    data = data_of(result)
    if known := _data_set(result):
        front["datasets"] = [known]
    names = [name for name in route.scores.metrics if name != "micro_f1" or name == result.task.main_metric]
    front["metrics"] = list(dict.fromkeys(HUB_METRICS.get(name, name) for name in names))
    front["model-index"] = [
        {
            "name": title_of(result, route),
            "results": [
                {
                    "task": {"type": front["pipeline_tag"], "name": result.task.name.replace("-", " ").capitalize()},
                    "dataset": {"name": data, "type": known or data, **_split(result)},
                    "metrics": [_metric(result, route, name) for name in names],
                }
            ],
        }
    ]
    return front


def licence(result: RunResult, route: RouteResult) -> str:
    """Licence of the pretrained model as manifest or catalogue have it, in the hub's spelling (apache-2.0)."""
    if route.route == BASELINE:
        return ""
    name = called(route)
    entry, model = catalogue.model(name), _model(result, name)
    known = model.get("licence") if model else entry and entry.licence
    return str(known or "").lower()


def cell(text: object) -> str:
    """Text of a user inside a Markdown table or paragraph: one line, no markup."""
    flattened = " ".join(str(text).split())
    for mark, safe in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("`", "\\`"), ("*", "\\*"), ("[", "\\[")):
        flattened = flattened.replace(mark, safe)
    return flattened


def _compared(result: RunResult, route: RouteResult, other: str) -> str:
    """How the route differs from the baseline or from the best route, in a sentence; "" where it is that one."""
    comparison: Comparison | None = getattr(route, f"against_{other}")
    if comparison is None:
        return ""
    outcome = "no significant difference"
    if comparison.significant:
        outcome = "significantly better" if comparison.difference > 0 else "significantly worse"
    what = "the baseline" if other == "baseline" else "the best route of the run"
    named = "" if comparison.b == other else f", {cell(comparison.b)}"
    title = metrics.get(result.task.main_metric).TITLE
    difference = f"{title} {signed(comparison.difference)}, {p_words(comparison.p_value)}, {comparison.test}"
    return f"Compared with {what}{named}: {outcome} ({difference})."


def _placeholder(result: RunResult) -> Example:
    """What to show where every row is too long for a line of code."""
    pair = len(content.inputs(result.splits.test, result.task)) > 1
    return Example(("a question", "a context") if pair else ("a text",), "")


def _languages(result: RunResult) -> list[str]:
    """Of the texts, then of answers that are texts themselves."""
    rows, task = result.splits.train, result.task
    columns = [[str(value) for value in rows[name][:400]] for name in content.inputs(rows, task)]
    if task.shape.form.WRITTEN:
        columns.append([str(value) for value in rows[task.target][:400]])
    return list(dict.fromkeys(code for column in columns for code in languages(column)))


def _data_set(result: RunResult) -> str:
    """The name of the data in the catalogue or on the hub, "" for files and tables of the user's own."""
    path = result.config.data.path
    if catalogue.dataset(path):
        return path
    known = path.split(":", 1)[0]
    tables = result.splits.overview.tables
    return known if known.count("/") == 1 and tables and tables[0].source.startswith(known) else ""


def _place(result: RunResult) -> str:
    """The data as others may know it: no folders of this machine."""
    path = result.config.data.path
    if _data_set(result):
        return path
    return Path(path).name if is_folder(path) else data_of(result)


def _model(result: RunResult, name: str) -> Mapping[str, Any]:
    """What the manifest says of the model called `name`, nothing where it is none of the run's."""
    models = result.manifest.get("backbones") or (result.manifest.get("backbone"),)
    return next((model for model in models if isinstance(model, Mapping) and model.get("name") == name), {})


def _split(result: RunResult) -> dict[str, str]:
    """The split that scores are of; rows that were cross-validated are none, they were trained on as well."""
    return {} if result.folded else {"split": "test"}


def _metric(result: RunResult, route: RouteResult, name: str) -> dict[str, Any]:
    value, title = round(route.scores.metrics[name].value, 6), metrics.get(name).TITLE
    title += f" ({result.splits.folds}-fold cross-validation)" if result.folded else ""
    return {"type": HUB_METRICS.get(name, name), "name": title, "value": value}
