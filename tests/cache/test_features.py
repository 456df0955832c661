"""Features of every layer against plain Transformers and sentence-transformers; pooling against hand-worked values."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig, ModernBertDecoderConfig, OPTConfig

from jobs import classifier, examples_of
from tiny_models import FAMILIES, Tiny, load, save_model, some_rows
from transferkit.cache.features import pooled_layers, token_states
from transferkit.cache.spaces import Cache, Entry, Reader
from transferkit.cache.teacher_states import hidden_states
from transferkit.encoding.encoded import Encoded, encode
from transferkit.encoding.examples import Examples
from transferkit.encoding.ragged import ragged
from transferkit.errors import ConfigError
from transferkit.networks.layers import TOP, captured, captured_along
from transferkit.networks.pooling import pool
from transferkit.table.rows import Rows

HIDDEN = torch.tensor([[[1.0, -1.0], [3.0, 5.0], [8.0, 0.0]], [[2.0, 2.0], [9.0, 9.0], [9.0, 9.0]]])
RIGHT = torch.tensor([[1, 1, 1], [1, 0, 0]])
LEFT = torch.tensor([[1, 1, 1], [0, 0, 1]])


@pytest.mark.parametrize(
    ("mode", "first", "second"),
    [
        ("mean", [4.0, 4 / 3], [2.0, 2.0]),
        ("cls", [1.0, -1.0], [2.0, 2.0]),
        ("max", [8.0, 5.0], [2.0, 2.0]),
        ("lasttoken", [8.0, 0.0], [2.0, 2.0]),
        ("weightedmean", [(1 + 6 + 24) / 6, (-1 + 10) / 6], [2.0, 2.0]),
        ("mean_sqrt_len_tokens", [12 / 3**0.5, 4 / 3**0.5], [2.0, 2.0]),
        ("mean+max", [4.0, 4 / 3, 8.0, 5.0], [2.0, 2.0, 2.0, 2.0]),
    ],
)
def test_pooling(mode: str, first: list[float], second: list[float]) -> None:
    found = pool(HIDDEN, RIGHT, mode)
    assert found[0].tolist() == pytest.approx(first) and found[1].tolist() == pytest.approx(second)
    padded_left = torch.stack([HIDDEN[0], HIDDEN[1].flip(0)])
    assert torch.allclose(pool(padded_left, LEFT, mode), found)


def test_unknown_pooling() -> None:
    with pytest.raises(ConfigError, match=r"'average'.*lasttoken"):
        pool(HIDDEN, RIGHT, "average")


@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
def test_features_are_those_of_plain_transformers(tiny: Tiny, tmp_path: Path, family: str, left: bool) -> None:
    """Row by row, without padding."""
    backbone = tiny(family, left=left)
    source, rows, encoder = examples_of(backbone), some_rows(24), backbone.encoder()
    found = pooled_layers(encoder, source, "mean", Cache(tmp_path), "plain").stack()[:, 0]
    assert found.shape == (24, 4, 32)
    for i, text in enumerate(rows["text"]):
        inputs = backbone.tokenizer()(text, return_tensors="pt")
        with torch.no_grad():
            states = encoder(input_ids=inputs["input_ids"], output_hidden_states=True).hidden_states
        expected = np.stack([state[0].mean(dim=0).numpy() for state in states])
        assert np.allclose(found[i], expected, atol=2e-5), f"row {i}"


def test_features_are_read_once(tiny: Tiny, tmp_path: Path) -> None:
    backbone, cache = tiny("bert"), Cache(tmp_path)
    source = examples_of(backbone)
    first = pooled_layers(backbone.encoder(), source, "cls", cache, "a").stack()
    broken = backbone.encoder()
    broken.forward = None
    assert np.array_equal(pooled_layers(broken, source, "cls", cache, "a").stack(), first)
    with pytest.raises(TypeError):
        pooled_layers(broken, source, "mean", cache, "a")


def test_token_states_have_no_padding_and_stop_early(tiny: Tiny, tmp_path: Path) -> None:
    backbone = tiny("bert")
    source, model = examples_of(backbone), classifier(backbone)
    ran: list[int] = []
    model.bert.encoder.layer[2].register_forward_hook(lambda *_: ran.append(2))
    for depth in range(3):
        reader = token_states(model, source, [depth], Cache(tmp_path), "a")[depth]
        assert [reader[i].shape for i in range(24)] == [(n, 32) for n in source.lengths]
        with torch.no_grad():
            states = model(torch.from_numpy(source.encoded.ids[3][None]), output_hidden_states=True).hidden_states
        assert np.allclose(reader[3], states[depth][0].numpy(), atol=1e-5)
        ran.clear()
    token_states(model, source, [1], Cache(tmp_path / "other"), "a")
    assert ran == []


def test_token_states_of_several_depths_come_from_one_pass(tiny: Tiny, tmp_path: Path) -> None:
    backbone = tiny("bert")
    source, model, cache = examples_of(backbone), classifier(backbone), Cache(tmp_path)
    alone = [token_states(model, source, [depth], cache, "a")[depth] for depth in (0, 2)]
    ran: list[int] = []
    model.bert.encoder.layer[0].register_forward_hook(lambda _module, args, _output: ran.append(len(args[0])))
    both = hidden_states(model, source, [2, 0, 2], cache, "a")
    assert sum(ran) == len(source) and list(both) == ["teacher_hidden_0", "teacher_hidden_2"]
    for reader, part in zip(alone, both.values(), strict=True):
        assert all(np.allclose(reader[i], part[i], atol=1e-6) for i in range(len(source)))


def test_sentence_transformers_embeds_alike(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sentence_transformers import SentenceTransformer
        from sentence_transformers import models as parts
    plain = save_model(tmp_path / "plain", "bert")
    transformer = parts.Transformer(str(plain), max_seq_length=8)
    their = SentenceTransformer(modules=[transformer, parts.Pooling(32, pooling_mode="cls")], device="cpu")
    their.prompts, their.default_prompt_name = {"q": "seen here "}, "q"
    their.save(str(tmp_path / "sentence"))
    backbone, rows = load(tmp_path / "sentence"), some_rows(20)
    assert (backbone.pooling, backbone.prompt, backbone.max_length) == ("cls", "seen here ", 8)
    source = Examples(encode(rows, backbone.tokenizer(), 8, backbone.prompt), np.zeros(20, dtype=np.int64))
    ours = pooled_layers(backbone.encoder(), source, backbone.pooling, Cache(tmp_path), "").stack()[:, 0, -1]
    assert np.allclose(ours, their.encode(list(rows["text"])), atol=1e-5)


# From rows to tokens


def test_truncation_is_counted(tiny: Tiny) -> None:
    backbone = tiny("bert")
    rows = Rows({"text": ["the cat is here", "dog", "a"]}, np.arange(1, 4))
    encoded = encode(rows, backbone.tokenizer(), 4)
    assert encoded.full_lengths.tolist() == [6, 3, 3] and encoded.lengths.tolist() == [4, 3, 3]
    batch = encoded.batch([0, 1])
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]
    assert batch["input_ids"][0, -1] == 2 and "attention_mask" not in encoded.batch([1, 2])


def test_pairs_are_told_apart(tiny: Tiny) -> None:
    rows = Rows({"text": ["a cat"], "text_pair": ["the dog"]}, np.arange(1, 2))
    batch = encode(rows, tiny("bert").tokenizer(), 16).batch([0])
    assert batch["token_type_ids"].tolist() == [[0, 0, 0, 0, 1, 1, 1]]
    assert "token_type_ids" not in encode(rows, tiny("distilbert").tokenizer(), 16).batch([0])


def test_padding_on_the_left() -> None:
    ids = ragged([np.array([5, 6, 7]), np.array([8])])
    encoded = Encoded(ids, None, pad_id=1, pad_left=True, full_lengths=np.array([3, 1]))
    assert encoded.batch([0, 1])["input_ids"].tolist() == [[5, 6, 7], [1, 1, 8]]
    assert encoded.batch([0, 1])["attention_mask"].tolist() == [[1, 1, 1], [0, 0, 1]]
    states = tuple(Entry(np.full((len(row), 2), row[0], np.float32), 0, len(row)) for row in ids)
    squares = tuple(Entry(np.full(len(row) ** 2, row[0], np.float32), 0, len(row) ** 2) for row in ids)
    source = Examples(encoded, np.zeros(2, np.int64), {}, {"a": Reader(states)}, {"b": Reader(squares)})
    batch = source.batch([0, 1])
    assert batch["a"][1].tolist() == [[0, 0], [0, 0], [8, 8]]
    assert batch["b"][1].tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 8]]


def test_no_rows_at_all(tiny: Tiny) -> None:
    assert len(encode(some_rows(3).take([]), tiny("bert").tokenizer(), 16)) == 0


SMALL: dict[str, Any] = {"vocab_size": 60, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
SMALL |= {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
DECODERS = {
    "llama": LlamaConfig(**SMALL, intermediate_size=64),
    "opt": OPTConfig(**SMALL, ffn_dim=64, word_embed_proj_dim=32, dropout=0.0),
    "gpt2": GPT2Config(vocab_size=60, n_embd=32, n_layer=2, n_head=2, bos_token_id=1, eos_token_id=2, pad_token_id=0),
}


@pytest.mark.parametrize("family", DECODERS)
def test_states_seen_while_writing_are_those_of_reading(family: str) -> None:
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(DECODERS[family]).eval()
    asked = torch.randint(3, 60, (3, 6))
    with torch.no_grad(), captured_along(model, [TOP, 1]) as along:
        out = model.generate(asked, attention_mask=torch.ones_like(asked), max_new_tokens=4, min_new_tokens=4)
    assert [each.shape for each in along] == [(3, 6, 64), *[(3, 1, 64)] * 3]
    with torch.no_grad(), captured(model, [TOP, 1]) as seen:
        model(out[:, :-1], use_cache=False)
    expected = torch.cat([seen[TOP], seen[1]], dim=-1)
    torch.testing.assert_close(torch.cat(along, dim=1), expected, rtol=1e-4, atol=1e-4)


def test_nothing_is_seen_where_the_output_layer_gets_something_else() -> None:
    config = ModernBertDecoderConfig(**SMALL, intermediate_size=64)  # between its states and its output layer is a head
    model = AutoModelForCausalLM.from_config(config).eval()
    asked = torch.randint(3, 60, (2, 5))
    with torch.no_grad(), captured_along(model, [TOP, 1]) as along:
        model.generate(asked, attention_mask=torch.ones_like(asked), max_new_tokens=3)
    assert along == []
