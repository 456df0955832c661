"""What a student needs of a saved teacher is checked before anything is trained: tokens, answers and labels."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tiny_models import Tiny
from transferkit import predictors, routes, tasks
from transferkit.config import RouteConfig
from transferkit.context import Context
from transferkit.errors import ArtifactError, ConfigError


def why_not(context: Context, name: str, **given: Any) -> str | None:
    return routes.resolve(RouteConfig(name=name, options=given)).why_not(replace(context, teachers={}))


def test_the_tokens_of_a_saved_teacher_are_compared(context: Context, teacher: Path, tiny: Tiny) -> None:
    given = {"teachers": [str(teacher)], "hidden_weight": 1.0}
    assert why_not(context, "pretrained", model=str(tiny("bert", layers=2).folder), **given) is None
    with pytest.raises(ConfigError, match=rf"splits texts otherwise than {teacher}, .* set hidden_weight"):
        why_not(context, "pretrained", model=str(tiny("gpt2", layers=2).folder), **given)


def test_a_teacher_of_another_task_is_refused(context: Context, teacher: Path, tiny: Tiny) -> None:
    numbers = replace(context, task=tasks.get("text-regression"))
    with pytest.raises(ConfigError, match=r"answers with .* text-regression wants"):
        why_not(numbers, "static", teachers=[str(teacher)])


def test_one_with_code_of_its_own_is_refused(context: Context, teacher: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = predictors.read_facts(teacher).model_copy(update={"own_code": True})
    monkeypatch.setattr(predictors, "read_facts", lambda folder: facts)
    with pytest.raises(ArtifactError, match="--trust-remote-code"):
        why_not(context, "static", teachers=[str(teacher)])


@pytest.mark.parametrize("weight", ["hidden_weight", "attention_weight", "relation_weight"])
def test_what_is_inside_a_model_without_a_stack_is_not_matched(context: Context, tiny: Tiny, weight: str) -> None:
    flat = replace(context.backbone, stacked=False)
    small = str(tiny("bert", layers=2).folder)
    plan = routes.resolve(RouteConfig(name="pretrained", options={"model": small, weight: 1.0}))
    untrained = replace(context, backbone=flat, teachers={"full": Path("nowhere")}, variants={"full": "full"})
    with pytest.raises(ConfigError, match="has no stack of layers"):
        plan.why_not(untrained)
