"""A model that answers on the command line, loaded in as little time as may be."""

import logging
import sys
from typing import TYPE_CHECKING

from transferkit.artifact.chosen import Chosen
from transferkit.config import Precision
from transferkit.table import collecting

if TYPE_CHECKING:
    from transferkit.model import Model

log = logging.getLogger("transferkit")


def answering(
    found: Chosen, run: object, trust_remote_code: bool, precision: Precision | None, threads: int | None
) -> "Model":
    """The model that was `found` in `run`; which one it is, is said."""
    log.info("%s answers%s", found.name, f" ({found.why} of {run})" if found.why else "")
    with collecting.left_alone():
        from transferkit.model import load
        from transferkit.sources import answering as process

        process.begin(found.folder)
        model = load(found.folder, trust_remote_code=trust_remote_code, precision=precision)
        _use(threads)
    return model


def _use(threads: int | None) -> None:
    if threads is None and "torch" not in sys.modules:
        return
    from transferkit.sources.threads import use  # needs torch

    use(threads)
