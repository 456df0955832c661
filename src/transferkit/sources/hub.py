"""Models of the Hugging Face hub, pinned to a commit: `org/name`, or `name` for the oldest ones."""

import re
from pathlib import Path

from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.constants import HF_HUB_CACHE
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

from transferkit.errors import ResourceError, SourceError
from transferkit.sources import fingerprint, layout, store
from transferkit.sources.source import Found, Request, UnreachableError, missing_offline

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")
_WANTED = ("*.json", "*.txt", "*.jinja", "tokenizer.model", "*.spm", "*.model", "README.md")
_CODE = ("*.py",)
_UNWANTED = ("onnx/*", "openvino/*", "coreml/*", "*.index.json.lock")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TIMEOUT = 10.0  # seconds until the hub counts as unreachable


def claims(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and not name.endswith(".gguf") and not Path(name).is_dir()


def fetch(name: str, request: Request) -> Found:
    """The snapshot of `name` at the commit which `request.revision` (default: main) stands for right now.

    Offline, the newest one in the hub's cache. Pickles are never downloaded. Raises `UnreachableError` where
    there is no network or no such model, `SourceError` where it has no safetensors.
    """
    if request.offline:
        found = cached(name, request.revision)
        if found is None:
            raise missing_offline(name)
        return found
    try:
        commit, weights = _look_up(name, request.revision)
        code = _CODE if request.trust_remote_code else ()
        with store.disk(Path(HF_HUB_CACHE), 0):
            folder = snapshot_download(
                name, revision=commit, allow_patterns=[*_WANTED, *code, *weights], ignore_patterns=list(_UNWANTED)
            )
    except GatedRepoError:
        raise SourceError(f"{name} is gated: accept its terms on the hub, then log in with: hf auth login") from None
    except RevisionNotFoundError:
        raise SourceError(f"{name} has no revision {request.revision!r}") from None
    except RepositoryNotFoundError:
        raise UnreachableError(f"the hub has no model {name}, nor is there a folder of that name") from None
    except (SourceError, ResourceError):
        raise
    except Exception as error:
        # The client behind the hub library, and with it the errors of the network, differs between versions.
        if found := cached(name, request.revision):
            return found
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UnreachableError(f"the hub did not serve {name}: {reason}") from None
    return Found(_verified(Path(folder), request.cache_dir), commit)


def cached(name: str, revision: str | None) -> Found | None:
    """The complete snapshot of `name` in the hub's local cache, if there is one; never asks the network."""
    try:
        folder = Path(snapshot_download(name, revision=revision, local_files_only=True))
    except (OSError, ValueError):
        return None
    try:
        layout.weights(layout.encoder_folder(folder))
    except SourceError:
        return None
    return Found(folder, folder.name)


def _look_up(name: str, revision: str | None) -> tuple[str, list[str]]:
    """The commit, and the weights files to download from it."""
    info = HfApi().model_info(name, revision=revision, timeout=_TIMEOUT)
    files = [file.rfilename for file in info.siblings or ()]
    weights = [file for file in files if _is_weights(file)]
    if not weights:
        pickles = [file for file in files if file.endswith((".bin", ".pt", ".ckpt"))]
        raise layout.no_pickle(name, pickles) if pickles else SourceError(f"{name} has no model.safetensors on the hub")
    return str(info.sha), weights


def _is_weights(file: str) -> bool:
    parts = Path(file).parts
    return bool(re.fullmatch(r"model(-\d+-of-\d+)?\.safetensors", parts[-1])) and (
        len(parts) == 1 or bool(re.fullmatch(r"\d+_\w+", parts[0]))
    )


def _verified(folder: Path, cache_dir: Path) -> Path:
    """The hub names large files by their sha256: what was downloaded must have it."""
    for path in folder.rglob("*.safetensors"):
        expected = path.resolve().name
        if _SHA256.fullmatch(expected) and fingerprint.remembered(path, cache_dir) != expected:
            path.resolve().unlink()
            raise SourceError(
                f"{path} was damaged on its way (expected sha256 {expected}); it was deleted, try again"
            )
    return folder
