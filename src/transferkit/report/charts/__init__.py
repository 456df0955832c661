"""Charts as geometry in SVG user units: one chart per file, drawn by the template of the same name."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from rich.cells import cell_len, set_cell_size

LETTER = 8.0
"""Width of a bold letter of a label; Chinese ones take two."""


@dataclass(frozen=True)
class Frame:
    """The size of a drawing, and the edges of what is plotted in it."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where (SVG units) and what it says."""

    at: float
    label: str


@dataclass(frozen=True)
class Axis:
    """Maps values from `low` to `high` onto SVG units from `start` to `end`, evenly or by logarithm."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        """Where `value` lies; values beyond an end are drawn at that end."""
        low, high, value = (
            (log10(v) for v in (self.low, self.high, max(value, self.low)))
            if self.log
            else (self.low, self.high, value)
        )
        share = min(max((value - low) / (high - low), 0.0), 1.0)
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self, most: int = 6, step: float = 0.0) -> list[Tick]:
        """At most about `most` round values, at least `step` apart."""
        values = _log_values(self.low, self.high) if self.log else _round_values(self.low, self.high, most, step)
        decimals = max((len(f"{value:.6g}".partition(".")[2]) for value in values), default=0)
        return [Tick(self.at(value), f"{value:,.{decimals}f}") for value in values]


def padded(
    values: Sequence[float], share: float = 0.08, least: float = 1e-3, most: float | None = None
) -> tuple[float, float]:
    """The range of `values` widened by `share` on both sides, and to at least `least`: a line that hardly changes is
    drawn as flat as it is. It ends at `most`, which no value exceeds; what it lacks there is added below."""
    low, high = min(values), max(values)
    gap = max((high - low) * share, (least - (high - low)) / 2)
    beyond = max(0.0, high + gap - most) if most is not None else 0.0
    below = min(beyond, max(0.0, least - (high + 2 * gap - low - beyond)))
    return low - gap - below, high + gap if not beyond else high + gap - beyond


def width_of(text: str) -> float:
    """How wide a label is, in SVG units."""
    return LETTER * cell_len(text)


def cut(text: str, width: float) -> str:
    """`text`, or as much of its beginning and its end as `width` has room for: names often differ at their end."""
    most = max(int(width / LETTER), 5)
    if cell_len(text) <= most:
        return text
    tail = most // 3
    start = set_cell_size(text, most - 1 - tail).rstrip()
    end = ""
    for letter in reversed(text):
        if cell_len(letter + end) > tail:
            break
        end = letter + end
    return f"{start}…{end}"


def spread(wanted: Sequence[float], distance: float, low: float, high: float) -> list[float]:
    """Positions near `wanted`, at least `distance` apart if there is room: for labels beside line ends."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = list(wanted)
    for before, i in zip([None, *order], order, strict=False):
        placed[i] = max(wanted[i], low if before is None else placed[before] + distance)
    for after, i in zip([None, *reversed(order)], reversed(order), strict=False):
        placed[i] = min(placed[i], high if after is None else placed[after] - distance)
    return placed


def _round_values(low: float, high: float, most: int, least: float) -> list[float]:
    rough = max((high - low) / max(most, 1), least)
    unit = 10 ** floor(log10(rough))
    step = next(factor * unit for factor in (1, 2, 5, 10) if factor * unit >= rough * 0.999)
    return [round(i * step, 10) for i in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def _log_values(low: float, high: float) -> list[float]:
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    steps = (1.0,) if high / low > 2000 else (1.0, 3.0) if high / low > 30 else (1.0, 2.0, 5.0)
    values = [step * 10.0**decade for decade in decades for step in steps]
    return [value for value in values if low <= value <= high]
