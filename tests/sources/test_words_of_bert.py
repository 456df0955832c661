"""A vocabulary of BERT's beside the configuration of another kind of model, as common Chinese checkpoints have it."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModel

from transferkit import sources

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"我们你好书不的", "good", "##s", "a"]
SIZE = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 20}
SETTINGS: dict[str, dict[str, Any]] = {
    "roberta": {"max_position_embeddings": 32, "pad_token_id": 1},
    "albert": {"embedding_size": 8, "max_position_embeddings": 32},
    "xlnet": {},
    "bert": {"max_position_embeddings": 32},
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("family", SETTINGS)
def test_it_is_read_as_bert_reads(tmp_path: Path, family: str, line_end: str, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "model"
    size = {"d_model": 16, "n_layer": 1, "n_head": 2, "d_inner": 20} if family == "xlnet" else SIZE
    torch.manual_seed(0)
    config = AutoConfig.for_model(family, vocab_size=len(WORDS), **size, **SETTINGS[family])
    AutoModel.from_config(config).save_pretrained(folder)
    (folder / "vocab.txt").write_bytes(line_end.join(WORDS).encode())
    caplog.set_level(logging.WARNING, "transferkit")
    backbone = sources.load(str(folder), cache_dir=tmp_path / "cache", offline=True)
    ids = backbone.tokenizer()(["好书 Goods"])["input_ids"][0]
    assert ids == [2, *(WORDS.index(word) for word in ("好", "书", "good", "##s")), 3]
    said = [record.getMessage() for record in caplog.records if "BERT's" in record.getMessage()]
    assert len(said) == (0 if family == "bert" else 1)


def test_case_is_kept_where_the_folder_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    config = AutoConfig.for_model("albert", vocab_size=len(WORDS), **SIZE, **SETTINGS["albert"])
    AutoModel.from_config(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": False}))
    backbone = sources.load(str(folder), cache_dir=tmp_path / "cache", offline=True)
    assert backbone.tokenizer()(["Good good"])["input_ids"][0] == [2, 1, WORDS.index("good"), 3]
