"""Measured figures as a table: means over seeds, ratios to the reference, bars met and missed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev

from benchmarks.subjects import Figures
from benchmarks.tables import SECONDS, SPEED, TAUGHT_SECONDS, Bar, Figure, Table
from transferkit import metrics

# row -> seed -> figures
Results = dict[str, dict[int, Figures]]

TITLE = "# Peers beside this project\n\nWritten by `make bench`. Ratios compare runs of one machine.\n"
COLUMNS = ("train s", "with its teacher's", "train time ratio", "texts/s", "speed ratio", "wall s")


def section(name: str, table: Table, results: Results, invocation: str, where: Sequence[str]) -> str:
    """The whole finding of one table as Markdown; `where` are the machines, versions and commits it was found with."""
    lines = [f"## {name} ({invocation})", "", f"{table.title}; ratios to {table.reference}. {' '.join(where)}", ""]
    header = ("row", "seeds", *(metrics.get(name).TITLE for name in table.metrics), *COLUMNS)
    lines += [line(header), line(["---"] * len(header))]
    lines += [line(cells(row, table, results)) for row in results]
    lines += ["", line(("bar", "measured", "")), line(["---"] * 3)]
    lines += [line(judged(bar, results)) for bar in table.bars]
    return "\n".join([*lines, "", f"`make bench TABLE={name}`", ""])


def cells(row: str, table: Table, results: Results) -> list[str]:
    found, reference = results[row], table.reference
    return [
        row,
        str(len(found)),
        *(spread(over_seeds(found, name), ".3f") for name in table.metrics),
        spread(over_seeds(found, SECONDS), ".1f"),
        spread(over_seeds(found, TAUGHT_SECONDS), ".1f"),
        spread(ratios((row, SECONDS), (reference, SECONDS), results), ".2f"),
        spread(over_seeds(found, SPEED), ".0f"),
        spread(ratios((row, SPEED), (reference, SPEED), results), ".2f"),
        spread(over_seeds(found, "wall_seconds"), ".1f") if "/" not in row else "",
    ]


def judged(bar: Bar, results: Results) -> list[str]:
    """The bar, its figure, and whether it is met; a figure from no run at all is said to be missing."""
    found = [values for row in bar.row.split(" or ") if (values := held_to(bar, row, results))]
    if not found:
        return [str(bar), "", "not measured"]
    best = (max if bar.at_least is not None else min)(found, key=mean)
    return [
        str(bar),
        spread(best, ",.0f" if mean(best) >= 1000 else ".4f"),
        "met" if bar.met(mean(best)) else "**missed**",
    ]


def held_to(bar: Bar, row: str, results: Results) -> list[float]:
    """What `bar` compares with its limit, for every seed."""
    if bar.behind:
        return lead(bar, row, results)
    if bar.of:
        return ratios((row, bar.metric), bar.of, results)
    return over_seeds(results.get(row, {}), bar.metric)


def lead(bar: Bar, row: str, results: Results) -> list[float]:
    """By how much the best of `bar.behind`, by its mean over seeds, exceeds `row`; empty where one is not measured."""
    *others, own = (over_seeds(results.get(name, {}), bar.metric) for name in (*bar.behind, row))
    return [max(map(mean, others)) - mean(own)] if own and all(len(each) == len(own) for each in others) else []


def over_seeds(found: Mapping[int, Figures], metric: str) -> list[float]:
    return [figures[metric] for figures in found.values() if metric in figures]


def ratios(above: Figure, below: Figure, results: Results) -> list[float]:
    """The ratio of two figures for every seed that has both."""
    tops, bottoms = results.get(above[0], {}), results.get(below[0], {})
    pairs = [(tops[seed].get(above[1]), bottoms[seed].get(below[1])) for seed in tops if seed in bottoms]
    return [top / bottom for top, bottom in pairs if top is not None and bottom]


def spread(values: list[float], form: str) -> str:
    if not values:
        return ""
    return f"{mean(values):{form}}" + (f" ± {stdev(values):{form}}" if len(values) > 1 else "")


def line(words: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(words) + " |"


def store(text: str, path: Path) -> None:
    """Put the section into the file, in the place of one with the same heading or at the end."""
    heading = text.partition("\n")[0]
    kept = path.read_text(encoding="utf-8") if path.exists() else TITLE
    parts = [part for part in kept.split("\n## ") if not f"## {part}".startswith(f"{heading}\n")]
    path.write_text("\n## ".join([*parts, text.removeprefix("## ")]).rstrip() + "\n", encoding="utf-8")
