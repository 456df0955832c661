"""Reading artifacts back in a fresh process and comparing their answers with those of the trained model."""

import subprocess
import sys
from pathlib import Path

from transferkit import predictors
from transferkit.artifact import answer_check
from transferkit.artifact.run_folder import RunFolder
from transferkit.errors import ArtifactError, TransferkitError
from transferkit.evaluation import outputs
from transferkit.progress import progress
from transferkit.sources import answering

TOLERANCE = 1e-3
_TRUSTED = "--trust-remote-code"


def verify_in_fresh_process(run: RunFolder, trust_remote_code: bool = False) -> None:
    """Raise `ArtifactError` if any saved model of the run does not answer as it did in memory."""
    count = len(run.checks())
    if not count:
        return
    command = [sys.executable, "-m", "transferkit.artifact.verify", str(run.path)]
    command += [_TRUSTED] * trust_remote_code
    with progress(f"reading {count} saved model{'s' * (count != 1)} back in a fresh process"):
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        said = result.stderr.strip().splitlines() or ["no message"]
        raise ArtifactError(f"a saved model does not answer as the trained one did: {said[-1]}")


def verify(run: RunFolder, trust_remote_code: bool = False) -> list[str]:
    """One sentence per artifact that answers differently."""
    wrong = []
    for path in run.checks():
        artifact, rows, expected = answer_check.read(path)
        answers = predictors.load(run.path / artifact, trust_remote_code).predict(rows).outputs
        gap = outputs.gap(answers, expected)
        if not gap <= TOLERANCE:
            how = f"differ by {gap:.2g}, expected at most {TOLERANCE}" if gap < float("inf") else "are not the same"
            wrong.append(f"{artifact}: answers {how}")
    return wrong


def main(folder: str, *options: str) -> str | int:
    """What is wrong, in one line, or 0."""
    try:
        run = RunFolder(Path(folder))
        for path in run.checks():
            answering.begin(run.path / answer_check.read(path)[0])
        return "; ".join(verify(run, _TRUSTED in options)) or 0
    except TransferkitError as error:
        return f"{error}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
