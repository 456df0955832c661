"""What a run was made with: versions, seeds, fingerprints, machine."""

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from transferkit.config import RunConfig
from transferkit.data import fingerprints
from transferkit.sources.backbone import Backbone
from transferkit.sources.device import device_name
from transferkit.table.splits import Splits
from transferkit.tasks import Task

_PACKAGES = ("transferkit", "torch", "transformers", "scikit-learn", "peft", "numpy", "tokenizers")


def manifest(config: RunConfig, splits: Splits, task: Task, backbone: Backbone, max_length: int) -> dict[str, Any]:
    """JSON values only."""
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": _versions(),
        "python": platform.python_version(),
        "machine": machine(),
        "seeds": [config.seed + i for i in range(config.seeds)],
        "data": {
            "fingerprint": fingerprints.of(splits, task),
            "train": len(splits.train),
            "validation": len(splits.validation),
            "test": len(splits.test),
            "columns": dict(splits.columns),
        },
        "backbone": {
            "name": backbone.name,
            "revision": backbone.revision,
            "sha256": backbone.sha256,
            "licence": backbone.licence,
            "architecture": backbone.architecture,
            "parameters": backbone.parameters,
            "layers": backbone.layers,
            "width": backbone.width,
        },
        "max_length": max_length,
    }


def machine() -> Mapping[str, Any]:
    """Processor, cores available to this process, memory in GB, and the GPU where there is one."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = {"processor": _processor(), "cores": cores, "memory_gb": round(memory, 1), "system": platform.system()}
    return {**found, "gpu": gpu} if (gpu := device_name()) else found


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    if path.exists():
        names = [
            line.split(":", 1)[1].strip() for line in path.read_text().splitlines() if line.startswith("model name")
        ]
        if names:
            return names[0]
    return platform.processor() or platform.machine()


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
