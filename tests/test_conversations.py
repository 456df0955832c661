"""Conversations and instruction data as published: what is asked, what is learned, and what of it is left out."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from test_writing import save_writer
from tiny_models import load
from transferkit import tasks
from transferkit.data import audit, conversations, guessing, messages
from transferkit.data.cleaning import Cleaned, clean
from transferkit.data.columns import canonical
from transferkit.encoding.answered import answered_examples
from transferkit.encoding.prompting import frame, prompts
from transferkit.errors import DataError
from transferkit.sources.backbone import Backbone
from transferkit.table.rows import Rows

TASK = tasks.get("text-generation")
TALK = [
    {"role": "system", "content": "my"},
    {"role": "user", "content": "the old home"},
    {"role": "assistant", "content": "big one"},
    {"role": "user", "content": "the one"},
    {"role": "assistant", "content": "old"},
    {"role": "user", "content": "home"},
    {"role": "assistant", "content": "the big home"},
]
THINKING = (
    "{% if tools %}{{ '[CLS] system ' + tools | tojson + ' [SEP] ' }}{% endif %}"
    "{% for message in messages %}{{ '[CLS] ' + message['role'] + ' ' + message['content'] }}"
    "{% for call in message.tool_calls %}{{ '{' + call.function.name + '}' }}{% endfor %}{{ ' [SEP] ' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '[CLS] assistant ' }}{% if enable_thinking is false %}{{ '{ } ' }}{% endif %}"
    "{% endif %}"
)


@pytest.fixture(scope="module")
def writers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Backbone]:
    folder = tmp_path_factory.mktemp("writers")
    return {family: load(save_writer(folder / family, family)) for family in ("gpt2", "llama", "t5")}


def read(**columns: Any) -> Rows:
    count = len(next(iter(columns.values())))
    return canonical(Rows(columns, np.arange(1, count + 1)), TASK)[0]


def cleaned(*rows: dict[str, Any]) -> Cleaned:
    names = dict.fromkeys(name for row in rows for name in row)
    table = Rows({name: [row.get(name) for row in rows] for name in names}, np.arange(1, len(rows) + 1))
    return clean(table, TASK, {}, "")


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def said(text: str, **fields: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": text, **fields}


def learned(backbone: Backbone, rows: Rows, max_length: int = 200, template: str = "") -> list[str]:
    """The texts that the labels of the first row are, one for every stretch of tokens without a gap."""
    tokenizer: Any = backbone.tokenizer()
    tokenizer.chat_template = template or tokenizer.chat_template
    asked = frame(tokenizer, backbone.configuration(), TASK, None)
    examples = answered_examples(rows, TASK, tokenizer, asked, max_length, 50)
    assert examples.encoded.answers is not None
    places, labels = examples.encoded.answers[0], examples.labels[0]
    labels = labels[labels >= 0]
    assert len(places) == len(labels)
    if asked.start is None:
        whole = np.append(examples.encoded.ids[0], asked.end)
        assert np.array_equal(whole[places + 1], labels), "what is learned is what comes next"
    stretches = np.split(labels, np.flatnonzero(np.diff(places) > 1) + 1)
    return [tokenizer.decode(each, skip_special_tokens=False).strip() for each in stretches]


def test_every_answer_is_learned_with_its_end(writers: dict[str, Backbone]) -> None:
    assert learned(writers["llama"], read(messages=[TALK])) == ["big one [SEP]", "old [SEP]", "the big home [SEP]"]


def test_an_encoder_decoder_learns_the_last_answer(writers: dict[str, Backbone]) -> None:
    assert len(learned(writers["t5"], read(messages=[TALK]))) == 1
    tokenizer: Any = writers["t5"].tokenizer()
    asked = frame(tokenizer, writers["t5"].configuration(), TASK, None)
    text = tokenizer.decode(prompts(read(messages=[TALK]), tokenizer, asked, 200).ids[0], skip_special_tokens=True)
    assert text == "my the old home big one the one old home"
    long = prompts(read(prompt=["old " + "the " * 90 + "home"], completion=["one"]), tokenizer, asked, 40).ids[0]
    assert len(long) == 40 and tokenizer.decode(long, skip_special_tokens=True).endswith("the home")


def test_a_template_that_asks_otherwise_than_it_writes_down(writers: dict[str, Backbone]) -> None:
    """As those of models that think: what they are asked with ends in an empty thought, past turns have none."""
    found = learned(writers["llama"], read(messages=[TALK]), template=THINKING)
    assert found == ["big one [SEP]", "old [SEP]", "the big home [SEP]"]


def test_a_template_that_writes_a_thought_before_the_last_answer_only(writers: dict[str, Backbone]) -> None:
    template = THINKING.replace(
        "message['role'] + ' ' +",
        "message['role'] + ' ' + ('{ } ' if loop.last and message['role'] == 'assistant' else '') +",
    )
    assert learned(writers["llama"], read(messages=[TALK]), template=template) == [
        *("big one [SEP]", "old [SEP]", "the big home [SEP]")
    ]


def test_turns_that_are_left_out_are_not_learned(writers: dict[str, Backbone]) -> None:
    rows = read(messages=[TALK])
    tokenizer: Any = writers["llama"].tokenizer()
    asked = frame(tokenizer, writers["llama"].configuration(), TASK, None)
    whole = len(prompts(rows, tokenizer, asked, 200).ids[0])
    assert learned(writers["llama"], rows, whole - 1) == ["old [SEP]", "the big home [SEP]"]
    asking = {"role": "user", "content": "home " * 40}
    long, alone = read(messages=[[*TALK[:5], asking, TALK[-1]]]), read(messages=[[TALK[0], asking, TALK[-1]]])
    short = prompts(long, tokenizer, asked, 30)
    assert len(short.ids[0]) == 30 and short.cut == (0,) and not len(short.answers[0])
    whole = prompts(alone, tokenizer, asked, 200).ids[0]
    assert short.ids[0].tolist() == [*whole[:15], *whole[-15:]], "both ends are kept"


def test_the_prompt_is_that_of_the_template(writers: dict[str, Backbone]) -> None:
    tokenizer: Any = writers["llama"].tokenizer()
    asked = frame(tokenizer, writers["llama"].configuration(), TASK, None)
    [ids] = prompts(read(messages=[TALK]), tokenizer, asked, 200).ids
    whole = tokenizer.apply_chat_template(TALK[:-1], tokenize=False, add_generation_prompt=True)
    assert ids.tolist() == tokenizer(whole, add_special_tokens=False)["input_ids"]


@pytest.mark.parametrize(
    ("asks", "answers"), [("用户", "助手"), ("prompter", "assistant"), ("User", "bot"), ("human", "gpt")]
)
def test_roles_go_by_several_names(asks: str, answers: str) -> None:
    talk = [{"role": asks, "content": "the"}, {"role": answers, "content": "home"}]
    assert [turn["role"] for turn in messages.turns(talk)] == ["user", "assistant"]


def test_tools_and_calls_go_to_the_template(writers: dict[str, Backbone]) -> None:
    talk = [
        {"from": "human", "value": "the"},
        {"from": "function_call", "value": json.dumps({"name": "old", "arguments": {}})},
        {"from": "observation", "value": "big"},
        {"from": "gpt", "value": "home"},
    ]
    rows = read(conversations=[talk], system=["my"], tools=[json.dumps([{"name": "old", "parameters": {}}])])
    found = conversations.parsed(rows["text"][0])
    assert found is not None and found.tools == [{"type": "function", "function": {"name": "old", "parameters": {}}}]
    assert [turn["role"] for turn in found.turns] == ["system", "user", "assistant", "tool"]
    assert found.turns[2]["tool_calls"] == [{"type": "function", "function": {"name": "old", "arguments": {}}}]
    calls = learned(writers["llama"], rows, template=THINKING)
    assert len(calls) == 2 and "old" in calls[0] and calls[1] == "home [SEP]"


def test_a_template_without_a_place_for_tools_is_told(
    writers: dict[str, Backbone], caplog: pytest.LogCaptureFixture
) -> None:
    rows = read(
        messages=[[{"role": "user", "content": "the"}, {"role": "assistant", "content": "old"}]], tools=["[{}]"]
    )
    learned(writers["gpt2"], rows)
    assert "its chat template has no place for tools" in caplog.text


def test_a_last_call_is_learned_as_text() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "w", "arguments": '{"城市": "北京"}'}}
    talk = [{"role": "user", "content": "天气"}, {"role": "assistant", "content": None, "tool_calls": [call]}]
    rows = read(messages=[talk])
    assert rows["completion"] == ['<tool_call>\n{"name": "w", "arguments": {"城市": "北京"}}\n</tool_call>']
    assert rows["text"] == ["天气"]


def test_what_an_empty_cell_was_printed_as_is_no_input() -> None:
    rows = read(instruction=["q", "r"], input=["nan", "n"], output=["a", "b"], system=["NaN", ""])
    assert list(rows["text"]) == ["q", "r\n\nn"]


def test_alpaca() -> None:
    rows = read(
        instruction=["翻译", "继续", "说"],
        input=["你好", "", None],
        output=["hello", "go on", "hi"],
        system=["", "你是助手", None],
        history=[[], [["问一", "答一"], ["问二", "答二"]], "[]"],
    )
    assert rows["text"][0] == "翻译\n\n你好" and rows["text"][2] == "说"
    found = conversations.parsed(rows["text"][1])
    assert found is not None
    assert [(turn["role"], turn["content"]) for turn in found.turns] == [
        ("system", "你是助手"),
        ("user", "问一"),
        ("assistant", "答一"),
        ("user", "问二"),
        ("assistant", "答二"),
        ("user", "继续"),
    ]
    assert list(rows["completion"]) == ["hello", "go on", "hi"]
    [told] = audit.turns(rows)
    assert "1 conversation to train on with 2 answers before the last" in told.message


def test_questions_with_what_the_system_says() -> None:
    rows = read(system_prompt=["你是助手", ""], question=["问", "再问"], response=["答", "再答"])
    found = conversations.parsed(rows["text"][0])
    assert found is not None and [turn["role"] for turn in found.turns] == ["system", "user"]
    assert rows["text"][1] == "再问" and list(rows["completion"]) == ["答", "再答"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"messages": [[{"role": "robot", "content": "a"}]]}, "found one of the role 'robot'"),
        ({"messages": [[{"role": "user", "content": [{"type": "image_url"}]}]]}, "a part of the kind 'image_url'"),
        ({"instruction": ["a"], "output": ["b"], "history": ["x"]}, "expected a list of history, found 'x'"),
        ({"instruction": ["a"], "output": ["b"], "history": [[["x"]]]}, "a history of pairs of question and answer"),
        ({"messages": [TALK], "tools": ["nothing"]}, "expected a list of tools, found 'nothing'"),
        ({"messages": [[user("q"), said("a", weight=0.5)]]}, "expected the weight of a message to be 0 or 1, found 0"),
        ({"messages": [[{"role": "user", "content": {"parts": ["q"]}}]]}, "found content that is no text"),
    ],
)
def test_what_is_no_conversation(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=f"row 1, column .*{message}"):
        read(**columns)


@pytest.mark.parametrize("field", [{"weight": 0}, {"train": False}, {"loss": False}])
def test_answers_of_weight_0_are_not_learned(writers: dict[str, Backbone], field: dict[str, Any]) -> None:
    talk = [TALK[1], said("big one", **field), TALK[3], said("old", weight=1), *TALK[5:]]
    rows = read(messages=[talk])
    assert learned(writers["llama"], rows) == ["old [SEP]", "the big home [SEP]"]
    assert learned(writers["gpt2"], rows)[0] == "old"
    told = [finding.message for finding in audit.turns(rows)]
    assert told == [
        "1 conversation to train on with 1 answer before the last",
        "1 answer of weight 0, or of a prompt, in conversations to train on",
    ]


def test_conversations_are_learned_as_far_as_their_last_answer() -> None:
    last_unlearned = [user("q"), said("yes"), user("again"), said("no", weight=0), user("bye")]
    found = cleaned(
        {"messages": [user("q"), said("a"), user("thanks")]},
        {"messages": last_unlearned},
        {"messages": [user("q"), said("a"), user("z"), said("b")]},
        {"messages": [user("never answered")]},
    )
    assert list(found.rows["completion"]) == ["a", "yes", "b"] and list(found.rows["text"])[:2] == ["q", "q"]
    assert list(found.unlabelled["text"]) == ["never answered"]
    (cut,) = (each for each in found.findings if each.kind == "last-turns")
    assert cut.message == "4 turns after the last answer to learn, of 2 conversations (rows 1, 2)"


def test_a_conversation_to_answer_keeps_its_last_turn() -> None:
    table = Rows({"messages": [[user("q"), said("a"), user("thanks")]]}, np.arange(1, 2))
    rows, _ = canonical(table, TASK, need_target=False)
    talk = conversations.parsed(rows["text"][0])
    assert talk is not None and talk.turns[-1] == user("thanks")


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": [user("q")], "completion": [said("a")]},
        {"prompt": "q", "completion": [said("a")]},
        {"prompt": json.dumps([user("q")]), "completion": json.dumps([said("a")])},
        {"prompt": [user("q")], "completion": "a"},
        {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "q"}]}, said("a")]},
        {"messages": np.array([user("q"), said("a")], dtype=object)},
    ],
)
def test_forms_of_one_question_and_answer(row: dict[str, Any]) -> None:
    found = cleaned(row)
    assert list(found.rows["text"]) == ["q"] and list(found.rows["completion"]) == ["a"] and not found.findings


def test_answers_in_a_prompt_are_not_learned() -> None:
    """As TRL does it where prompts and completions stand apart."""
    (text,) = cleaned({"prompt": [user("q"), said("a"), user("z")], "completion": [said("b")]}).rows["text"]
    talk = conversations.parsed(text)
    assert talk is not None and (talk.answers, talk.unlearned) == (0, 1)


def test_a_function_call_of_the_older_form_is_read() -> None:
    call = {"name": "w", "arguments": '{"day": 1}'}
    talk = [user("weather"), {"role": "assistant", "content": None, "function_call": call}, said("fine")]
    (text,) = cleaned({"messages": talk, "functions": [{"name": "w", "parameters": {}}]}).rows["text"]
    found = conversations.parsed(text)
    assert found is not None and found.turns[1]["tool_calls"][0]["function"] == {"name": "w", "arguments": {"day": 1}}
    assert found.tools == [{"type": "function", "function": {"name": "w", "parameters": {}}}]


def test_fields_of_messages_that_are_not_read_are_found() -> None:
    talk = [user("q"), said("a", reasoning_content="hm", refusal=None, id="x1"), user("z"), said("b", thinking="so")]
    found = cleaned({"messages": talk}, {"messages": [user("q"), said("a", audio=None, annotations=[])]})
    told = {each.kind: each.message for each in found.findings}
    assert told == {
        "message-thoughts": "1 row has 'reasoning_content', 'thinking' in messages (row 1)",
        "message-fields": "1 row has 'id' in messages (row 1)",
    }
    talk_read = conversations.parsed(found.rows["text"][0])
    assert talk_read is not None and talk_read.turns[1]["reasoning_content"] == "hm"


PREFERENCES: list[dict[str, Any]] = [
    {"prompt": "q", "chosen": "a", "rejected": "b"},
    {"prompt": [user("q")], "chosen": [said("a")], "rejected": [said("b")]},
    {"chosen": [user("q"), said("a")], "rejected": [user("q"), said("b")]},
    {"instruction": "q", "input": "", "chosen": "a", "rejected": "b"},
    {
        "conversations": [{"from": "human", "value": "q"}],
        "chosen": {"from": "gpt", "value": "a"},
        "rejected": {"from": "gpt", "value": "b"},
    },
]


@pytest.mark.parametrize("row", PREFERENCES)
def test_preferences_are_refused_and_the_chosen_answers_can_be_learned(row: dict[str, Any]) -> None:
    table = Rows({name: [cell] for name, cell in row.items()}, np.arange(1, 2))
    with pytest.raises(DataError, match=r"for preference learning, which is not done here.*--label chosen"):
        canonical(table, TASK)
    rows, _ = canonical(table, TASK, {"completion": "chosen"})
    assert list(rows["text"]) == ["q"] and list(rows["completion"]) == ["a"]


@pytest.mark.parametrize("named", [{}, {"completion": "chosen"}])
def test_a_bad_answer_is_no_question(named: dict[str, str]) -> None:
    """Dialogues in one text, as in hh-rlhf: the worse one was read as what is asked."""
    asked = [f"\n\nHuman: how far is {i}?\n\nAssistant:" for i in range(8)]
    table = Rows(
        {"chosen": [f"{q} it is far" for q in asked], "rejected": [f"{q} who knows" for q in asked]}, np.arange(1, 9)
    )
    with pytest.raises(DataError, match=r"expected a column for text .* pairs of answers \(chosen and rejected\)"):
        canonical(table, TASK, guessing.taken(table, TASK, named).named)


def test_answers_that_are_marked_as_bad_are_found() -> None:
    rows = [{"prompt": "q", "completion": "a", "label": good} for good in (True, False)]
    (odd,) = cleaned(*rows).findings
    assert odd.kind == "bad-answers" and odd.rows == (2,)
    assert not cleaned(*({**row, "label": True} for row in rows)).findings


def test_long_prompts_keep_both_ends(writers: dict[str, Backbone], tmp_path: Path) -> None:
    tokenizer: Any = writers["llama"].tokenizer()
    asked = frame(tokenizer, writers["llama"].configuration(), TASK, None)
    rows = read(prompt=["old " + "the " * 90 + "home"], completion=["one"])
    [ids] = prompts(rows, tokenizer, asked, 40).ids
    text = tokenizer.decode(ids)
    assert len(ids) == 40 and "old the" in text and "the home" in text
    summary = tasks.get("summarization")
    asked = frame(tokenizer, writers["llama"].configuration(), summary, "the")
    rows = Rows({"text": ["old " + "the " * 90 + "home"]}, np.arange(1))
    assert "home" not in tokenizer.decode(prompts(rows, tokenizer, asked, 40).ids[0])
