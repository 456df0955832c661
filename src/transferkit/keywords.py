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


@contextmanager
def named(function: Callable[..., Any]) -> Iterator[None]:
    """A refusal that names flags of the command line says in a note what they are called in `function`."""
    try:
        yield
    except TransferkitError as error:
        flags = dict.fromkeys(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", str(error)))
        known = [f"{name}=..." for flag in flags if (name := flag.replace("-", "_")) in signature(function).parameters]
        if known:
            error.add_note(f"in Python: {', '.join(known)}")
        raise
