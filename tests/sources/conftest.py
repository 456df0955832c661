"""Wheels made on the spot; pip really downloads them, from a folder."""

import hashlib
import os
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import huggingface_hub.constants
import pytest

from sources.fake_hub import Hub, serve
from sources.tiny_sources import contents, save_bert, save_gpt2

MakeWheel = Callable[..., str]


@pytest.fixture(scope="session")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="session")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_gpt2(tmp_path_factory.mktemp("gpt2"))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder which is the only thing pip and, with nothing to reach, everything else knows."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.delenv("TRANSFORMERS_OFFLINE", raising=False)
    return folder


@pytest.fixture
def make_wheel(index: Path) -> MakeWheel:
    """Puts a wheel with the given members into the index; gives its sha256."""

    def make(name: str, members: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> str:
        stem = name.replace("-", "_")
        path = index / f"{stem}-1.0-py3-none-any.whl"
        info = f"{stem}-1.0.dist-info"
        with zipfile.ZipFile(path, "w") as file:
            for member, content in members.items():
                file.writestr(member, content)
            for member, target in (links or {}).items():
                entry = zipfile.ZipInfo(member)
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
                file.writestr(entry, target)
            file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
            file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            file.writestr(f"{info}/RECORD", "")
        return hashlib.sha256(path.read_bytes()).hexdigest()

    return make


@pytest.fixture
def tiny_hub(bert: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub on this machine, with `org/tiny` and an empty local cache."""
    with serve(Hub("org/tiny", {name[2:]: content for name, content in contents(bert, "x").items()})) as hub:
        template = f"{hub.endpoint}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", hub.endpoint)
        monkeypatch.setattr(huggingface_hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
        yield hub
