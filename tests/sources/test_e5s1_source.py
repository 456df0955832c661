"""Files that begin with E5S1: a tiny one is written by hand, and must become the model that its numbers are."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from transferkit import sources
from transferkit.errors import SourceError
from transferkit.sources import e5s1

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁good", "▁book", "好", "书", ":", "▁query", "<mask>"]
PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
EMBEDDINGS = {
    "word": "word_embeddings.weight",
    "pos": "position_embeddings.weight",
    "type": "token_type_embeddings.weight",
}


def quantised(weights: np.ndarray[Any, Any]) -> tuple[bytes, np.ndarray[Any, Any]]:
    """Q4_0 of `weights`, and the weights that it stands for."""
    blocks = weights.reshape(-1, 32)
    scale = (np.abs(blocks).max(axis=1, keepdims=True) / 7).astype("<f2")
    steps = np.divide(blocks, scale.astype(np.float32), out=np.zeros_like(blocks), where=scale > 0)
    whole = np.clip(np.rint(steps) + 8, 0, 15).astype(np.uint8)
    packed = whole[:, :16] | (whole[:, 16:] << 4)
    meant = (whole.astype(np.float32) - 8) * scale.astype(np.float32)
    return np.hstack([scale.view(np.uint8), packed]).tobytes(), meant.reshape(weights.shape)


def write(path: Path, version: int = 1) -> BertModel:
    """A file with a random model, and the model."""
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(PIECES) + 4,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=20,
        pad_token_id=1,
    )
    model = BertModel(config, add_pooling_layer=False).eval()
    names = {f"emb.{ours}": f"embeddings.{theirs}" for ours, theirs in EMBEDDINGS.items()}
    kinds = {"w": "weight", "b": "bias"}
    names |= {f"emb.ln.{short}": f"embeddings.LayerNorm.{kind}" for short, kind in kinds.items()}
    for i in range(2):
        for ours, theirs in PARTS.items():
            names |= {f"l{i}.{ours}.{short}": f"encoder.layer.{i}.{theirs}.{kind}" for short, kind in kinds.items()}
    state, bodies, entries = model.state_dict(), [], []
    for ours, theirs in names.items():
        weights = state[theirs].numpy()
        body, kind = weights.astype("<f4").tobytes(), 0
        if weights.ndim == 2 and "pos" not in ours and "type" not in ours:
            (body, weights), kind = quantised(weights), 1
            state[theirs].copy_(torch.from_numpy(weights))
        bodies.append(body)
        entries.append((ours.encode(), kind, weights.size, len(body)))
    text = [piece.encode() for piece in PIECES]
    bounds = np.cumsum([0, *map(len, text)]).astype("<u4")
    scores = np.array([0.0] * 4 + [-1.0 - i for i in range(len(PIECES) - 4)], dtype="<f4")
    head = b"E5S1" + struct.pack("<I7ifi", version, 32, 2, 2, 64, len(PIECES) + 4, 20, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, int(bounds[-1]))
    head += bounds.tobytes() + scores.tobytes() + b"".join(text) + struct.pack("<iI", 1, 5) + b"a map"
    head += struct.pack("<i", len(entries))
    place = len(head) + sum(2 + len(name) + 21 for name, *_ in entries)
    for name, kind, numbers, size in entries:
        head += struct.pack("<H", len(name)) + name + struct.pack("<BIQQ", kind, numbers, place, size)
        place += size
    path.write_bytes(head + b"".join(bodies))
    return model


def test_the_model_is_the_one_in_the_file(tmp_path: Path, cache: Path) -> None:
    expected = write(tmp_path / "tiny.bin")
    found = sources.load(str(tmp_path / "tiny.bin"), cache_dir=cache)
    assert (found.architecture, found.layers, found.width, found.max_length) == ("encoder", 2, 32, 20)
    assert (found.pooling, found.normalize, found.prompt) == ("mean", True, "query: ")
    ids = torch.tensor([[0, 5, 6, 7, 2]])
    with torch.no_grad():
        ours = found.encoder()(ids).last_hidden_state
        assert torch.allclose(ours, expected(ids).last_hidden_state, atol=1e-5)


def test_the_tokenizer_is_xlm_robertas(tmp_path: Path, cache: Path) -> None:
    write(tmp_path / "tiny.bin")
    tokenizer: Any = sources.load(str(tmp_path / "tiny.bin"), cache_dir=cache).tokenizer()
    assert tokenizer("good   book")["input_ids"] == [0, 5, 6, 2]
    assert tokenizer("好书", "ｇｏｏｄ")["input_ids"] == [0, 4, 7, 8, 2, 2, 5, 2]
    assert tokenizer("")["input_ids"] == [0, 2] and tokenizer("query: 好")["input_ids"] == [0, 10, 9, 4, 7, 2]
    assert (tokenizer.pad_token_id, tokenizer.unk_token_id, tokenizer.mask_token_id) == (1, 3, 11)


@pytest.mark.parametrize("length", [4, 20, 60, 400, -1])
def test_half_a_file_is_refused(tmp_path: Path, cache: Path, length: int) -> None:
    path = tmp_path / "tiny.bin"
    write(path)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(SourceError, match=r"tiny\.bin is damaged: "):
        sources.load(str(path), cache_dir=cache)


def test_other_versions_and_other_files(tmp_path: Path, cache: Path) -> None:
    write(tmp_path / "tiny.bin", version=2)
    with pytest.raises(SourceError, match=r"expected version 1 .*, found version 2"):
        sources.load(str(tmp_path / "tiny.bin"), cache_dir=cache)
    (tmp_path / "pytorch_model.bin").write_bytes(b"PK\x03\x04")
    assert not e5s1.claims(str(tmp_path / "pytorch_model.bin")) and not e5s1.claims(str(tmp_path / "none.bin"))
