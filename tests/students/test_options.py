"""What a user may write for the options of a student."""

import pytest

from transferkit.config import RouteConfig
from transferkit.errors import ConfigError
from transferkit.routes import resolve
from transferkit.training.student_options import DistillationOptions


@pytest.mark.parametrize("written", ["full,lora", " full , lora ", ["full", "lora"], ("full", "lora")])
def test_teachers_may_be_written_as_a_list_or_with_commas(written: object) -> None:
    assert DistillationOptions.model_validate({"teachers": written}).teachers == ("full", "lora")


def test_one_teacher_is_a_word() -> None:
    options = resolve(RouteConfig(name="static", options={"teachers": "runs/a/models/full"})).options
    assert isinstance(options, DistillationOptions) and options.teachers == ("runs/a/models/full",)
    assert DistillationOptions.model_validate({"teachers": ""}).teachers == ()


def test_other_things_are_no_teachers() -> None:
    with pytest.raises(ConfigError, match=r"route static: teachers: .* \(found 3\)"):
        resolve(RouteConfig(name="static", options={"teachers": 3}))
