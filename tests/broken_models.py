"""Model folders that are not what they claim to be, each with words that its refusal must have.

What breaks them is what happens to such folders: half a download, `git clone` without LFS, a renamed file, a checkpoint
beside the tokenizer or configuration of another one, an adapter without its model.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel, BertConfig

from tiny_models import VOCABULARY, WIDTH, load, save_model, save_tokenizer

Tensors = dict[str, torch.Tensor]
Break = Callable[[Path], Any]

WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22e\nsize 437\n"
PAGE = "<!DOCTYPE html>\n<html><head><title>bert at main</title></head></html>\n"
DENSE = "encoder.layer.0.output.dense.weight"
SELF = "encoder.layer.1.attention.self"
NORM = "encoder.layer.0.output.LayerNorm"
QUERY = "encoder.layer.1.attention.self.query"


@dataclass(frozen=True)
class Broken:
    """A folder of the kind `base`, and what `apply` does to a copy of it; `words` are in what is said of it."""

    base: str
    name: str
    words: str
    apply: Break


def bases(folder: Path) -> Mapping[str, Path]:
    """Whole folders by kind."""
    bert = save_model(folder / "bert", "bert")
    shards = save_model(folder / "gpt2", "gpt2")
    load(shards).generator().save_pretrained(shards, max_shard_size="20KB")
    (shards / WEIGHTS).unlink(missing_ok=True)
    sentence = shutil.copytree(bert, folder / "sentence")
    kinds = {"": "Transformer", "1_Pooling": "Pooling"}
    entries = [{"path": path, "type": f"sentence_transformers.models.{kind}"} for path, kind in kinds.items()]
    (sentence / "modules.json").write_text(json.dumps(entries))
    (sentence / "1_Pooling").mkdir()
    (sentence / "1_Pooling" / "config.json").write_text('{"pooling_mode": "mean"}')
    wide = folder / "wide"
    size = {"hidden_size": WIDTH, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    AutoModel.from_config(BertConfig(vocab_size=2000, **size)).save_pretrained(wide)
    save_tokenizer(wide, "bert")
    return {
        "bert": bert,
        "gpt2 in shards": shards,
        "llama": save_model(folder / "llama", "llama"),
        "sentence": sentence,
        "wide": wide,
        "adapter": save_adapter(folder / "adapter", bert),
        "file": _file(folder / "file"),
    }


def save_adapter(folder: Path, base: Path, **settings: Any) -> Path:
    """Low-rank updates of one matrix of a BERT, as PEFT writes them."""
    folder.mkdir()
    torch.manual_seed(1)
    start = f"base_model.model.bert.{QUERY}"
    halves = {f"{start}.lora_A.weight": torch.randn(2, WIDTH), f"{start}.lora_B.weight": torch.randn(WIDTH, 2)}
    save_file(halves, folder / "adapter_model.safetensors", {"format": "pt"})
    said = {"peft_type": "LORA", "task_type": "SEQ_CLS", "base_model_name_or_path": str(base), "r": 2, "lora_alpha": 8}
    (folder / "adapter_config.json").write_text(json.dumps(said | settings))
    return folder


def _file(folder: Path) -> Path:
    folder.mkdir()
    (folder / "model.gguf").write_bytes(b"GGUF")
    return folder


# What is done to them


def tensors(change: Callable[[Tensors], Any], file: str = WEIGHTS) -> Break:
    def apply(folder: Path) -> None:
        found = load_file(folder / file)
        changed = change(found)
        found = changed if isinstance(changed, dict) else found
        save_file({name: each.contiguous() for name, each in found.items()}, folder / file, {"format": "pt"})

    return apply


def said(file: str, **changes: Any) -> Break:
    def apply(folder: Path) -> None:
        found = {**json.loads((folder / file).read_text()), **changes}
        (folder / file).write_text(json.dumps({name: value for name, value in found.items() if value is not None}))

    return apply


def text(file: str, content: str) -> Break:
    return lambda folder: (folder / file).write_text(content)


def half(file: str) -> Break:
    def apply(folder: Path) -> None:
        content = (folder / file).read_bytes()
        (folder / file).write_bytes(content[: len(content) // 2])

    return apply


def gone(*files: str) -> Break:
    return lambda folder: [(folder / file).unlink() for file in files]


def renamed(file: str, name: str) -> Break:
    return lambda folder: (folder / file).rename(folder / name)


def both(*changes: Break) -> Break:
    return lambda folder: [change(folder) for change in changes]


def first_shard(change: Callable[[str], Break]) -> Break:
    return lambda folder: change(min(path.name for path in folder.glob("model-*.safetensors")))(folder)


def put(name: str, value: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[Tensors], Any]:
    return lambda found: found.update({name: value(found[name])})


def prefixed(*starts: str) -> Callable[[Tensors], Tensors]:
    return lambda found: {f"{start}{name}": each.clone() for start in starts for name, each in found.items()}


def with_(name: str, *shape: int) -> Callable[[Tensors], Any]:
    return lambda found: found.update({name: torch.randn(shape)})


def again(old: str, new: str) -> Callable[[Tensors], Any]:
    """The tensor called `old` a second time, as `new`, with other values."""
    return lambda found: found.update({new: found[old] + 1})


def foreign(file: str) -> Break:
    def apply(folder: Path) -> None:
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / WEIGHTS).rename(folder / file)

    return apply


def _in_two_shards(folder: Path) -> None:
    first, second = (load_file(path) for path in sorted(folder.glob("model-*.safetensors"))[:2])
    name = min(second)
    where = min(path for path in folder.glob("model-*.safetensors"))
    save_file({**first, name: second[name] + 1}, where, {"format": "pt"})


def _single_beside_shards(folder: Path) -> None:
    found: Tensors = {}
    for path in folder.glob("model-*.safetensors"):
        found |= {name: each * 2 for name, each in load_file(path).items()}
    save_file(found, folder / WEIGHTS, {"format": "pt"})


def pickled(file: str, into: str) -> Break:
    def apply(folder: Path) -> None:
        torch.save({}, folder / into)
        (folder / file).unlink()

    return apply


def _all_in_one_shard(folder: Path) -> None:
    found = json.loads((folder / INDEX).read_text())
    first = min(found["weight_map"].values())
    (folder / INDEX).write_text(json.dumps({**found, "weight_map": dict.fromkeys(found["weight_map"], first)}))


def _a_vocabulary_of(*words: str) -> Break:
    def apply(folder: Path) -> None:
        gone("tokenizer.json", "tokenizer_config.json")(folder)
        (folder / "vocab.txt").write_text("\n".join(words))

    return apply


def _of_itself(folder: Path) -> None:
    said("adapter_config.json", base_model_name_or_path=str(folder))(folder)


LORA, ADAPTER = "adapter_model.safetensors", "adapter_config.json"
SPECIAL = VOCABULARY[:5]
TWICE, NO_PLACE = "have two values for one parameter", "has no place for"
NOT_THERE = "are not those that config.json describes"
TOKENS = ("tokenizer.json", "tokenizer_config.json")
HEADS = ("cls.predictions.decoder.weight", "classifier.weight", "qa_outputs.weight", "lm_head.weight")
HALVES = f"base_model.model.bert.{QUERY}.lora_"

BROKEN = (
    # Weights
    Broken("bert", "a matrix is missing", f"{DENSE} of that size are not there", tensors(lambda t: t.pop(DENSE))),
    Broken(
        "bert",
        "a layer is missing",
        "encoder.layer.1.",
        tensors(lambda t: {name: each for name, each in t.items() if ".layer.1." not in name}),
    ),
    Broken("bert", "half of the words", NOT_THERE, tensors(put("embeddings.word_embeddings.weight", lambda t: t[:20]))),
    Broken("bert", "a matrix on its side", "expected 32 x 64, found 64 x 32", tensors(put(DENSE, lambda t: t.T))),
    Broken("bert", "names of nobody", NOT_THERE, tensors(lambda t: {f"x{i}": e for i, e in enumerate(t.values())})),
    Broken("bert", "the pooler alone", NOT_THERE, tensors(lambda t: {n: e for n, e in t.items() if "pooler" in n})),
    Broken("bert", "two models", "the weights of several models", tensors(prefixed("student.", "teacher."))),
    Broken(
        "bert",
        "wrapped and not whole",
        DENSE,
        both(tensors(lambda t: t.pop(DENSE)), tensors(prefixed("module."))),
    ),
    Broken("bert", "not a number", "NaN or infinite", tensors(put(DENSE, lambda t: t * torch.nan))),
    Broken("bert", "infinite", "NaN or infinite", tensors(put(DENSE, lambda t: t * torch.inf))),
    Broken("bert", "zeros", f"{DENSE} is zero throughout", tensors(put(DENSE, torch.zeros_like))),
    Broken("bert", "whole numbers", "floating point, found I64", tensors(put(DENSE, lambda t: t.long()))),
    Broken("bert", "quantised", "found F8_E4M3", tensors(put(DENSE, lambda t: t.to(torch.float8_e4m3fn)))),
    Broken("bert", "half a file", "not an intact safetensors file", half(WEIGHTS)),
    Broken("bert", "an empty file", "not an intact safetensors file", text(WEIGHTS, "")),
    Broken("bert", "a pointer", "run `git lfs pull`", text(WEIGHTS, POINTER)),
    Broken("bert", "a page", "found a web page", text(WEIGHTS, PAGE)),
    Broken("bert", "a pickle", "only as pickle (pytorch_model.bin)", pickled(WEIGHTS, "pytorch_model.bin")),
    Broken("bert", "no weights", "holds no weights: expected model.safetensors", gone(WEIGHTS)),
    Broken("bert", "misnamed", "found bert.safetensors", renamed(WEIGHTS, "bert.safetensors")),
    Broken("bert", "a folder", "holds no weights", both(gone(WEIGHTS), lambda folder: (folder / WEIGHTS).mkdir())),
    Broken("bert", "ones", f"{DENSE} is 1 throughout", tensors(put(DENSE, torch.ones_like))),
    Broken("bert", "half a pooler", "pooler.dense.bias", tensors(lambda t: t.pop("pooler.dense.bias"))),
    Broken("bert", "TensorFlow's", "only for TensorFlow (tf_model.h5)", foreign("tf_model.h5")),
    Broken("bert", "Flax's", "only for Flax (flax_model.msgpack)", foreign("flax_model.msgpack")),
    Broken("bert", "ONNX's", "only for ONNX (onnx/model.onnx)", foreign("onnx/model.onnx")),
    # Twice
    Broken("bert", "with and without bert.", TWICE, tensors(again(DENSE, f"bert.{DENSE}"))),
    Broken("bert", "with and without module.", TWICE, tensors(again(DENSE, f"module.{DENSE}"))),
    Broken("bert", "by its old name too", TWICE, tensors(again(f"{NORM}.weight", f"{NORM}.gamma"))),
    Broken("gpt2 in shards", "one in two shards", TWICE, _in_two_shards),
    Broken("gpt2 in shards", "all in one file too", TWICE, _single_beside_shards),
    # Weights of more than the model
    Broken("bert", "relative positions", NO_PLACE, tensors(with_(f"{SELF}.distance_embedding.weight", 95, 16))),
    Broken("bert", "relative embeddings", NO_PLACE, tensors(with_("encoder.rel_embeddings.weight", 32, WIDTH))),
    Broken("bert", "norms of queries", NO_PLACE, tensors(with_(f"bert.{SELF}.q_norm.weight", 16))),
    Broken("bert", "an update beside it", NO_PLACE, tensors(with_(f"{QUERY}.lora_A.weight", 2, WIDTH))),
    Broken("bert", "a bottleneck", NO_PLACE, tensors(with_("encoder.layer.0.output.adapters.x.down.weight", 4, WIDTH))),
    Broken("bert", "scales", NO_PLACE, tensors(with_(f"{QUERY}.weight_scale", 1))),
    Broken("llama", "biases of Qwen's", NO_PLACE, tensors(with_("model.layers.0.self_attn.q_proj.bias", WIDTH))),
    Broken("bert", "RoBERTa's", "as those of a roberta do", tensors(prefixed("roberta."))),
    # Shards
    Broken("gpt2 in shards", "a shard is missing", "is incomplete", first_shard(gone)),
    Broken("gpt2 in shards", "a shard of another name", "is incomplete", first_shard(lambda n: renamed(n, f"x{n}"))),
    Broken("gpt2 in shards", "half a shard", "not an intact safetensors file", first_shard(half)),
    Broken("gpt2 in shards", "a shard is a pointer", "git lfs pull", first_shard(lambda n: text(n, POINTER))),
    Broken("gpt2 in shards", "no index", f"expected {INDEX}", gone(INDEX)),
    Broken("gpt2 in shards", "an index of one shard", NOT_THERE, _all_in_one_shard),
    Broken("gpt2 in shards", "an empty index", "is damaged", text(INDEX, '{"weight_map": {}}')),
    Broken("gpt2 in shards", "half an index", "is damaged", half(INDEX)),
    Broken("gpt2 in shards", "leads elsewhere", "its own folder", text(INDEX, '{"weight_map": {"a": "../a.bin"}}')),
    # Configuration
    Broken("bert", "no configuration", "expected config.json and model.safetensors", gone("config.json")),
    Broken("bert", "half a configuration", "config.json is damaged", half("config.json")),
    Broken("bert", "a configuration that is a pointer", "git lfs pull", text("config.json", POINTER)),
    Broken("bert", "of no kind", "does not describe a model", said("config.json", model_type=None)),
    Broken("bert", "of an unknown kind", "does not describe a model", said("config.json", model_type="berd")),
    Broken("bert", "of another kind", NOT_THERE, said("config.json", model_type="distilbert")),
    Broken("bert", "of pictures", "config.json", said("config.json", model_type="vit")),
    Broken("bert", "more layers", NOT_THERE, said("config.json", num_hidden_layers=4)),
    Broken("bert", "fewer layers", "have more layers than config.json says", said("config.json", num_hidden_layers=2)),
    Broken("bert", "wider", NOT_THERE, said("config.json", hidden_size=64)),
    Broken("bert", "heads that do not fit", "attention heads", said("config.json", num_attention_heads=3)),
    Broken("bert", "no places", "max_position_embeddings", said("config.json", max_position_embeddings=0)),
    # Tokenizer
    Broken("bert", "no tokenizer", "tokenizer.json or vocab.txt", gone(*TOKENS)),
    Broken("bert", "half a tokenizer", "tokenizer", half("tokenizer.json")),
    Broken("bert", "a tokenizer that is a pointer", "git lfs pull", text("tokenizer.json", POINTER)),
    Broken("bert", "a tokenizer that is a page", "found a web page", text("tokenizer.json", PAGE)),
    Broken("bert", "words that are a pointer", "git lfs pull", both(gone(*TOKENS), text("vocab.txt", POINTER))),
    Broken("bert", "no words", "has no vocabulary", _a_vocabulary_of(*SPECIAL)),
    Broken("bert", "more words than rows", "do not belong together", _a_vocabulary_of(*VOCABULARY, "more", "words")),
    Broken("wide", "the words of another model", "the model has 2,000 embeddings", lambda folder: None),
    Broken("bert", "a new padding token", "do not belong together", said("tokenizer_config.json", pad_token="[NEW]")),
    Broken(
        "bert",
        "nothing to fill up with",
        "neither a padding nor an end token",
        said("tokenizer_config.json", pad_token=None, eos_token=None),
    ),
    # Pooling and the like
    Broken("sentence", "no pooling", "expected the pooling", gone("1_Pooling/config.json")),
    Broken("sentence", "half a pooling", "is damaged", half("1_Pooling/config.json")),
    Broken(
        "sentence",
        "a pooling of nobody",
        "asks for the pooling",
        text("1_Pooling/config.json", '{"pooling_mode": "x"}'),
    ),
    Broken("sentence", "half of its modules", "is damaged", half("modules.json")),
    Broken(
        "sentence",
        "modules elsewhere",
        "outside of its folder",
        text("modules.json", '[{"path": "..", "type": "a.Pooling"}]'),
    ),
    Broken("sentence", "no length", "max_seq_length", text("sentence_bert_config.json", '{"max_seq_length": 0}')),
    Broken("sentence", "prompts", "prompts", text("config_sentence_transformers.json", '{"prompts": ["query: "]}')),
    Broken("sentence", "no weights", "holds no weights", gone(WEIGHTS)),
    # Adapters
    Broken(
        "adapter", "its model is elsewhere", "which cannot be had", said(ADAPTER, base_model_name_or_path="/no/model")
    ),
    Broken("adapter", "names no model", "base_model_name_or_path", said(ADAPTER, base_model_name_or_path=None)),
    Broken("adapter", "names itself", "base_model_name_or_path", _of_itself),
    Broken("adapter", "no weights", f"expected {LORA}", gone(LORA)),
    Broken("adapter", "a pickle", "only as pickle", pickled(LORA, "adapter_model.bin")),
    Broken("adapter", "a pointer", "git lfs pull", text(LORA, POINTER)),
    Broken("adapter", "half a file", "not an intact safetensors file", half(LORA)),
    Broken("adapter", "another kind", "found IA3", said(ADAPTER, peft_type="IA3")),
    Broken("adapter", "DoRA", "found DoRA", said(ADAPTER, use_dora=True)),
    Broken("adapter", "changes its model", "init_lora_weights", said(ADAPTER, init_lora_weights="pissa")),
    Broken("adapter", "one half", "lora_A and lora_B", tensors(lambda t: t.pop(f"{HALVES}A.weight"), LORA)),
    Broken("adapter", "no updates", "expected low-rank updates", tensors(lambda t: {"x": torch.ones(2)}, LORA)),
    Broken(
        "adapter", "too wide", "does not fit its model", tensors(put(f"{HALVES}A.weight", lambda t: t[:, :9]), LORA)
    ),
    Broken(
        "adapter",
        "of layers that there are not",
        "does not fit its model",
        tensors(lambda t: {name.replace("layer.1.", "layer.9."): each for name, each in t.items()}, LORA),
    ),
    Broken("adapter", "of another rank", "expected rank 2 (r)", said(ADAPTER, r=4)),
    Broken("adapter", "a layer is missing", "is not whole", said(ADAPTER, target_modules=["query"])),
    Broken(
        "adapter",
        "a matrix is missing",
        "encoder.layer.1.attention.self.value too",
        said(ADAPTER, target_modules=["query", "value"], layers_to_transform=[1]),
    ),
    Broken("adapter", "no such targets", "do not name", said(ADAPTER, target_modules=["q_proj"])),
    Broken(
        "adapter",
        "other layers",
        "do not name",
        said(ADAPTER, target_modules=["query"], layers_to_transform=[0]),
    ),
    Broken("bert", "with an adapter", "merge it into that model", text(ADAPTER, '{"peft_type": "LORA"}')),
    # GGUF
    Broken("file", "a pointer", "git lfs pull", text("model.gguf", POINTER)),
    Broken("file", "no GGUF", "is not a GGUF file", text("model.gguf", "x")),
)


def _pooled(t: Tensors) -> Tensors:
    return {name: each for name, each in t.items() if "pooler" not in name}


HARMLESS: Mapping[str, tuple[str, Break]] = {
    "no pooler": ("bert", tensors(_pooled)),
    "heads": ("bert", tensors(lambda t: t.update({n: torch.randn(3, WIDTH) for n in HEADS}))),
    "positions": ("bert", tensors(lambda t: t.update({"bert.embeddings.position_ids": torch.arange(48)}))),
    "frequencies": ("llama", tensors(with_("model.layers.0.self_attn.rotary_emb.inv_freq", 8))),
    "the same twice": ("bert", tensors(lambda t: t.update({f"bert.{DENSE}": t[DENSE].clone()}))),
    "masks": ("gpt2 in shards", first_shard(lambda n: tensors(with_("transformer.h.0.attn.masked_bias", 1), n))),
    "parts that are targeted": ("adapter", said(ADAPTER, target_modules=["query"], layers_to_transform=[1])),
    "a pattern": ("adapter", said(ADAPTER, target_modules=r"bert\.encoder\.layer\.1\..*query")),
    "every matrix": ("adapter", said(ADAPTER, target_modules="all-linear")),
}
"""What is usual, and must load."""
