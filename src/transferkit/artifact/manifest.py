"""What a run was made with: versions, seeds, fingerprints, machine."""

import os
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from transferkit.config import RunConfig
from transferkit.data import fingerprints
from transferkit.sources.backbone import Backbone
from transferkit.sources.device import device_name
from transferkit.table.splits import Splits
from transferkit.tasks import Task

_PACKAGES = ("transferkit", "torch", "transformers", "scikit-learn", "peft", "numpy", "tokenizers")


def manifest(
    config: RunConfig, splits: Splits, task: Task, backbones: Iterable[Backbone], max_lengths: Mapping[str, int]
) -> dict[str, Any]:
    """JSON values only. A run of several pretrained models has `backbones`, each with a `max_length` of its own."""
    models = [_facts(backbone) for backbone in backbones]
    lengths = [{"max_length": max_lengths[model["name"]]} for model in models]
    several = {"backbones": [model | length for model, length in zip(models, lengths, strict=True)]}
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": _versions(),
        "python": platform.python_version(),
        "machine": machine(),
        "precision": config.precision,
        "seeds": [config.seed + i for i in range(config.seeds)],
        "data": {
            "fingerprint": fingerprints.of(splits, task),
            "train": len(splits.train),
            "validation": len(splits.validation),
            "test": len(splits.test),
            "columns": dict(splits.columns),
        },
        **(several if len(models) > 1 else {"backbone": models[0], **lengths[0]}),
    }


def _facts(backbone: Backbone) -> dict[str, Any]:
    return {
        "name": backbone.name,
        "revision": backbone.revision,
        "sha256": backbone.sha256,
        "licence": backbone.licence,
        "architecture": backbone.architecture,
        "parameters": backbone.parameters,
        "layers": backbone.layers,
        "width": backbone.width,
    }


def machine() -> Mapping[str, Any]:
    """Processor, cores available to this process and the threads that compute, memory in GB, and the GPU where there is
    one."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    facts = {
        "processor": _processor(),
        "cores": cores,
        "threads": torch.get_num_threads(),
        "memory_gb": round(memory, 1),
        "system": platform.system(),
    }
    return {**facts, "gpu": gpu} if (gpu := device_name()) else facts


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
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions
