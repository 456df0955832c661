"""One training after the other, in this process."""

from collections.abc import Iterator, Sequence

from transferkit.artifact.run_folder import Finished
from transferkit.job import Job, trained


def run(jobs: Sequence[Job]) -> Iterator[Finished]:
    """Train the next job when the one before it has finished."""
    return map(trained, jobs)
