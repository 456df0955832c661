"""Models that write: how they are asked, what they learn from, and the whole product around them, all tiny."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rouge_score.rouge_scorer import RougeScorer
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from torch.nn import functional as F
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    Gemma2Config,
    GraniteConfig,
    LlamaConfig,
    MarianConfig,
    MarianMTModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

from calling import Call
from tiny_models import FILLERS, VOCABULARY, WIDTH, load, make_context, save_model, save_tokenizer
from transferkit import flow, metrics, model, predictors, tasks
from transferkit.cache import asking
from transferkit.cache.spaces import Cache
from transferkit.cache.teacher_answers import logits_changed_after, with_answers, with_outputs
from transferkit.cache.teacher_states import fingerprint
from transferkit.config import DataConfig, GenerationConfig, RouteConfig, parse
from transferkit.context import Context
from transferkit.data.columns import canonical, explicit
from transferkit.encoding import conversing
from transferkit.encoding.answered import answered_examples
from transferkit.encoding.prompting import Shots, completions, frame, prompts
from transferkit.errors import ConfigError, DataError, SourceError
from transferkit.evaluation.results import RunResult
from transferkit.networks.answers_only import AnswersOnly
from transferkit.networks.influence import block_influence
from transferkit.networks.inputs import inputs_of, mask_of
from transferkit.networks.layers import captured, output_layer
from transferkit.predictors.generator import Generator
from transferkit.predictors.plain_copy import PlainCopy
from transferkit.routes import resolve
from transferkit.sources.backbone import Backbone
from transferkit.table.rows import Rows
from transferkit.training.learner import ONCE, Learner, Weighted
from transferkit.training.losses import Schedule, Step, relative_errors
from transferkit.training.losses.next_token import NextToken
from transferkit.training.losses.output_states import OutputStates
from transferkit.training.losses.soft_tokens import SoftTokens
from transferkit.training.options import TrainingOptions
from transferkit.training.rates import parameter_groups

CHAT = (
    "{% for message in messages %}{{ '[CLS] ' + message['role'] + ' ' + message['content'] + ' [SEP] ' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '[CLS] assistant ' }}{% endif %}"
)
TASK = tasks.get("summarization")
FAST: dict[str, Any] = {"epochs": 30, "learning_rate": 3e-3, "batch_size": 16, "patience": 30}


def first_words(count: int, seed: int = 0) -> Rows:
    """Texts of 4 to 8 words, to be summed up as their first two."""
    random = np.random.default_rng(seed)
    texts = list(dict.fromkeys(" ".join(random.choice(FILLERS, random.integers(4, 9))) for _ in range(4 * count)))
    texts = texts[:count]
    return Rows({"text": texts, "summary": [" ".join(t.split()[:2]) for t in texts]}, np.arange(1, count + 1))


def save_writer(folder: Path, family: str, layers: int = 2) -> Path:
    """A random model that writes; the llama has a chat template."""
    torch.manual_seed(0)
    size = {"d_model": WIDTH, "vocab_size": len(VOCABULARY), "pad_token_id": 1, "eos_token_id": 2}
    if family == "t5":
        more = {"d_kv": 16, "d_ff": 64, "num_layers": layers, "num_heads": 2, "decoder_start_token_id": 1}
        T5ForConditionalGeneration(T5Config(**size, **more, dropout_rate=0.0)).save_pretrained(folder)
    elif family == "marian":
        both = {f"{side}_{name}": value for side in ("encoder", "decoder") for name, value in _MARIAN.items()}
        start = {"decoder_start_token_id": 1, "max_position_embeddings": 64, "forced_eos_token_id": None}
        MarianMTModel(MarianConfig(**size, **both, **start, dropout=0.0, init_std=0.1)).save_pretrained(folder)
    else:
        save_model(folder, family, layers, dropout=0.0)
    save_tokenizer(folder, family)
    if family == "llama":
        tokenizer = AutoTokenizer.from_pretrained(folder)
        tokenizer.chat_template = CHAT
        tokenizer.save_pretrained(folder)
    return folder


def save_letters(folder: Path) -> None:
    """A tokenizer of single letters: every letter can be written, and texts to stop at can be found."""
    letters = {letter: i for i, letter in enumerate((*VOCABULARY[:5], *"abcdefghijklmnopqrstuvwxyz", "\u0120"))}
    tokenizer = Tokenizer(models.BPE(letters, [], unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = {"unk_token": "[UNK]", "eos_token": "[SEP]", "pad_token": "[PAD]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(folder)


_MARIAN = {"layers": 2, "attention_heads": 2, "ffn_dim": 64, "layerdrop": 0.0}


@pytest.fixture(scope="module")
def writers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Backbone]:
    folder = tmp_path_factory.mktemp("writers")
    return {family: load(save_writer(folder / family, family)) for family in ("gpt2", "llama", "t5", "marian")}


def context_of(backbone: Backbone, folder: Path, **changes: Any) -> Context:
    return make_context(backbone, folder, first_words(150), task=TASK, max_length=32, **changes)


def run_route(name: str, context: Context, **options: Any) -> Generator:
    predictor = resolve(RouteConfig(name=name, options=options)).run(context).predictor
    assert isinstance(predictor, Generator)
    return predictor


def share_right(predictor: Any, rows: Rows) -> float:
    answers = TASK.decode(predictor.predict(rows).outputs, ())
    return float(np.mean([a == b for a, b in zip(answers, rows["summary"], strict=True)]))


@pytest.mark.parametrize("family", ["gpt2", "llama", "t5", "marian"])
def test_every_architecture_learns_to_write_and_to_stop(
    writers: dict[str, Backbone], tmp_path: Path, family: str
) -> None:
    context = context_of(writers[family], tmp_path)
    context = replace(context, validation=context.train)  # a tiny T5 learns by heart, which is what is asked here
    predictor = run_route("full", context, **{**FAST, "epochs": 60})
    assert share_right(predictor, context.train) > 0.9
    predictor.save(tmp_path / "saved")
    again = predictors.load(tmp_path / "saved")
    fresh = first_words(20, seed=5)
    assert again.predict(fresh).outputs.tolist() == predictor.predict(fresh).outputs.tolist()


@pytest.mark.parametrize("route", ["lora", "top_layers"])
def test_adapters_learn_and_leave_a_plain_folder(writers: dict[str, Backbone], tmp_path: Path, route: str) -> None:
    context = context_of(writers["llama"], tmp_path)
    options = {**FAST, "epochs": 60, **({"layers": 1} if route == "top_layers" else {"rank": 16})}
    predictor = run_route(route, context, **options)
    assert share_right(predictor, context.train) > share_right(run_route("zero_shot", context), context.train) + 0.2
    predictor.save(tmp_path / "saved")
    plain = AutoModelForCausalLM.from_pretrained(tmp_path / "saved")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "saved")
    turns = [{"role": "system", "content": TASK.instruction}, {"role": "user", "content": context.train["text"][0]}]
    ids = tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    out = plain.generate(**ids)
    said = tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True).strip()
    assert said == predictor.predict(context.train.take([0])).outputs[0]


def test_the_template_frames_a_text_and_ends_its_answer(writers: dict[str, Backbone]) -> None:
    backbone = writers["llama"]
    tokenizer: Any = backbone.tokenizer()
    asked = frame(tokenizer, backbone.configuration(), TASK, "the old")
    rows = Rows({"text": ["my big one"]}, np.arange(1))
    said = [{"role": "system", "content": "the old"}, {"role": "user", "content": "my big one"}]
    whole = tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True)
    assert (
        prompts(rows, tokenizer, asked, 40).ids[0].tolist() == tokenizer(whole, add_special_tokens=False)["input_ids"]
    )
    assert asked.end == tokenizer.eos_token_id
    (answer,) = completions(["was here"], tokenizer, asked)
    assert answer.tolist() == [*tokenizer("was here")["input_ids"], asked.end]


def test_the_text_is_cut_and_never_the_frame(writers: dict[str, Backbone]) -> None:
    backbone = writers["llama"]
    tokenizer: Any = backbone.tokenizer()
    asked = frame(tokenizer, backbone.configuration(), TASK, "the old")
    found = prompts(Rows({"text": ["my " * 50]}, np.arange(1)), tokenizer, asked, 30)
    assert len(found.ids[0]) == 30 and found.full_lengths[0] > 50
    assert found.ids[0][-len(asked.after) :].tolist() == list(asked.after)
    with pytest.raises(ConfigError, match="max_length 9: instruction and template alone take"):
        prompts(Rows({"text": ["my"]}, np.arange(1)), tokenizer, asked, 9)


def test_special_tokens_in_a_text_are_plain_text(writers: dict[str, Backbone]) -> None:
    backbone = writers["llama"]
    tokenizer: Any = backbone.tokenizer()
    asked = frame(tokenizer, backbone.configuration(), TASK, "the")
    ids = prompts(Rows({"text": ["my [SEP] home"]}, np.arange(1)), tokenizer, asked, 40).ids[0]
    assert (ids == asked.end).sum() == len([i for i in (*asked.before, *asked.after) if i == asked.end])


@pytest.mark.parametrize("family", ["llama", "gpt2"])
@pytest.mark.parametrize("place", ["system", "user", "assistant", "role", "name"])
def test_special_tokens_in_a_conversation_are_plain_text(writers: dict[str, Backbone], family: str, place: str) -> None:
    def asked_with(word: str) -> list[int]:
        turns = [{"role": role, "content": "the old"} for role in ("system", "user", "assistant", "user")]
        if place in ("role", "name"):
            turns[1][place] = f"user {word}"
        else:
            next(turn for turn in turns if turn["role"] == place)["content"] = f"my {word} home"
        rows = Rows({"text": [json.dumps(turns)]}, np.arange(1))
        return list(prompts(rows, tokenizer, asked, 200).ids[0].tolist())

    backbone, task = writers[family], tasks.get("text-generation")
    tokenizer: Any = backbone.tokenizer()
    asked = frame(tokenizer, backbone.configuration(), task, None)
    special = [tokenizer.convert_tokens_to_ids(token) for token in ("[CLS]", "[SEP]", "[PAD]")]
    plain = [asked_with("home").count(token) for token in special]
    for word in ("[SEP]", "[CLS][SEP]", "[[SEP]SEP]", "\u24020\u2403", "[SEP]\u24020\u2403"):
        assert [asked_with(word).count(token) for token in special] == plain, word


def test_a_sign_of_ours_in_a_conversation_stays(writers: dict[str, Backbone]) -> None:
    tokenizer: Any = writers["llama"].tokenizer()
    turns, taken = conversing.without_special([{"role": "user", "content": "a [SEP] \u24020\u2403 b"}], tokenizer)
    assert taken == ["[SEP]", "\u24020\u2403"]
    assert turns[0]["content"] == "a \u24020\u2403 \u24021\u2403 b"


@pytest.mark.parametrize("family", ["llama", "gpt2", "t5", "marian"])
def test_special_tokens_in_an_answer_are_plain_text(writers: dict[str, Backbone], family: str) -> None:
    backbone = writers[family]
    tokenizer: Any = backbone.tokenizer()
    asked = frame(tokenizer, backbone.configuration(), TASK, "the")
    (ids,) = completions(["my [SEP] home"], tokenizer, asked)
    assert ids.tolist().count(asked.end) == 1 and ids[-1] == asked.end


def test_special_tokens_in_an_example_are_plain_text(writers: dict[str, Backbone]) -> None:
    backbone = writers["llama"]
    tokenizer: Any = backbone.tokenizer()
    asked = frame(tokenizer, backbone.configuration(), TASK, "the")
    rows = Rows({"text": ["my old home"]}, np.arange(1))
    one, odd = (
        prompts(rows, tokenizer, asked, 40, Shots([[(f"new {word} home", f"new {word}")]], room=30, whole=96)).ids[0]
        for word in ("old", "[SEP]")
    )
    assert (one == asked.end).sum() == (odd == asked.end).sum() > 0


def test_examples_stand_before_the_text(writers: dict[str, Backbone]) -> None:
    backbone = writers["llama"]
    tokenizer: Any = backbone.tokenizer()
    asked = frame(tokenizer, backbone.configuration(), TASK, "the old")
    rows = Rows({"text": ["my big one"]}, np.arange(1))
    turns = [
        {"role": "system", "content": "the old"},
        {"role": "user", "content": "new home"},
        {"role": "assistant", "content": "new"},
        {"role": "user", "content": "my big one"},
    ]
    whole = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    found = prompts(rows, tokenizer, asked, 40, Shots([[("new home", "new")]], room=20, whole=96)).ids[0]
    assert found.tolist() == tokenizer(whole, add_special_tokens=False)["input_ids"]
    two = Shots([[("old", "old"), ("new home", "new")]], room=20, whole=len(found))
    assert prompts(rows, tokenizer, asked, 40, two).ids[0].tolist() == found.tolist(), "the nearest stays, if one alone"
    bare = prompts(rows, tokenizer, asked, 40)
    none = prompts(rows, tokenizer, asked, 40, replace(two, whole=len(found) - 1))
    assert none.ids[0].tolist() == bare.ids[0].tolist()


@pytest.mark.parametrize("family", ["llama", "marian"])
def test_what_is_cut_and_what_is_stopped_is_told(writers: dict[str, Backbone], tmp_path: Path, family: str) -> None:
    writer = run_route("zero_shot", context_of(writers[family], tmp_path))
    writer.model.generation_config.suppress_tokens = writer.writer.settings().eos_token_id
    stopped = replace(writer, generation=writer.generation.model_copy(update={"max_new_tokens": 1}))
    rows = Rows({"text": ["my", "my old home " * 50]}, np.arange(1, 3))
    found = stopped.predict(rows)
    assert found.cut == (1,)
    assert found.unfinished == (0, 1)
    [end, *_] = writer.writer.settings().eos_token_id
    two = replace(writer, generation=writer.generation.model_copy(update={"max_new_tokens": 2}))
    assert (
        two.writer._ended(np.array([[5, 5], [5, end]])).tolist() == [False, True]
        and two.writer._ended(np.array([[5]])).all()
    )
    two.model.generation_config.suppress_tokens = None
    two.model.generation_config.forced_eos_token_id = end
    assert two.writer._ended(np.array([[5, end], [end, 1]])).tolist() == [False, True]
    cut_off = writer.writer._written("caf\ufffd", ended=False)
    assert (cut_off.text, cut_off.ended) == ("caf", False)
    assert writer.writer._written("caf\ufffd", ended=True).text == "caf\ufffd", "the model has written it"


@pytest.mark.parametrize("family", ["llama", "t5", "marian"])
def test_only_answers_get_logits_and_they_are_the_models_own(writers: dict[str, Backbone], family: str) -> None:
    backbone = writers[family]
    generator: Any = backbone.generator()
    tokenizer = backbone.tokenizer()
    asked = frame(tokenizer, generator.config, TASK, None)
    examples = answered_examples(first_words(6), TASK, tokenizer, asked, 32, 8)
    batch = examples.batch(range(6))
    inputs = inputs_of(batch, torch.device("cpu"))
    there = batch["labels"] >= 0
    with torch.no_grad():
        found = AnswersOnly(generator, generator.get_output_embeddings())(**inputs)
        where = inputs.pop("answer_positions")
        whole = generator(**inputs).logits
    expected = whole.gather(1, where.clamp_min(0).unsqueeze(-1).expand(-1, -1, whole.shape[-1]))[there]
    assert found.shape == (int(there.sum()), len(VOCABULARY))
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-3)
    loss = NextToken()(Step(found, torch.ones(1), batch))
    rows = [
        F.cross_entropy(part, true[true >= 0])
        for part, true in zip(found.split(there.sum(1).tolist()), batch["labels"], strict=True)
    ]
    torch.testing.assert_close(loss, torch.stack(rows).mean())


@pytest.mark.parametrize("divergence", ["forward", "reverse", "jensen_shannon"])
def test_divergences(divergence: Any) -> None:
    torch.manual_seed(0)
    head = torch.nn.Linear(4, 7, bias=False)
    labels = torch.tensor([[1, 2, -100], [3, -100, -100]])
    states, ours = torch.randn(2, 3, 4), torch.randn(3, 7)
    batch = {"labels": labels, "teacher_answers": states}
    loss = SoftTokens(head, None, divergence, Schedule(1.0, 1.0))(Step(ours, torch.ones(1), batch))
    p, q = head(states[labels >= 0]).softmax(-1), ours.softmax(-1)
    middle = (p + q) / 2

    def kl(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return (a * (a / b).log()).sum(-1)

    each = {"forward": kl(p, q), "reverse": kl(q, p), "jensen_shannon": (kl(p, middle) + kl(q, middle)) / 2}
    expected = (each[divergence][:2].mean() + each[divergence][2]) / 2
    torch.testing.assert_close(loss, expected)
    same = SoftTokens(head, None, divergence, Schedule(1.0, 1.0))(Step(head(states[labels >= 0]), torch.ones(1), batch))
    assert abs(same.item()) < 1e-6


@pytest.mark.parametrize(
    "options",
    [
        {"soft_weight": 0.7},
        {"divergence": "reverse", "hard_weight": 0.5, "hidden_weight": 0.1},
        {"answers": "teacher", "soft_weight": 0.0, "hard_weight": 1.0},
        {"on_policy": 0.3, "divergence": "jensen_shannon", "hidden_weight": 0.5},
    ],
)
def test_students_learn_from_a_teacher(writers: dict[str, Backbone], tmp_path: Path, options: dict[str, Any]) -> None:
    context = context_of(writers["llama"], tmp_path)
    teacher = run_route("full", context, **{**FAST, "epochs": 60})
    teacher.save(tmp_path / "full")
    context = context_of(writers["llama"], tmp_path, teachers={"full": tmp_path / "full"})
    student = run_route("fewer_layers", context, **FAST, layers=1, **options)
    assert share_right(student, context.train) > 0.3
    assert student.parameters < teacher.parameters


@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_what_a_teacher_reads_while_it_answers_is_not_read_again(
    writers: dict[str, Backbone], tmp_path: Path, family: str
) -> None:
    context = context_of(writers[family], tmp_path)
    teacher = run_route("full", context, **{**FAST, "epochs": 10})
    teacher.save(tmp_path / "full")
    rows, folder = first_words(40, seed=3), tmp_path / "full"
    texts = asking.written(teacher, folder, rows, context.cache, [1])
    assert texts == teacher.predict(rows).outputs.tolist()
    source = teacher.examples(asking.with_answers(rows, TASK.target, texts), TASK)
    apart = with_outputs(source, teacher.model, source, Cache(tmp_path / "apart"), fingerprint(folder), [1])
    ran: list[int] = []
    teacher.model.base_model.register_forward_pre_hook(lambda *_: ran.append(1))
    along = with_outputs(source, teacher.model, source, context.cache, fingerprint(folder), [1])
    assert not ran
    for name in ("teacher_outputs", "teacher_hidden_1", "teacher_answers"):
        there, expected = along.batch(range(40))[name], apart.batch(range(40))[name]
        torch.testing.assert_close(there, expected, rtol=1e-4, atol=1e-4)


def test_states_are_matched_where_layers_are_left_out(tmp_path: Path) -> None:
    backbone = load(save_writer(tmp_path / "llama", "llama", layers=5))
    context = context_of(backbone, tmp_path)
    teacher = run_route("full", context, **{**FAST, "epochs": 20})
    teacher.save(tmp_path / "full")
    context = context_of(backbone, tmp_path, teachers={"full": tmp_path / "full"})
    source = teacher.examples(context.train, TASK)
    signals = with_outputs(source, teacher.model, source, context.cache, "name", [2, 4]).batch(range(60))

    def apart(student: Generator) -> list[float]:
        """From the teacher's states after layers 2 and 4, those of the student after its layers 1 and 2."""
        model = AnswersOnly(student.model, output_layer(student.model))
        with torch.no_grad(), captured(model, [1, 2]) as seen:
            model(**inputs_of(signals, torch.device("cpu")))
        pairs = ((seen[1], signals["teacher_hidden_2"]), (seen[2], signals["teacher_hidden_4"]))
        return [float(relative_errors(ours, theirs, mask_of(signals)).mean()) for ours, theirs in pairs]

    how: dict[str, Any] = {**FAST, "epochs": 6, "layers": [1, 3, 5], "soft_weight": 0.0, "hard_weight": 0.0}
    start = apart(run_route("fewer_layers", context, **{**how, "hidden_weight": 1.0, "learning_rate": 1e-9}))
    taught = apart(run_route("fewer_layers", context, **how, hidden_weight=1.0))
    assert sum(taught) < 0.5 * sum(start), (taught, start)


@pytest.mark.parametrize("family", ["llama", "gpt2", "t5", "marian"])
def test_what_the_output_layer_is_given(writers: dict[str, Backbone], tmp_path: Path, family: str) -> None:
    backbone = writers[family]
    context = context_of(backbone, tmp_path)
    teacher = run_route("zero_shot", context)
    source = teacher.examples(context.train, TASK)
    learn = with_outputs(source, teacher.model, source, context.cache, "name")
    apart = with_answers(source, teacher.model, source, context.cache, "name")
    rows = [int(source.lengths.argmin()), int(source.lengths.argmax())]
    batch, other = learn.batch(rows), apart.batch(rows)
    torch.testing.assert_close(batch["teacher_answers"], other["teacher_answers"])
    given = {name: batch[name] for name in ("input_ids", "attention_mask", "decoder_input_ids") if name in batch}
    with torch.no_grad():
        output = teacher.model(**given, output_hidden_states=True)
    states = output.decoder_hidden_states if family in ("t5", "marian") else output.hidden_states
    there = batch["answer_positions"] >= 0 if family in ("t5", "marian") else mask_of(batch).bool()
    scale = WIDTH**-0.5 if family == "t5" else 1.0  # T5 scales its states where output layer and embeddings are one
    torch.testing.assert_close(batch["teacher_outputs"][there], scale * states[-1][there], rtol=1e-4, atol=1e-4)
    learner = Learner(
        AnswersOnly(teacher.model, output_layer(teacher.model)), [Weighted(OutputStates(WIDTH, WIDTH), ONCE)]
    )
    assert learner(batch).item() < 1e-9  # it is its own teacher
    batch["teacher_outputs"] = 2 * batch["teacher_outputs"]
    assert learner(batch).item() == pytest.approx(0.25, abs=1e-4)


def test_a_student_keeps_the_layers_that_change_most(tmp_path: Path) -> None:
    backbone = load(save_writer(tmp_path / "llama", "llama", layers=6))
    context = context_of(backbone, tmp_path)
    teacher = run_route("zero_shot", context)
    for position in (0, 3, 5):  # layers that hand on what they get, word for word
        layer = teacher.model.model.layers[position]
        torch.nn.init.zeros_(layer.self_attn.o_proj.weight)
        torch.nn.init.zeros_(layer.mlp.down_proj.weight)
    examples = teacher.examples(context.train, TASK)
    found = block_influence(AnswersOnly(teacher.model, teacher.model.get_output_embeddings()), examples)
    assert np.flatnonzero(found > 1e-4).tolist() == [1, 2, 4] and np.allclose(found[[0, 3, 5]], 0, atol=1e-6)
    teacher.save(tmp_path / "teacher")
    context = context_of(backbone, tmp_path, teachers={"full": tmp_path / "teacher"})
    still: dict[str, Any] = {"epochs": 0.1, "learning_rate": 1e-9}
    student = run_route("fewer_layers", context, **still)
    asked = first_words(20, seed=5)
    assert len(student.model.model.layers) == 3
    assert student.predict(asked).outputs.tolist() == teacher.predict(asked).outputs.tolist()
    chosen = run_route("fewer_layers", context, **still, layers=[1, 3])
    kept = [layer.self_attn.q_proj.weight for layer in chosen.model.model.layers]
    for ours, position in zip(kept, (0, 2), strict=True):
        torch.testing.assert_close(ours, teacher.model.model.layers[position].self_attn.q_proj.weight)


@pytest.mark.parametrize(("family", "layers"), [("t5", "block"), ("marian", "layers")])
def test_both_stacks_of_an_encoder_decoder_learn_more_slowly_below(
    writers: dict[str, Backbone], family: str, layers: str
) -> None:
    generator: Any = writers[family].generator()
    learner = Learner(AnswersOnly(generator, generator.get_output_embeddings()), [])
    groups = parameter_groups(learner, 1.0, TrainingOptions(layer_decay=0.5), {})
    rates = {id(p): group["lr"] for group in groups for p in group["params"]}
    for half in (generator.get_encoder(), generator.get_decoder()):
        stack = getattr(half, layers)
        assert [{rates[id(p)] for p in layer.parameters() if id(p) in rates} for layer in stack] == [{0.25}, {0.5}]


def test_other_tokens_can_be_learned_from_answers_only(writers: dict[str, Backbone], tmp_path: Path) -> None:
    context = context_of(writers["llama"], tmp_path)
    run_route("zero_shot", context).save(tmp_path / "teacher")
    context = context_of(writers["llama"], tmp_path, teachers={"full": tmp_path / "teacher"})
    model_option = {"model": str(writers["t5"].folder), "epochs": 1}
    with pytest.raises(ConfigError, match="answers to teacher"):
        run_route("pretrained", context, **model_option)
    run_route("pretrained", context, **model_option, soft_weight=0.0, hard_weight=1.0)


def test_generation_settings_are_kept(writers: dict[str, Backbone], tmp_path: Path) -> None:
    settings = GenerationConfig(max_new_tokens=5, num_beams=2, no_repeat_ngram_size=2, stop=("e",))
    folder = save_writer(tmp_path / "letters", "gpt2")
    save_letters(folder)
    predictor = run_route("zero_shot", context_of(load(folder), tmp_path, generation=settings, instruction=""))
    predictor.save(tmp_path / "saved")
    said = json.loads((tmp_path / "saved" / "generation_config.json").read_text())
    assert said["num_beams"] == 2 and said["max_new_tokens"] == 5 and said["stop_strings"] == ["e"]
    again = predictors.load(tmp_path / "saved")
    assert isinstance(again, Generator) and again.generation == settings
    texts = again.predict(first_words(12)).outputs
    assert not any("e" in text for text in texts)
    free = predictor.generation.model_copy(update={"do_sample": True, "num_beams": 1, "stop": ()})
    drawn = run_route("zero_shot", context_of(writers["llama"], tmp_path, generation=free))
    assert drawn.predict(first_words(12)).outputs.tolist() == drawn.predict(first_words(12)).outputs.tolist()


def test_batches_are_small_unless_a_size_is_asked_for(writers: dict[str, Backbone], tmp_path: Path) -> None:
    context = context_of(writers["llama"], tmp_path)
    few = {"epochs": 0.05, "learning_rate": 1e-3}
    sizes = [
        resolve(RouteConfig(name="lora", options=options)).run(context).settings["batch_size"]
        for options in (few, {**few, "batch_size": 32})
    ]
    assert sizes == [8, 32]


def test_prompts_of_very_different_lengths_are_answered_apart(writers: dict[str, Backbone], tmp_path: Path) -> None:
    predictor = run_route("zero_shot", context_of(writers["llama"], tmp_path))
    lengths = [200, 3, 4, 3, *[5] * 70]
    groups = [[lengths[i] for i in group] for group in predictor.writer._groups(lengths)]
    assert sorted(each for group in groups for each in group) == sorted(lengths) and max(map(len, groups)) <= 64
    assert all(sum(group[0] - each for each in group) <= 2048 for group in groups) and len(groups[0]) < 12


def test_a_dry_run_knows_texts(call: Call, writers: dict[str, Backbone], tmp_path: Path) -> None:
    lines = [{"document": row["text"], "summary": row["summary"]} for row in first_words(60)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    asked = ["--task", "summarization", "--model", writers["llama"].folder, "--offline", "--dry-run"]
    ended = call("fit", tmp_path / "rows.jsonl", *asked, "--output-dir", tmp_path / "run")
    assert ended.code == 0, ended.err
    assert all(name in ended.out for name in ("zero_shot", "feature_transfer", "lora", "fewer_layers", "epochs=2"))
    assert not (tmp_path / "run").exists()


def test_a_model_without_an_output_layer_cannot_write(tmp_path: Path) -> None:
    from transformers import AutoModel

    save_writer(tmp_path / "llama", "llama")
    AutoModel.from_pretrained(tmp_path / "llama").save_pretrained(tmp_path / "llama")
    with pytest.raises(SourceError, match="no output layer"):
        load(tmp_path / "llama").generator()


def test_the_baseline_is_what_does_best(tmp_path: Path, writers: dict[str, Backbone]) -> None:
    context = context_of(writers["gpt2"], tmp_path)
    found = resolve(RouteConfig(name="baseline")).run(context).predictor
    assert isinstance(found, PlainCopy) and found.words == 2


CONVERSATION = [
    {"role": "system", "content": "be brief"},
    {"role": "user", "content": "the old home"},
    {"role": "assistant", "content": "home"},
    {"role": "user", "content": "the big one"},
    {"role": "assistant", "content": "one"},
]


def test_conversations_are_prompts_and_completions(writers: dict[str, Backbone]) -> None:
    task = tasks.get("text-generation")
    table = Rows({"messages": [CONVERSATION, CONVERSATION[1:3]]}, np.arange(1, 3))
    rows, _ = canonical(table, task)
    assert list(rows["completion"]) == ["one", "home"] and rows["text"][1] == "the old home"
    backbone = writers["llama"]
    tokenizer: Any = backbone.tokenizer()
    asked = frame(tokenizer, backbone.configuration(), task, None)
    whole = tokenizer.apply_chat_template(CONVERSATION[:-1], tokenize=False, add_generation_prompt=True)
    ids = prompts(rows, tokenizer, asked, 60).ids
    assert ids[0].tolist() == tokenizer(whole, add_special_tokens=False)["input_ids"]
    short = prompts(rows, tokenizer, asked, len(ids[0]) - 1).ids[0]
    assert len(short) < len(ids[0]) and short[:2].tolist() == ids[0][:2].tolist()
    with pytest.raises(DataError, match=r"row 1, column 'messages': expected messages"):
        canonical(Rows({"messages": ["hello"]}, np.arange(1, 2)), task)
    robot = [{"role": "robot", "content": "a"}, {"role": "assistant", "content": "b"}]
    with pytest.raises(DataError, match=r"row 1, column 'messages': expected messages of user, assistant or .*'robot'"):
        canonical(Rows({"messages": [robot]}, np.arange(1, 2)), task)


def test_translations_of_the_hub_are_two_columns() -> None:
    table = Rows({"translation": [{"en": "house", "fr": "maison"}]}, np.arange(1, 2))
    rows, _ = canonical(table, tasks.get("translation"))
    assert list(rows["text"]) == ["house"] and list(rows["translation"]) == ["maison"]


@pytest.mark.parametrize(("cell", "said"), [({1: 2}, "found {1: 2}"), ([], "found \\[\\]"), (["a", ""], "found ''")])
def test_what_is_no_answer_is_refused(cell: Any, said: str) -> None:
    table = Rows({"text": ["a"], "summary": [cell]}, np.arange(1, 2))
    with pytest.raises(DataError, match=f"row 1, column 'summary': expected a text.*{said}"):
        canonical(table, TASK)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    folder = tmp_path_factory.mktemp("summaries")
    save_writer(folder / "model", "llama")
    encoder = save_model(folder / "encoder", "bert")
    rows = first_words(120)
    lines: Sequence[dict[str, Any]] = [{"document": r["text"], "summary": r["summary"]} for r in rows]
    (folder / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    asked = ["zero_shot", {"feature_transfer": {"encoder": str(encoder)}}, {"top_layers": {**FAST, "layers": 1}}]
    described = {
        "data": {"path": str(folder / "rows.jsonl")},
        "task": "summarization",
        "model": str(folder / "model"),
        "routes": [*asked, {"fewer_layers": {"layers": 1, "epochs": 2}}, "static"],
        "output_dir": folder / "run",
        "cache_dir": folder / "cache",
        "offline": True,
    }
    return flow.fit(parse(described))


def test_the_whole_product(finished: RunResult, call: Call, tmp_path: Path) -> None:
    folder = finished.config.output_dir
    assert folder is not None
    assert {route.name for route in finished.routes} == {
        "baseline",
        "zero_shot",
        "feature_transfer",
        "top_layers",
        "fewer_layers",
    }
    assert "whole texts" in next(each.reason for each in finished.skipped if each.name == "static")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "ROUGE-L" in page and "word F1" in page and "Porter stemmer" in page and "novelty" in page
    card = (folder / "models" / "top_layers" / "README.md").read_text(encoding="utf-8")
    assert 'pipeline("text-generation"' in card and TASK.instruction in card
    assert "novelty" in card and "ROUGE-L: F-measure, Porter stemmer" in card
    kept = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert {"rouge_l", "rouge_1"} <= kept["routes"][0]["scores"]["signatures"].keys()
    loaded = model.load(folder, "top_layers")
    texts = list(finished.splits.test["text"][:4])
    assert loaded.predict(texts) == [str(t) for t in finished.route("top_layers").outputs[:4]]
    lines = [{"document": text, "summary": text} for text in texts] + [{"document": " ", "summary": "home"}]
    (tmp_path / "new.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    ended = call("predict", folder, tmp_path / "new.jsonl", "--output", tmp_path / "out.jsonl")
    assert ended.code == 0, ended.err
    written = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [line["summary"] for line in written] == [*texts, "home"]
    assert written[4]["predicted_summary"] is None and all(line["predicted_summary"] for line in written[:4])
    ended = call("evaluate", folder, tmp_path / "new.jsonl")
    assert ended.code == 0 and "ROUGE-L" in ended.out, ended.err
    ended = call("compare", folder, shutil.copytree(folder, tmp_path / "copy"))
    assert ended.code == 0, ended.err


def test_no_validation_rows(writers: dict[str, Backbone], tmp_path: Path) -> None:
    context = context_of(writers["llama"], tmp_path)
    context = replace(context, validation=context.validation.take([]))
    assert run_route("lora", context, epochs=0.1, learning_rate=1e-3).parameters


def test_templates_without_a_system_get_the_instruction_all_the_same(writers: dict[str, Backbone]) -> None:
    backbone = writers["llama"]
    for condition in ("message['role'] == 'user' or message['role'] == 'assistant'", "message['role'] != 'system'"):
        tokenizer: Any = backbone.tokenizer()
        tokenizer.chat_template = CHAT.replace("}}{% endfor", "}}{% endif %}{% endfor").replace(
            "in messages %}", "in messages %}{% if " + condition + " %}"
        )
        before = frame(tokenizer, backbone.configuration(), TASK, "the old").before
        assert tokenizer.decode(before).endswith("the old")
    refusing = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    tokenizer.chat_template = refusing + CHAT
    task = tasks.get("text-generation")
    rows = Rows({"text": [json.dumps(CONVERSATION[:2])]}, np.arange(1))
    asked = frame(tokenizer, backbone.configuration(), task, None)
    assert "be" not in tokenizer.get_vocab() and len(prompts(rows, tokenizer, asked, 60).ids[0]) > 5


def test_json_is_a_conversation_where_conversations_are_expected_only(writers: dict[str, Backbone]) -> None:
    backbone = writers["llama"]
    tokenizer: Any = backbone.tokenizer()
    rows = Rows({"text": [json.dumps(CONVERSATION[:2])]}, np.arange(1))
    asked = frame(tokenizer, backbone.configuration(), TASK, "the old")
    ids = prompts(rows, tokenizer, asked, 200).ids[0].tolist()
    assert tuple(ids[: len(asked.before)]) == asked.before


def test_a_long_question_is_cut_too(writers: dict[str, Backbone]) -> None:
    backbone = writers["llama"]
    tokenizer: Any = backbone.tokenizer()
    asked = frame(tokenizer, backbone.configuration(), TASK, "the")
    rows = Rows({"text": ["my " * 90], "text_pair": ["old " * 90]}, np.arange(1))
    found = prompts(rows, tokenizer, asked, 40)
    assert len(found.ids[0]) == 40 and found.cut == (0,)
    rows = Rows({"text": ["my " * 20], "text_pair": ["old"]}, np.arange(1))
    found = prompts(rows, tokenizer, asked, 40)
    assert len(found.ids[0]) == found.full_lengths[0] <= 40 and found.cut == (), "the context leaves it its room"


def test_examples_that_do_not_fit_are_said_to(writers: dict[str, Backbone], tmp_path: Path) -> None:
    rows = first_words(150)
    long = replace(rows, columns={**rows.columns, "text": [f"{text} my" * 20 for text in rows["text"]]})
    context = replace(context_of(writers["gpt2"], tmp_path), train=long, max_length=90)
    plan = resolve(RouteConfig(name="feature_transfer", options={"encoder": "any"}))
    assert "no example fits into the 96 tokens" in str(plan.why_not(context))


def test_instructions_with_inputs_are_one_prompt() -> None:
    task = tasks.get("text-generation")
    given = {"instruction": ["Sum it up", "Say hi"], "input": ["a b c", ""], "output": ["a", "hi"]}
    rows, _ = canonical(Rows(given, np.arange(1, 3)), task)
    assert list(rows["text"]) == ["Sum it up\n\na b c", "Say hi"] and list(rows["completion"]) == ["a", "hi"]
    with pytest.raises(DataError, match="--text-pair input: this task reads single texts"):
        explicit(task, DataConfig(path="x", text_pair="input"))


def test_mixed_languages_are_refused() -> None:
    table = Rows({"translation": [{"en": "a", "fr": "b"}, {"en": "a", "de": "c"}]}, np.arange(1, 3))
    with pytest.raises(DataError, match=r"row 2, column 'translation': expected the languages en and fr"):
        canonical(table, tasks.get("translation"))
    for cell, found in (({"en": "a"}, "en"), ({"en": "a", "fr": "b", "de": "c"}, "en, fr, de")):
        with pytest.raises(DataError, match=f"expected two languages, .*, found {found}; leave two"):
            canonical(Rows({"translation": [cell]}, np.arange(1, 2)), tasks.get("translation"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"attention_weight": 1.0}, "attention_weight: not for models that write"),
        ({"augment": 2}, "augment: not for models that write"),
        ({"on_policy": 0.5, "soft_weight": 0.0}, "give soft_weight a value"),
        ({"class_weights": "balanced"}, "class_weights need labels"),
        ({"teachers": "one,two"}, "expected one teacher"),
    ],
)
def test_what_means_nothing_to_a_student_that_writes(
    writers: dict[str, Backbone], tmp_path: Path, options: dict[str, Any], said: str
) -> None:
    teachers = {"lora": tmp_path, "one": tmp_path, "two": tmp_path}
    plan = resolve(RouteConfig(name="fewer_layers", options=options))
    with pytest.raises(ConfigError, match=said):
        plan.why_not(context_of(writers["llama"], tmp_path, teachers=teachers))


def test_teachers_that_write_alone_teach_to_write(writers: dict[str, Backbone], tmp_path: Path) -> None:
    plan = resolve(RouteConfig(name="fewer_layers"))
    reason = plan.why_not(context_of(writers["llama"], tmp_path, teachers={"feature_transfer": tmp_path}))
    assert reason is not None and "add lora before it" in reason


def test_logits_that_are_changed_after_the_output_layer_are_noticed() -> None:
    assert logits_changed_after(LlamaConfig()) is None
    assert logits_changed_after(Gemma2Config()) == "final_logit_softcapping"
    assert logits_changed_after(GraniteConfig(logits_scaling=8.0)) == "logits_scaling"


def test_what_a_model_must_never_write_stays_forbidden(writers: dict[str, Backbone], tmp_path: Path) -> None:
    found = run_route("zero_shot", context_of(writers["marian"], tmp_path))
    found.model.generation_config.bad_words_ids = [[1]]
    found.model.generation_config.eos_token_id = [2, 3]
    settings = found.writer.settings()
    assert settings.bad_words_ids == [[1]] and set(settings.eos_token_id) == {2, 3}
    drawn = replace(found, generation=found.generation.model_copy(update={"do_sample": True})).writer.settings()
    assert drawn.top_k == 0


def test_the_baseline_does_not_copy_books(tmp_path: Path, writers: dict[str, Backbone]) -> None:
    rows = first_words(60)
    books = Rows({**rows.columns, "text": [f"{text} {'now ' * 400}" for text in rows["text"]]}, rows.numbers)
    context = replace(context_of(writers["gpt2"], tmp_path), train=books, validation=books.take([]))
    found = resolve(RouteConfig(name="baseline")).run(context).predictor
    assert isinstance(found, PlainCopy) and found.words == 2


def test_words_of_any_script_are_counted() -> None:
    assert metrics.compute("rouge_l", ["синий дом"], [["большой дом"]]) == pytest.approx(0.5)
    assert metrics.compute("rouge_1", ["青い家"], [["赤い家"]]) == pytest.approx(2 / 3)
    plain = RougeScorer(["rougeL"], use_stemmer=True).score("The cats were running_fast, twice.", "A cat runs: twice")
    assert metrics.compute("rouge_l", ["A cat runs: twice"], [["The cats were running_fast, twice."]]) == pytest.approx(
        plain["rougeL"].fmeasure
    )
