"""What marks a route wherever it is shown: one colour, and one form where colours repeat."""

from collections.abc import Mapping
from dataclasses import dataclass

from transferkit.evaluation.choosing import BASELINE
from transferkit.evaluation.results import Board, RouteResult

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


def marks(result: Board) -> Mapping[str, Mark]:
    """The mark of every route, by name."""
    found: dict[str, Mark] = {}
    others = 0
    for route in result.routes:
        if route.route == BASELINE:
            found[route.name] = Mark(0, FORMS[0], role(result, route))
        else:
            colour, form = 1 + others % COLOURS, FORMS[others // COLOURS % len(FORMS)]
            found[route.name] = Mark(colour, form, role(result, route))
            others += 1
    return found


def role(result: Board, route: RouteResult) -> str:
    """best, cheapest, baseline or other."""
    if route.name == result.choice.best:
        return "best"
    if route.name == result.choice.cheapest:
        return "cheapest"
    return "baseline" if route.route == BASELINE else "other"
