"""Where trainings run. One place, one file."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from transferkit.artifact.run_folder import Finished
from transferkit.job import Job


class Executor(Protocol):
    """What every file of this folder offers, and any object may that has settings of its own."""

    def run(self, jobs: Sequence[Job]) -> Iterator[Finished]:
        """What `transferkit.job.trained` makes of every job, in the order of `jobs`.

        A job stands after all those that it `follows`, and begins when they have finished; others may run at the same
        time, in other processes that see the same folders, not in threads. Raises what the first job in this order
        raises, an `UntrainedError` among others, and only when no job is at work any more: what has finished by then is
        kept in the run folder.
        """
