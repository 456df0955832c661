"""What is said of an encoder-decoder whose encoder cannot be taken alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from tiny_models import Tiny, make_context, rows_for, some_rows
from transferkit import tasks
from transferkit.config import RouteConfig
from transferkit.routes import resolve
from transferkit.sources.backbone import Backbone
from transferkit.sources.facts import ENCODER_DECODER


def test_only_a_route_that_is_possible_is_named(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = make_context(tiny("bert"), tmp_path, some_rows(20))
    assert context.why_no_half.endswith("use full")
    monkeypatch.setattr(Backbone, "why_no_head", lambda *_: "there is no such head")
    assert "full" not in context.why_no_half and "take an encoder or a decoder" in context.why_no_half


def test_where_texts_are_wanted_no_half_is_spoken_of(tiny: Tiny, tmp_path: Path) -> None:
    """What learns from pairs of one label says so itself, also of an encoder-decoder."""
    rows = rows_for("summarization")
    two_stacks = replace(tiny("bert"), architecture=ENCODER_DECODER)
    context = make_context(two_stacks, tmp_path, rows, task=tasks.get("summarization").bound(rows))
    reason = resolve(RouteConfig(name="contrastive")).why_not(context)
    assert reason is not None and "need one label per row" in reason
