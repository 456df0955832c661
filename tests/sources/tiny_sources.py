"""Tiny models made on the spot, and their files as members of an archive."""

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertModel, GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz", "hello", "world"]


def save_tokenizer(folder: Path, *, padding: bool = True) -> None:
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", eos_token="[SEP]")
    if padding:
        fast.pad_token = "[PAD]"
    fast.save_pretrained(folder)


def save_bert(folder: Path, seed: int = 0) -> Path:
    torch.manual_seed(seed)
    size = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=len(WORDS), max_position_embeddings=64, **size)).save_pretrained(folder)
    save_tokenizer(folder)
    return folder


def save_gpt2(folder: Path) -> Path:
    torch.manual_seed(0)
    config = GPT2Config(vocab_size=len(WORDS), n_positions=48, n_embd=16, n_layer=3, n_head=2)
    config.bos_token_id = config.eos_token_id = 3
    GPT2LMHeadModel(config).save_pretrained(folder)
    save_tokenizer(folder, padding=False)
    return folder


def make_sentence(folder: Path, pooling: Mapping[str, object], modules: tuple[str, ...] = ("Normalize",)) -> Path:
    """Add what sentence-transformers puts beside a model."""
    kinds = ["Transformer", "Pooling", *modules]
    paths = ["", *(f"{i}_{kind}" for i, kind in enumerate(kinds) if i)]
    entries = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (kind, path) in enumerate(zip(kinds, paths, strict=True))
    ]
    (folder / "modules.json").write_text(json.dumps(entries))
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    return folder


def contents(folder: Path, prefix: str) -> dict[str, bytes]:
    """The files of `folder` as members of an archive."""
    return {f"{prefix}/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}
