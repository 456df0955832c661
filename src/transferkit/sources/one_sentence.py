"""What a library raises over a foreign file, as one sentence."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from transferkit.errors import TransferkitError

_LONGEST = 400  # characters of a library's own words
_OURS = (TransferkitError, MemoryError, KeyboardInterrupt, SystemExit, GeneratorExit)


@contextmanager
def explaining(words: str, kind: type[TransferkitError]) -> Iterator[None]:
    """Turn whatever a library raises within into a `kind`: `words`, then the library's own.

    A panic of a Rust extension is no `Exception`, but it is one here. A lack of memory is passed on.
    """
    try:
        with _hushed():
            yield
    except _OURS:
        raise
    except BaseException as error:
        said = cause(error)
        if "out of memory" in said or "not enough memory" in said:
            raise
        raise kind(f"{words}: {said}") from None


def _hushed() -> AbstractContextManager[None]:
    """Transformers is silenced where it is there; what reads no pretrained model does without it."""
    if "transformers" not in sys.modules:
        return nullcontext()
    from transferkit.sources.hush import hushed

    return hushed()


def cause(error: BaseException) -> str:
    """What `error` says, in one line."""
    said = " ".join(str(error).split()) or "no reason given"
    said = said if len(said) <= _LONGEST else f"{said[:_LONGEST]}..."
    return said if isinstance(error, (ValueError, OSError)) else f"{type(error).__name__}: {said}"
