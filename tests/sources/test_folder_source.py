from pathlib import Path

import pytest

from transferkit import sources
from transferkit.errors import SourceError


def test_what_is_missing_is_said(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(SourceError, match="there is no folder"):
        sources.load(str(tmp_path / "absent"), cache_dir=cache)
    with pytest.raises(SourceError, match=r"expected config\.json and model\.safetensors"):
        sources.load(str(tmp_path), cache_dir=cache)
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(SourceError, match="no weights"):
        sources.load(str(tmp_path), cache_dir=cache)


def test_several_gguf_files_need_a_name(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "a.gguf").touch()
    (tmp_path / "b.gguf").touch()
    with pytest.raises(SourceError, match=r"name one: a\.gguf, b\.gguf"):
        sources.load(str(tmp_path), cache_dir=cache)


def test_an_unknown_name_tells_what_there_is(cache: Path) -> None:
    with pytest.raises(SourceError, match="unknown model 'a b'"):
        sources.load("a b", cache_dir=cache)
    with pytest.raises(SourceError, match="did you mean 'all-MiniLM-L6-v2'"):
        sources.load("all-MiniLM-L6", cache_dir=cache, offline=True)


def test_the_models_below_are_named(tmp_path: Path, cache: Path) -> None:
    for place in ("models/full", "models/lora", "models/lora/adapter", "models/static", "models/top_layers"):
        (tmp_path / "run" / place).mkdir(parents=True)
        (tmp_path / "run" / place / "config.json").write_text("{}")
    with pytest.raises(SourceError) as raised:
        sources.load(str(tmp_path / "run"), cache_dir=cache)
    wanted = ", ".join(str(tmp_path / "run" / "models" / name) for name in ("full", "lora", "static"))
    assert str(raised.value).endswith(f"; name one of the models below it: {wanted} and 1 more")
    with pytest.raises(SourceError, match=r"did you mean .*/full\?"):
        (tmp_path / "one").mkdir()
        (tmp_path / "run" / "models" / "full").rename(tmp_path / "one" / "full")
        sources.load(str(tmp_path / "one"), cache_dir=cache)


def test_what_no_pretrained_model_is_in_is_told(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "transferkit.json").write_text("{}")
    with pytest.raises(SourceError, match="a route without a pretrained model"):
        sources.load(str(tmp_path), cache_dir=cache)
