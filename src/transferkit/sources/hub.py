"""Models of the Hugging Face hub, pinned to a commit: `org/name`, or `name` for the oldest ones."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, constants, try_to_load_from_cache
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError
from huggingface_hub.file_download import repo_folder_name

from transferkit.errors import SourceError
from transferkit.sources import fingerprint, layout, store
from transferkit.sources.source import Found, Request, UnreachableError, missing_offline

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")
_WANTED = ("*.json", "*.txt", "*.jinja", "*.spm", "*.model", "README.md")
_CODE = ("*.py",)
_UNWANTED = ("onnx/*", "openvino/*", "coreml/*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
# The hub library changes its HTTP client between versions; the errors of the network are bases of its own.
_NETWORK: Any = (*HfHubHTTPError.__bases__, OSError, RuntimeError)
_TIMEOUT = 10.0  # seconds until the hub counts as unreachable


def claims(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and not name.endswith(".gguf") and not Path(name).is_dir()


def fetch(name: str, request: Request) -> Found:
    """The snapshot of `name` at the commit which `request.revision` (default: main) stands for right now.

    Offline, the newest one in the hub's cache. Pickles are never downloaded. Raises `UnreachableError` where
    there is no network or no such model, `SourceError` where it has no safetensors.
    """
    if request.offline:
        snapshot = cached(name, request.revision)
        if snapshot is None:
            raise missing_offline(name, request.revision)
        return snapshot
    try:
        with store.disk(Path(constants.HF_HUB_CACHE), 0):
            folder = _download(name, request)
    except GatedRepoError:
        raise SourceError(f"{name} is gated: accept its terms on the hub, then log in with: hf auth login") from None
    except RevisionNotFoundError:
        raise SourceError(f"{name} has no revision {request.revision!r}") from None
    except RepositoryNotFoundError:
        raise UnreachableError(f"the hub has no model {name}, nor is there a folder of that name") from None
    except _NETWORK as error:
        if snapshot := cached(name, request.revision):
            return snapshot
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UnreachableError(f"the hub did not serve {name}: {reason}") from None
    path = _verified(Path(folder), request.cache_dir)
    return Found(path, path.name)


def cached(name: str, revision: str | None) -> Found | None:
    """The snapshot of `name` in the hub's local cache, if its weights are complete; never asks the network."""
    for file in ("modules.json", "config.json", layout.ADAPTER):
        path = try_to_load_from_cache(name, file, revision=revision, cache_dir=constants.HF_HUB_CACHE)
        if isinstance(path, str) and _is_complete(Path(path).parent):
            return Found(Path(path).parent, Path(path).parent.name)
    return None


def _is_complete(folder: Path) -> bool:
    if layout.is_adapter(folder):
        return True
    try:
        return bool(layout.weights(layout.encoder_folder(folder)))
    except SourceError:
        return False


def _download(name: str, request: Request) -> str:
    """The snapshot of the commit that the name stands for when it is asked, whatever happens on the hub meanwhile."""
    api = HfApi()
    info = api.model_info(name, revision=request.revision, timeout=_TIMEOUT)
    files = [file.rfilename for file in info.siblings or ()]
    wanted = [*_WANTED, *_weights(name, files), *(_CODE if request.trust_remote_code else ())]
    folder = api.snapshot_download(name, revision=info.sha, allow_patterns=wanted, ignore_patterns=list(_UNWANTED))
    _remember(name, request.revision or constants.DEFAULT_REVISION, str(info.sha))
    return str(folder)


def _remember(name: str, revision: str, commit: str) -> None:
    """Note in the hub's cache what `revision` stands for, as it is found there offline."""
    if revision != commit:
        folder = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=name, repo_type="model")
        note = folder / "refs" / revision
        note.parent.mkdir(parents=True, exist_ok=True)
        written = note.with_name(f"{note.name}.{os.getpid()}.tmp")
        written.write_text(commit, encoding="ascii")
        written.replace(note)


def _weights(name: str, files: Sequence[str]) -> list[str]:
    """The weights among the `files` of the hub's model."""
    weights = [file for file in files if _is_weights(file)]
    if not weights:
        pickles = [file for file in files if file.endswith((".bin", ".pt", ".ckpt"))]
        raise layout.no_pickle(name, pickles) if pickles else SourceError(f"{name} has no model.safetensors on the hub")
    return weights


def _is_weights(file: str) -> bool:
    parts = Path(file).parts
    return bool(re.fullmatch(r"(model(-\d+-of-\d+)?|adapter_model)\.safetensors", parts[-1])) and (
        len(parts) == 1 or bool(re.fullmatch(r"\d+_\w+", parts[0]))
    )


def _verified(folder: Path, cache_dir: Path) -> Path:
    """The hub names large files by their sha256: what was downloaded must have it."""
    for path in folder.rglob("*.safetensors"):
        expected = path.resolve().name
        if _SHA256.fullmatch(expected) and fingerprint.remembered(path, cache_dir) != expected:
            raise SourceError(
                f"{path} is damaged: expected sha256 {expected}; delete {path.resolve()}, then fetch it again"
            )
    return folder
