"""Tiny random models of the architectures that people use, in folders as they are published."""

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSeq2SeqLM,
    CanineTokenizer,
    PreTrainedTokenizerFast,
)

from tiny_models import VOCABULARY, save_tokenizer

_TOKENS = {"vocab_size": len(VOCABULARY), "pad_token_id": 1}
_ENDS = {"bos_token_id": 0, "eos_token_id": 2, "cls_token_id": 0, "sep_token_id": 2}
_HEADS = {"num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": 96}
_ONE = {**_TOKENS, **_HEADS, "hidden_size": 32, "initializer_range": 0.1}
_GROUPED = {**_ONE, "num_key_value_heads": 1, "head_dim": 16, "bos_token_id": 0, "eos_token_id": 2}
_SIDE = {"layers": 2, "attention_heads": 2, "ffn_dim": 64}
_TWO = {f"{side}_{name}": value for side in ("encoder", "decoder") for name, value in _SIDE.items()}
_TWO |= {**_TOKENS, "d_model": 32, "max_position_embeddings": 96, "decoder_start_token_id": 1, "init_std": 0.1}
_TWO |= {"bos_token_id": 0, "eos_token_id": 2, "forced_eos_token_id": None}
_T5 = {**_TOKENS, "d_model": 32, "d_ff": 64, "d_kv": 16, "num_layers": 2, "num_heads": 2, "eos_token_id": 2}
_T5 |= {"decoder_start_token_id": 1, "bos_token_id": 0}
_HASHED = {"num_hash_functions": 4, "num_hash_buckets": 64, "local_transformer_stride": 16}
_POOLED = {"d_model": 32, "n_head": 2, "d_head": 16, "d_inner": 64, "vocab_size": len(VOCABULARY), "pad_token_id": 1}

SETTINGS: dict[str, dict[str, Any]] = {
    "bert": _ONE,
    "roberta": _ONE,
    "xlm-roberta": _ONE,
    "albert": {**_ONE, "embedding_size": 16},
    "electra": {**_ONE, "embedding_size": 16},
    "deberta-v2": {**_ONE, "relative_attention": True, "position_buckets": 8, "pos_att_type": ["p2c", "c2p"]},
    "modernbert": {**_ONE, **_ENDS, "local_attention": 16, "global_attn_every_n_layers": 2},
    "distilbert": {**_TOKENS, "dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64, "max_position_embeddings": 96},
    "mpnet": _ONE,
    "funnel": {**_POOLED, "block_sizes": [1, 1], "num_decoder_layers": 1, "max_position_embeddings": 96},
    "xlnet": {**_TOKENS, "d_model": 32, "n_layer": 2, "n_head": 2, "d_inner": 64},
    "canine": {**_HEADS, **_HASHED, "hidden_size": 32, "pad_token_id": 0, "initializer_range": 0.1},
    "gpt2": {"vocab_size": len(VOCABULARY), "n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 96, **_ENDS},
    "llama": _GROUPED,
    "qwen2": {**_GROUPED, "vocab_size": 300},
    "qwen3": _GROUPED,
    "gemma": _GROUPED,
    "t5": _T5,
    "mt5": _T5,
    "bart": _TWO,
    "marian": _TWO,
}
DECODERS = ("gpt2", "llama", "qwen2", "qwen3", "gemma")
WITH_DECODERS = ("t5", "mt5", "bart", "marian")
FRAMES = {**dict.fromkeys(DECODERS, "llama"), **dict.fromkeys(WITH_DECODERS, "t5"), "gpt2": "gpt2"}


def save(folder: Path, family: str, seed: int = 0) -> Path:
    """A folder with a random model of `family`, with the head that it would be pretrained with, and its tokenizer."""
    torch.manual_seed(seed)
    config = AutoConfig.for_model(family, **SETTINGS[family])
    kinds: tuple[Any, ...] = (AutoModelForMaskedLM, AutoModelForCausalLM, AutoModel)
    if family in DECODERS:
        kinds = (AutoModelForCausalLM,)
    elif config.is_encoder_decoder:
        kinds = (AutoModelForSeq2SeqLM,)
    kind = next(each for each in kinds if type(config) in each._model_mapping)
    kind.from_config(config).save_pretrained(folder)
    if family == "canine":
        CanineTokenizer().save_pretrained(folder)  # its words are the signs of Unicode
    elif family == "qwen2":
        save_bytes(folder)
    else:
        save_tokenizer(folder, FRAMES.get(family, "mpnet" if family != "bert" else "bert"))
    return folder


def save_bytes(folder: Path) -> None:
    """A byte is a token: transformers reads the tokenizer of a Qwen2 as pairs of bytes, whatever its file says."""
    signs = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {word: i for i, word in enumerate([*VOCABULARY[:5], *signs])}
    tokenizer = Tokenizer(models.BPE(vocabulary, [], unk_token=None))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = {"pad_token": "[PAD]", "eos_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(folder)
