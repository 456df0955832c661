"""Write finished runs of every kind of predictor, and an unfinished one, for later versions to load.

    PYTHONPATH=src python tests/artifact/write_fixtures.py tests/artifact/NAME

run with the code whose folders are to be kept (`PYTHONPATH` may name another commit's src). The folder must be new.
Everything is tiny: models of width 8, sixty words, some dozen rows. Of each run the answers of every route to rows in
English and Chinese are kept beside it.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

import transferkit

KINDS = {
    "animal": ("cat", "dog", "horse", "mouse", "猫", "狗", "马"),
    "colour": ("red", "green", "blue", "white", "红", "绿", "蓝"),
    "tool": ("hammer", "saw", "drill", "knife", "锤", "刀", "钻"),
}
FILLERS = ("the", "a", "my", "old", "new", "big", "was", "is", "here", "now", "我", "的", "在", "这", "里", "。", "?")
SPECIAL = ("[PAD]", "[CLS]", "[SEP]", "[UNK]", "user", "assistant")
VOCABULARY = (*SPECIAL, *FILLERS, *(word for words in KINDS.values() for word in words))
SIZE = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}
CHAT = (
    "{% for message in messages %}{{ '[CLS] ' + message['role'] + ' ' + message['content'] + ' [SEP] ' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '[CLS] assistant ' }}{% endif %}"
)
BRIEF = {"epochs": 2, "learning_rate": 1e-2}
DIES_AT = 6  # the forward pass in training, of six in three epochs, in which the unfinished run is killed
TEXTS = (
    "the old cat was here",
    "my new saw is big ?",
    "这里的猫。",
    "我的刀在这里",
    "a red red hammer 红",
    "unheard words",
    "",
)
WORDS = (["the", "old", "cat", "was", "here"], ["猫", "在", "这里"], ["a", "red", "hammer", "。"], ["a"])
PAIRS = (
    ("is the cat here ?", "the old cat was here now"),
    ("猫在这里?", "我的猫在这里。"),
    ("was a saw here ?", "my new saw is big " * 12),
    ("is the cat here ?", ""),
)

# Every kind of predictor is a route of one of these.
ROUTES: dict[str, list[Any]] = {
    "text-classification": [
        "feature_transfer",
        {"full": BRIEF},
        {"static": {"teachers": "full", "epochs": 2, "width": 8, "hidden": 8}},
    ],
    "multi-label-classification": [{"full": BRIEF}, "feature_transfer"],
    "text-regression": [{"full": BRIEF}, "feature_transfer"],
    "token-classification": [{"full": BRIEF}, "feature_transfer"],
    "question-answering": [{"full": BRIEF}, "feature_transfer"],
    "summarization": [
        {"full": {**BRIEF, "epochs": 10}},
        {"feature_transfer": {"encoder": "models/encoder", "examples": 2}},
    ],
}


def rows_of(task: str, count: int = 75) -> list[dict[str, Any]]:
    """Rows of `task`: every third is Chinese, and two words of a kind give the label away."""
    random = np.random.default_rng(0)
    texts: dict[str, dict[str, Any]] = {}
    while len(texts) < count:
        label = sorted(KINDS)[len(texts) % 3]
        words = [*random.choice(FILLERS, int(random.integers(2, 7))), *random.choice(KINDS[label], 2)]
        random.shuffle(words)
        if task == "token-classification":
            tags = [f"B-{label}" if word in KINDS[label] else "O" for word in words]
            row: dict[str, Any] = {"tokens": [str(word) for word in words], "tags": tags}
        elif task == "question-answering":
            context, answer = " ".join(words), str(next(word for word in words if word in KINDS[label]))
            spans = {"text": [answer], "answer_start": [context.index(answer)]}
            row = {"question": f"is the {label} here ?", "context": context, "answers": spans}
        else:
            text = " ".join(words)
            targets = {
                "text-classification": {"label": label},
                "multi-label-classification": {"labels": [label, "long"] if len(words) > 5 else [label]},
                "text-regression": {"value": round(len(words) / 8, 3)},
                "summarization": {"summary": " ".join(words[:2])},
            }
            row = {"text": text, **targets[task]}
        texts.setdefault(" ".join(words), row)
    return list(texts.values())


def questions_of(task: str) -> list[dict[str, Any]]:
    """Rows to be answered, as a file has them."""
    if task == "token-classification":
        return [{"tokens": words} for words in WORDS]
    if task == "question-answering":
        return [{"question": question, "context": context} for question, context in PAIRS]
    return [{"text": text} for text in TEXTS]


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def save_tokenizer(folder: Path, frame: bool) -> None:
    """Words and Chinese signs; `frame` puts marks around a text."""
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation()])
    if frame:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
        )
    names = {"unk_token": "[UNK]", "pad_token": "[PAD]", "sep_token": "[SEP]", "cls_token": "[CLS]"}
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="[SEP]",
        **(names if frame else {**names, "chat_template": CHAT}),
    ).save_pretrained(folder)


def save_models(folder: Path) -> None:
    """A random encoder and a random decoder with a chat template."""
    torch.manual_seed(0)
    both = {"vocab_size": len(VOCABULARY), "pad_token_id": 0, "initializer_range": 0.5, **SIZE}
    BertModel(BertConfig(**both, max_position_embeddings=48)).save_pretrained(folder / "encoder")
    save_tokenizer(folder / "encoder", frame=True)
    ends = {"bos_token_id": 1, "eos_token_id": 2, "num_key_value_heads": 1}
    LlamaForCausalLM(LlamaConfig(**both, **ends, max_position_embeddings=128)).save_pretrained(folder / "decoder")
    save_tokenizer(folder / "decoder", frame=False)


def settings(task: str, routes: list[Any]) -> dict[str, Any]:
    """Arguments of `transferkit.fit`, all places relative to the folder of the fixtures."""
    writes = task == "summarization"
    return {
        "test": f"rows/{task}.test.jsonl",
        "task": task,
        "model": "models/decoder" if writes else "models/encoder",
        "routes": routes,
        "folds": 0,
        "offline": True,
        "cache_dir": "cache",
        **({"generation": {"max_new_tokens": 6}} if writes else {}),
    }


def answers_of(folder: Path, route: str, task: str) -> dict[str, Any]:
    """What a route of the run in `folder` answers to `questions_of(task)`, as JSON: the answers, and the numbers behind
    them without rounding."""
    model = transferkit.load(folder, route)
    (found,) = model.stream(folder.parents[1] / "rows" / f"{task}.questions.jsonl")
    return {
        "rows": found.numbers.tolist(),
        "labels": list(model.labels),
        "values": [_plain(value) for value in found.values],
        "outputs": [_plain(output) for output in found.outputs],
    }


def _plain(value: Any) -> Any:
    if hasattr(value, "entities"):
        return {name: _plain(getattr(value, name)) for name in ("words", "tags", "entities")}
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return None if isinstance(value, float) and np.isnan(value) else value


def write_answers(folder: Path, titles: Sequence[str], task: str, name: str) -> None:
    """Keep what the routes `titles` of the run in `folder` answer as `answers/NAME.json`."""
    answers = {title: answers_of(folder.absolute(), title, task) for title in titles}
    Path("answers").mkdir(exist_ok=True)
    Path("answers", f"{name}.json").write_text(json.dumps(answers, ensure_ascii=False, indent=1), encoding="utf-8")


def write_finished(task: str) -> None:
    """A finished run, and the answers of its routes."""
    folder = Path("runs") / task
    run = transferkit.fit(f"rows/{task}.jsonl", **settings(task, ROUTES[task]), output_dir=folder)
    write_answers(folder, [route.name for route in run.result.routes], task, task)


def write_unfinished() -> None:
    """A run that was killed in its second route, of which a checkpoint is there, and what becomes of it undisturbed."""
    task = "text-classification"
    arguments = settings(task, [{"full": {**BRIEF, "epochs": 3}}])
    undisturbed = Path("runs", "undisturbed")
    transferkit.fit(f"rows/{task}.jsonl", **arguments, output_dir=undisturbed)
    write_answers(undisturbed, ["baseline", "full"], task, "unfinished")
    shutil.rmtree(undisturbed)
    data = {"path": f"rows/{task}.jsonl", "test": arguments.pop("test"), "folds": arguments.pop("folds")}
    described = {"data": data, **arguments, "output_dir": "runs/unfinished"}
    program = Path(__file__).parents[1] / "flow_run.py"
    command = [sys.executable, str(program), json.dumps(described), "new", str(DIES_AT)]
    ended = subprocess.run(command, check=False)
    assert ended.returncode == -signal.SIGKILL, "expected the run to be killed in its training"


def main(folder: Path) -> None:
    """Write everything into `folder`."""
    folder.mkdir(parents=True)
    os.chdir(folder)
    torch.set_num_threads(1)
    save_models(Path("models"))
    for task in ROUTES:
        rows = rows_of(task)
        write_rows(Path("rows", f"{task}.jsonl"), rows[:60])
        write_rows(Path("rows", f"{task}.test.jsonl"), rows[60:])
        write_rows(Path("rows", f"{task}.questions.jsonl"), questions_of(task))
        write_finished(task)
    write_unfinished()
    shutil.rmtree("cache")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
