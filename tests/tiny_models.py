"""Tiny random models of several families, and rows of three labels that are easy to tell apart."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    BertConfig,
    DistilBertConfig,
    GPT2Config,
    LlamaConfig,
    MPNetConfig,
    PreTrainedTokenizerFast,
)

from transferkit import sources, tasks
from transferkit.cache.spaces import Cache
from transferkit.context import Context
from transferkit.shapes import Shape
from transferkit.sources.backbone import Backbone
from transferkit.table.rows import Rows

KINDS = {
    "animal": ("cat", "dog", "horse", "mouse", "bird", "fish"),
    "colour": ("red", "green", "blue", "white", "black", "pink"),
    "tool": ("hammer", "saw", "drill", "knife", "axe", "file"),
}
FILLERS = ("the", "a", "my", "old", "new", "big", "one", "here", "there", "was", "is", "seen", "at", "home", "now")
# The padding token is number 1 in every family: MPNet counts its positions from there.
VOCABULARY = ("[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]", *FILLERS, *(w for words in KINDS.values() for w in words))
ENCODERS = ("bert", "mpnet", "distilbert")
DECODERS = ("gpt2", "llama")
WRITING_PAIRS = ("t5", "marian")
FAMILIES = (*ENCODERS, *DECODERS)
WIDTH = 32


def some_rows(count: int = 60, seed: int = 0, pairs: bool = False) -> Rows:
    """Different texts of 3 to 10 words, two of which give the label away."""
    random = np.random.default_rng(seed)
    texts: dict[str, str] = {}
    while len(texts) < count:
        label = sorted(KINDS)[len(texts) % 3]
        words = [*random.choice(FILLERS, int(random.integers(1, 9))), *random.choice(KINDS[label], 2)]
        random.shuffle(words)
        texts.setdefault(" ".join(words), label)
    columns: dict[str, Sequence[Any]] = {"text": list(texts), "label": list(texts.values())}
    if pairs:
        columns["text_pair"] = [" ".join(random.choice(FILLERS, 3)) for _ in texts]
    return Rows(columns, np.arange(1, count + 1))


def rows_for(task: str) -> Rows:
    """75 rows with the target that `task` asks for."""
    found = tasks.get(task)
    rows = some_rows(75, pairs=found.shape is Shape.SPAN)
    if found.shape is Shape.SPAN:
        answers = [[(context.split(" ")[1], len(context.split(" ")[0]) + 1)] for context in rows["text_pair"]]
        return Rows({**rows.columns, found.target: answers}, rows.numbers)
    given: dict[Shape, Callable[[str, str], Any]] = {
        Shape.LABEL: lambda label, _: label,
        Shape.LABELS: lambda label, _: [label],
        Shape.VALUE: lambda label, _: float(len(label)),
        Shape.TAGS: lambda label, text: [f"B-{label}", *["O"] * text.count(" ")],
        Shape.TEXT: lambda _, text: text.partition(" ")[0],
    }
    pairs = zip(rows["label"], rows["text"], strict=True)
    return Rows({**rows.columns, found.target: [given[found.shape](*pair) for pair in pairs]}, rows.numbers)


def _config(family: str, layers: int, dropout: float) -> Any:
    # Wider than usual, that random features of words be as different as pretrained ones.
    words = {"vocab_size": len(VOCABULARY), "pad_token_id": 1, "initializer_range": 0.1}
    heads = {"hidden_size": WIDTH, "num_hidden_layers": layers, "num_attention_heads": 2, "intermediate_size": 64}
    both = {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout}
    if family == "bert":
        return BertConfig(**words, **heads, **both, max_position_embeddings=48)
    if family == "mpnet":
        return MPNetConfig(**words, **heads, **both, max_position_embeddings=48)
    if family == "distilbert":
        size = {"dim": WIDTH, "n_layers": layers, "n_heads": 2, "hidden_dim": 64, "max_position_embeddings": 48}
        return DistilBertConfig(**words, **size, dropout=dropout, attention_dropout=dropout)
    if family == "gpt2":
        drop = {"resid_pdrop": dropout, "embd_pdrop": dropout, "attn_pdrop": dropout}
        size = {"n_embd": WIDTH, "n_layer": layers, "n_head": 2, "n_positions": 96}
        return GPT2Config(
            vocab_size=len(VOCABULARY), initializer_range=0.1, bos_token_id=2, eos_token_id=2, **size, **drop
        )
    return LlamaConfig(**words, **heads, num_key_value_heads=1, max_position_embeddings=96, attention_dropout=dropout)


def save_tokenizer(folder: Path, family: str, left: bool = False) -> None:
    """One word, one token; encoders frame the text, decoders do not, GPT-2 has no padding token."""
    ids = {word: i for i, word in enumerate(VOCABULARY)}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    if family in ENCODERS:
        ends = [("[CLS]", 0), ("[SEP]", 2)]
        pair = "[CLS] $A [SEP] $B:1 [SEP]:1"
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair=pair, special_tokens=ends
        )
    elif family in WRITING_PAIRS:
        tokenizer.post_processor = processors.TemplateProcessing(single="$A [SEP]", special_tokens=[("[SEP]", 2)])
    names = ["input_ids", "attention_mask", *(["token_type_ids"] if family == "bert" else [])]
    special = {"unk_token": "[UNK]", "eos_token": "[SEP]"} | ({} if family == "gpt2" else {"pad_token": "[PAD]"})
    side = "left" if left else "right"
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_input_names=names, padding_side=side, **special
    ).save_pretrained(folder)


def save_model(
    folder: Path, family: str = "bert", layers: int = 3, *, dropout: float = 0.1, left: bool = False, seed: int = 0
) -> Path:
    """A folder with a random model, and its tokenizer; decoders have the head they would be pretrained with."""
    torch.manual_seed(seed)
    kind = AutoModelForCausalLM if family in DECODERS else AutoModel
    kind.from_config(_config(family, layers, dropout)).save_pretrained(folder)
    save_tokenizer(folder, family, left)
    return folder


def with_prompts(folder: Path, prompts: Mapping[str, str]) -> Path:
    """The model in `folder` as sentence-transformers saves one with prompts, none of them its default."""
    kinds = {"": "Transformer", "1_Pooling": "Pooling"}
    entries = [{"path": path, "type": f"sentence_transformers.models.{kind}"} for path, kind in kinds.items()]
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode": "mean"}')
    (folder / "modules.json").write_text(json.dumps(entries))
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": dict(prompts)}))
    return folder


def load(folder: Path) -> Backbone:
    return sources.load(str(folder), cache_dir=folder.parent / "cache", offline=True)


Tiny = Callable[..., Backbone]


def make_context(backbone: Backbone, folder: Path, rows: Rows | None = None, **changes: Any) -> Context:
    """A context over 60 rows to train on (or `rows`) and 15 to validate on."""
    rows = some_rows(75) if rows is None else rows
    cut = len(rows) - len(rows) // 5
    train, validation = rows.take(range(cut)), rows.take(range(cut, len(rows)))
    made = Context(
        train=train,
        validation=validation,
        task=changes.get("task") or tasks.get("text-classification").bound(train),
        backbone=backbone,
        cache=Cache(folder / "activations"),
        folder=folder / "checkpoints",
        seed=0,
        max_length=16,
        load_backbone=lambda name: load(Path(name)),
    )
    return replace(made, **changes)
