"""What is said of an encoder-decoder whose encoder cannot be taken alone."""

from pathlib import Path

import pytest

from tiny_models import Tiny, make_context, some_rows
from transferkit.sources.backbone import Backbone


def test_only_a_route_that_is_possible_is_named(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = make_context(tiny("bert"), tmp_path, some_rows(20))
    assert context.why_no_half.endswith("use full")
    monkeypatch.setattr(Backbone, "why_no_head", lambda *_: "there is no such head")
    assert "full" not in context.why_no_half and "take an encoder or a decoder" in context.why_no_half
