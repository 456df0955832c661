"""A run as JSON."""

import json

import pytest

from transferkit.evaluation.document import to_json
from transferkit.evaluation.results import RunResult


def test_document_is_plain_json_without_texts(result: RunResult) -> None:
    text = json.dumps(to_json(result), allow_nan=False)
    found = json.loads(text)
    assert "text 17" not in text and "probabilities" not in text
    assert found["manifest"] == {"versions": found["manifest"]["versions"], "seed": 3, "path": "x", "nan": None}
    assert found["data"]["rows"] == {"train": 400, "validation": 2, "test": 400}
    assert found["data"]["audit"]["findings"][0]["rows"] == [3, 9]
    assert found["version"] == 1
    assert found["naive"] == {"leaked": 0.1, "claimed": 0.95, "true": 0.9}


def test_document_has_every_route_with_intervals(result: RunResult) -> None:
    routes = {route["name"]: route for route in to_json(result)["routes"]}
    assert set(routes) == {"tf-idf", "full", "static", "lora"}
    accuracy = routes["full"]["scores"]["metrics"]["accuracy"]
    assert accuracy["value"] == pytest.approx(0.975) and accuracy["low"] < 0.975 < accuracy["high"]
    assert routes["lora"]["against_baseline"]["p_value"] == pytest.approx(0.0625)
    assert sum(map(sum, routes["full"]["scores"]["confusion"])) == 400
