"""What marks a route wherever it is shown: one colour, and one form where colours repeat."""

from collections.abc import Mapping
from dataclasses import dataclass

from transferkit.evaluation.choosing import BASELINE
from transferkit.evaluation.results import RouteResult, RunResult

COLOURS = 7
"""Of the page's palette, besides colour 0, which is the baseline's."""
FORMS = ("circle", "square", "diamond")


@dataclass(frozen=True)
class Mark:
    """`colour` is an index into the page's palette, `form` the name of a sign, `role` what the route is in its run:
    best, cheapest, baseline or other."""

    colour: int
    form: str
    role: str

    @property
    def classes(self) -> str:
        """Of the page's style sheet."""
        return f"c{self.colour} {self.role}"


def marks(result: RunResult) -> Mapping[str, Mark]:
    """The mark of every route, by name."""
    others = [route.name for route in result.routes if route.route != BASELINE]
    found = {route.name: Mark(0, FORMS[0], role(result, route)) for route in result.routes if route.route == BASELINE}
    for i, name in enumerate(others):
        form = FORMS[i // COLOURS % len(FORMS)]
        found[name] = Mark(1 + i % COLOURS, form, role(result, result.route(name)))
    return found


def role(result: RunResult, route: RouteResult) -> str:
    """best, cheapest, baseline or other."""
    if route.name == result.best:
        return "best"
    if route.name == result.cheapest:
        return "cheapest"
    return "baseline" if route.route == BASELINE else "other"
