"""Every folder of a list of broken ones is refused in one sentence, before anything is trained."""

import logging
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

import transferkit
from broken_models import BROKEN, HARMLESS, Broken, bases
from tiny_models import some_rows
from transferkit import sources
from transferkit.errors import SourceError

LEAST = 40
TRAINED = {"a matrix is missing", "two models", "words that are a pointer", "half a shard", "no pooling", "too wide"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    return bases(tmp_path_factory.mktemp("whole"))


def broken_copy(broken: Broken, whole: Mapping[str, Path], place: Path) -> Path:
    copy = shutil.copytree(whole[broken.base], place / "model")
    broken.apply(copy)
    return copy


def test_the_list_is_long_and_says_everything_once() -> None:
    assert len(BROKEN) >= LEAST
    assert len({(each.base, each.name) for each in BROKEN}) == len(BROKEN)


@pytest.mark.parametrize("base", ["bert", "gpt2 in shards", "llama", "sentence", "adapter"])
def test_whole_ones_load(whole: Mapping[str, Path], tmp_path: Path, base: str) -> None:
    assert sources.load(str(whole[base]), cache_dir=tmp_path / "cache", offline=True).layers == 3


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_usual_loads_in_silence(
    whole: Mapping[str, Path], tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    base, apply = HARMLESS[name]
    copy = broken_copy(Broken(base, name, "", apply), whole, tmp_path)
    caplog.set_level(logging.WARNING, "transferkit")
    assert sources.load(str(copy), cache_dir=tmp_path / "cache", offline=True).layers == 3
    assert caplog.messages == []


@pytest.mark.parametrize("broken", BROKEN, ids=lambda each: f"{each.base}: {each.name}")
def test_it_is_refused(whole: Mapping[str, Path], tmp_path: Path, broken: Broken) -> None:
    copy = broken_copy(broken, whole, tmp_path)
    with pytest.raises(SourceError) as raised:
        sources.load(str(copy), cache_dir=tmp_path / "cache", offline=True)
    sentence = str(raised.value)
    assert broken.words in sentence
    assert "\n" not in sentence and len(sentence) < 700 and "Traceback" not in sentence


@pytest.mark.parametrize("broken", [each for each in BROKEN if each.name in TRAINED], ids=lambda each: each.name)
def test_nothing_is_trained(whole: Mapping[str, Path], tmp_path: Path, broken: Broken) -> None:
    rows = some_rows(60)
    with pytest.raises(SourceError):
        transferkit.fit(
            {"text": list(rows["text"]), "label": list(rows["label"])},
            model=str(broken_copy(broken, whole, tmp_path)),
            routes="feature_transfer",
            offline=True,
            output_dir=tmp_path / "run",
            cache_dir=tmp_path / "cache",
        )
    assert not (tmp_path / "run").exists()
