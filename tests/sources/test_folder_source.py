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
    with pytest.raises(SourceError, match="The catalogue has all-MiniLM-L6-v2"):
        sources.load("all-MiniLM-L6", cache_dir=cache, offline=True)
