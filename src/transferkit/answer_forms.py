"""Answers in the form that the texts were given in: one for one, a list, a Series or a DataFrame of pandas."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from transferkit.answer_records import Answers
from transferkit.arrays import Floats
from transferkit.data.given_texts import Form


def answered(answers: Answers, form: Form) -> Any:
    """The values; of a Series a Series, and of a DataFrame one of all that is known of every answer, with its index."""
    match form.kind:
        case "one":
            return answers.values[0]
        case "series":
            return _column(answers.values, form, answers.name)
        case "frame":
            records = answers.records()
            return _frame({name: [record[name] for record in records] for name in answers.columns}, form)
        case "list":
            return answers.values


def probable(answers: Answers, form: Form) -> Any:
    """Probabilities, (texts, labels), of one text (labels,); of a Series or a DataFrame a DataFrame with its index and
    a column per label."""
    shares: Floats = np.asarray(answers.outputs)[:, : len(answers.labels)]
    if form.kind == "one":
        return shares[0]
    if form.kind == "list":
        return shares
    import pandas as pd  # which is there: what was given is of pandas

    return pd.DataFrame(shares, index=form.index, columns=list(answers.classes))


def recorded(answers: Answers, form: Form, probabilities: bool) -> Any:
    """`Answers.records`, of one text its record."""
    records = answers.records(probabilities)
    return records[0] if form.kind == "one" else records


def _frame(columns: dict[str, list[Any]], form: Form) -> Any:
    import pandas as pd

    return pd.DataFrame({name: _column(cells, form, name) for name, cells in columns.items()}, index=form.index)


def _column(cells: Sequence[Any], form: Form, name: str) -> Any:
    """A missing whole number stays None, where pandas would make floats of all others."""
    import pandas as pd

    whole = any(cell is None for cell in cells) and not all(cell is None or isinstance(cell, float) for cell in cells)
    return pd.Series(cells, index=form.index, name=name, dtype=object if whole or not len(cells) else None)
