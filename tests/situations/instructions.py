"""Instructions and their answers, as ms-swift and LLaMA-Factory have them."""

import json

from situations import CHINESE, ENGLISH, WRITING, Situation, lines

_GIVEN = dict(zip(CHINESE, ENGLISH, strict=True))
_TOLD = [
    {"role": "system", "content": "译"},
    {"role": "user", "content": "一"},
    {"role": "assistant", "content": "one"},
]


def _prompt(text: str, before: list[dict[str, str]]) -> str:
    return json.dumps([*before, {"role": "user", "content": text}], ensure_ascii=False)


SITUATIONS = (
    Situation(
        "query, response, history and system",
        {
            "rows.jsonl": lines(
                [{"query": q, "response": a, "history": [["一", "one"]], "system": "译"} for q, a in _GIVEN.items()]
            )
        },
        WRITING,
        gives={_prompt(q, _TOLD): a for q, a in _GIVEN.items()},
    ),
    Situation(
        "input, chosen and system",
        {"rows.jsonl": lines([{"input": q, "chosen": a, "system": "译"} for q, a in _GIVEN.items()])},
        WRITING,
        asked={"label": "chosen"},
        gives={_prompt(q, _TOLD[:1]): a for q, a in _GIVEN.items()},
    ),
    Situation(
        "a prompt and its query",
        {"rows.jsonl": lines([{"prompt": "译：", "query": q, "response": a} for q, a in _GIVEN.items()])},
        WRITING,
        gives={f"译：\n\n{q}": a for q, a in _GIVEN.items()},
    ),
    Situation(
        "a prompt that has its query in it",
        {"rows.jsonl": lines([{"prompt": f"译：{q}", "query": q, "response": a} for q, a in _GIVEN.items()])},
        WRITING,
        gives={f"译：{q}": a for q, a in _GIVEN.items()},
    ),
    Situation(
        "a good and a bad answer in one list",
        {"rows.jsonl": lines([{"instruction": q, "output": [a, "no"]} for q, a in _GIVEN.items()])},
        WRITING,
        says="all rows have two answers in column 'output': both are learned as right ones",
    ),
)
