"""What one subprocess answered, with where and when it was measured; a file each, which is committed."""

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.subjects import HERE, Measured

PACKAGES = ("transferkit", "torch", "transformers", "sentence-transformers", "scikit-learn")
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_INSTRUCTIONS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")


@dataclass(frozen=True)
class Kept:
    """`rows` by name; `where` is a sentence on machine, versions, commit and day; `boot` tells machines apart."""

    rows: Measured
    where: str
    boot: str


def as_measured_here(rows: Measured) -> Kept:
    return Kept(rows, machine(), boot())


def keep(found: Kept, path: Path) -> None:
    write(asdict(found), path)


def write(found: dict[str, Any], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    half.replace(path)


def read(path: Path) -> Kept:
    return Kept(**json.loads(path.read_text(encoding="utf-8")))


def boot() -> str:
    """What no two machines share, nor one before and after a restart."""
    return _BOOT.read_text(encoding="utf-8").strip() if _BOOT.exists() else platform.node()


def machine() -> str:
    """What was measured on, in a sentence."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    hardware = f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GB"
    return f"{hardware}; Python {platform.python_version()}, {packages}{commit()}, {date.today().isoformat()}."


def processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        lines = [line.partition(":") for line in facts.read_text(encoding="utf-8").splitlines()]
        found = {name.strip(): value.strip() for name, _, value in reversed(lines)}
        known = set(found.get("flags", "").split())
        return " ".join([found.get("model name", ""), "with", *(name for name in _INSTRUCTIONS if name in known)])
    return platform.processor() or platform.machine()


def commit() -> str:
    """The commit of this checkout, and whether files were changed since, but for what is written here."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=HERE, capture_output=True, text=True, check=False).stdout.strip()

    found = git("rev-parse", "--short", "HEAD")
    changed = git("status", "--porcelain", "--", ":/", ":!RESULTS.md", ":!measured")
    return f", commit {found}{' with changes' if changed else ''}" if found else ""
