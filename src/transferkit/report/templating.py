"""The environment that templates are rendered in: one language, and numbers as a reader wants them."""

import json
import shlex
from functools import partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from transferkit.evaluation.results import p_words
from transferkit.evaluation.verdict import times
from transferkit.locales import Say
from transferkit.report.formats import megabytes, number, percent, score, seconds, signed


def environment(say: Say, escaping: bool = True) -> Environment:
    """Templates find `say` and the formats as filters. With `escaping` all that is filled in is text, never markup."""
    made = Environment(
        loader=PackageLoader("transferkit.report"),
        autoescape=escaping,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update({form.__name__: form for form in (megabytes, number, percent, score, signed, p_words, times)})
    made.filters["seconds"] = partial(seconds, say=say)
    made.filters |= {"quoted": quoted, "shell": shlex.quote}
    made.globals["say"] = say
    return made


def quoted(text: str) -> str:
    """`text` as a literal."""
    return json.dumps(text, ensure_ascii=False)
