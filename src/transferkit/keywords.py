"""Keyword arguments: the one that is probably meant by a wrong one, and what a flag of the command line is called."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

from transferkit.errors import TransferkitError, nearest, one_of

P = ParamSpec("P")
R = TypeVar("R")


def known(elsewhere: Callable[[str], str]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator of functions that refuse unknown keyword arguments with a `TypeError`, as Python does, and name the
    nearest one.

    `elsewhere` says of an argument that means something in another place how to write it there, "" of all others.
    """

    def decorated(function: Callable[P, R]) -> Callable[P, R]:
        names = tuple(signature(function).parameters)

        @wraps(function)
        def call(*arguments: P.args, **keywords: P.kwargs) -> R:
            if odd := next((name for name in keywords if name not in names), None):
                near = nearest(odd, names)
                meant = elsewhere(odd) or (f"did you mean {near!r}?" if near else f"expected {one_of(names)}")
                raise TypeError(f"{function.__name__}() got an unexpected keyword argument {odd!r}; {meant}")
            return function(*arguments, **keywords)

        return call

    return decorated


_FLAG = re.compile(r"(?<![\w-])--(?P<flag>[a-z][a-z-]*[a-z])(?: (?P<value>'[^']*'|\"[^\"]*\"|[\w.,:/+-]*[\w/+-]))?")
_NO_VALUES = re.compile("and|or|for|in|to|with|where|if|names?|takes?|learns|reads|needs|says|is")
"""Words that follow a flag which stands without a value."""


@contextmanager
def named(function: Callable[..., Any]) -> Iterator[None]:
    """A refusal that names flags of the command line names the arguments of `function` instead."""
    try:
        yield
    except TransferkitError as error:
        error.args = (said(str(error), function),)
        raise


@contextmanager
def named_columns() -> Iterator[None]:
    """A refusal that names columns by flags of the command line names them by the argument `named`."""
    try:
        yield
    except TransferkitError as error:
        words = re.sub(r"(?<![\w-])--(text-pair|text|label)(?: NAME\b)?(?![\w-])", _in_named, str(error))
        error.args = (words,)
        raise


def _in_named(match: "re.Match[str]") -> str:
    return f'named={{"{match[1].replace("-", "_")}": ...}}'


def said(words: str, function: Callable[..., Any]) -> str:
    """`words` with the keyword arguments of `function` in place of flags: `label="shop"` for `--label shop`."""
    parameters = signature(function).parameters

    def written(match: "re.Match[str]") -> str:
        name, value = match["flag"].replace("-", "_"), match["value"]
        if name not in parameters:
            return match[0]
        if parameters[name].default is False:
            return f"{name}=True" + (f" {value}" if value else "")
        if value is None or _NO_VALUES.fullmatch(value):
            return f"{name}=..." + (f" {value}" if value else "")
        return f"{name}={_literal(value)}"

    return _FLAG.sub(written, words)


def _literal(value: str) -> str:
    if {*value.split(",")} <= {"NAME", "N"}:  # which stand for what the user has
        return "..."
    plain = value.strip("'\"")
    return plain if re.fullmatch(r"\d+(?:\.\d+)?", value) else f'"{plain}"'
