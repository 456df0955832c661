"""Reading artifacts back in a fresh process and comparing their answers with those of the trained model."""

import subprocess
import sys
from pathlib import Path

from transferkit import predictors
from transferkit.artifact.run_folder import RunFolder, read_check
from transferkit.errors import ArtifactError
from transferkit.evaluation import outputs

TOLERANCE = 1e-3


def verify_in_fresh_process(run: RunFolder) -> None:
    """Raise `ArtifactError` if any saved model of the run does not answer as it did in memory."""
    if not run.checks():
        return
    command = [sys.executable, "-m", "transferkit.artifact.verify", str(run.path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        said = result.stderr.strip().splitlines() or ["no message"]
        raise ArtifactError(f"a saved model does not answer as the trained one did: {said[-1]}")


def verify(run: RunFolder) -> list[str]:
    """One sentence per artifact that answers differently."""
    wrong = []
    for path in run.checks():
        artifact, rows, expected = read_check(path)
        found = predictors.load(run.path / artifact).predict(rows).outputs
        gap = outputs.gap(found, expected)
        if not gap <= TOLERANCE:
            how = f"differ by {gap:.2g}, expected at most {TOLERANCE}" if gap < float("inf") else "are not the same"
            wrong.append(f"{artifact}: answers {how}")
    return wrong


if __name__ == "__main__":
    sys.exit("; ".join(verify(RunFolder(Path(sys.argv[1])))) or 0)
