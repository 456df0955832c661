from pathlib import Path

import huggingface_hub.constants
import pytest

from sources.fake_hub import COMMIT, LATER, Hub
from transferkit import sources
from transferkit.errors import SourceError
from transferkit.sources.source import UnreachableError


@pytest.fixture
def hub(tiny_hub: Hub) -> Hub:
    """The tiny hub with what a model folder there often has besides."""
    tiny_hub.files |= {"pytorch_model.bin": b"pickle", "onnx/model.onnx": b"onnx", "code.py": b"raise SystemExit"}
    return tiny_hub


def test_a_hub_model_is_pinned_to_its_commit(hub: Hub, cache: Path) -> None:
    backbone = sources.load("org/tiny", cache_dir=cache)
    assert (backbone.revision, backbone.layers) == (COMMIT, 2)
    names = {path.name for path in backbone.folder.iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= names
    assert not names & {"pytorch_model.bin", "onnx", "code.py"}


def test_a_branch_that_moves_meanwhile_changes_nothing(hub: Hub, cache: Path) -> None:
    hub.moves = {"config.json": b"{}", "model-00001-of-00001.safetensors": b"of the next commit"}
    backbone = sources.load("org/tiny", cache_dir=cache)
    assert hub.main == LATER and backbone.revision == COMMIT
    assert sources.load("org/tiny", cache_dir=cache, offline=True) == backbone
    assert not [path for path in hub.asked if LATER in path or "/resolve/main/" in path]


def test_offline_the_cached_commit_is_used_and_nothing_is_asked(hub: Hub, cache: Path) -> None:
    online = sources.load("org/tiny", cache_dir=cache)
    hub.asked.clear()
    assert sources.load("org/tiny", cache_dir=cache, offline=True) == online
    backbone = sources.load("org/tiny", cache_dir=cache, offline=True, revision=COMMIT)
    backbone.tokenizer()
    backbone.classifier(["a", "b"])
    with pytest.raises(SourceError, match="offline"):
        sources.load("org/other", cache_dir=cache, offline=True)
    assert hub.asked == []


def test_code_comes_only_when_trusted(hub: Hub, cache: Path) -> None:
    backbone = sources.load("org/tiny", cache_dir=cache, trust_remote_code=True)
    assert (backbone.folder / "code.py").is_file() and backbone.trust_remote_code


def test_a_pickle_is_not_even_downloaded(hub: Hub, cache: Path) -> None:
    del hub.files["model.safetensors"]
    with pytest.raises(SourceError, match=r"only as pickle \(pytorch_model\.bin\)"):
        sources.load("org/tiny", cache_dir=cache)
    assert not [path for path in hub.asked if "/resolve/" in path]


def test_an_unknown_model_and_an_unknown_revision(hub: Hub, cache: Path) -> None:
    with pytest.raises(UnreachableError, match="the hub has no model org/other"):
        sources.load("org/other", cache_dir=cache)
    with pytest.raises(SourceError, match="has no revision 'v9'"):
        sources.load("org/tiny", cache_dir=cache, revision="v9")


def test_a_hub_which_does_not_answer(hub: Hub, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(UnreachableError, match="the hub did not serve org/tiny"):
        sources.load("org/tiny", cache_dir=cache)


def test_a_damaged_download_is_noticed(hub: Hub, cache: Path) -> None:
    folder = sources.load("org/tiny", cache_dir=cache).folder
    weights = (folder / "model.safetensors").resolve()
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(SourceError, match=f"is damaged.* delete {weights}"):
        sources.load("org/tiny", cache_dir=cache)
    weights.unlink()
    assert sources.load("org/tiny", cache_dir=cache).layers == 2
