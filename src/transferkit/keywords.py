"""Keyword arguments that a function does not have, with the one that is probably meant."""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import ParamSpec, TypeVar

from transferkit.errors import nearest

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
                meant = elsewhere(odd) or (f"did you mean {near!r}?" if near else f"there is {', '.join(names)}")
                raise TypeError(f"{function.__name__}() got an unexpected keyword argument {odd!r}; {meant}")
            return function(*arguments, **keywords)

        return call

    return decorated
