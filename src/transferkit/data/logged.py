"""What was read and what is odd about it, as messages in the log."""

import logging
from collections.abc import Iterable

from transferkit.table.splits import Finding, Overview

log = logging.getLogger("transferkit")


def overview(seen: Overview) -> None:
    """A line per fact."""
    for name, words in seen.facts:
        log.info("%s: %s", name, words)


def findings(found: Iterable[Finding]) -> None:
    """A line per finding; warnings as such."""
    for finding in found:
        log.log(logging.WARNING if finding.severity == "warning" else logging.INFO, "%s", finding)
