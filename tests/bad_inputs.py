"""Bad inputs of every kind, drawn from a seed: what strangers give by mistake, from files to Python objects.

`python tests/bad_inputs.py 3000 7` draws 3,000 with the seed 7 and prints those that do not end as they should.
"""

import contextlib
import gzip
import io
import json
import lzma
import os
import random
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import transferkit
from transferkit import options as of_routes
from transferkit.cli import failures
from transferkit.cli.app import app
from transferkit.config import DataConfig, GenerationConfig, RunConfig
from transferkit.errors import TransferkitError

SECONDS = 60
"""No input may take longer; most take a hundredth of it."""
LONGEST = 1_500
"""Characters of a sentence."""
ENDS = (0, 2, 3, 4, 5, 6)


@dataclass(frozen=True)
class World:
    """What the inputs are tried on: a tiny model, a run with a baseline, and an empty folder to work in."""

    model: Path
    run: Path
    folder: Path


class HungError(BaseException):
    """An input took longer than `SECONDS`."""


Draw = random.Random
Words = list[object]


# Values


DEEP = "[" * 900 + "]" * 900
NUMBERS = (
    *("inf", "-inf", "nan", "1e308", "-1e308", "1e-320", "1e400", "-1", "0", "0.5", "-0.0", "4294967296", "1e9", "1e6"),
    *(
        "10000000000000",
        "9" * 400,
        "9" * 5000,
        "true",
        "no",
        "null",
        "[]",
        "{}",
        "[1, 2, 3]",
        "{a: 1}",
        "٣",
        "0x",
        "",
        " ",
    ),
    *("1_0", "1:30", "2020-01-01", "!!python/object:os.system x", "*a", "&a [*a]", "'", "a: b: c", DEEP, "\x00", "01"),
)
TEXTS = (
    *(
        "",
        " ",
        "\ud800",
        "a\udc00b",
        "\ufffd",
        "\x00",
        "a\x00b",
        "\u202e",
        "文" * 50,
        "x" * 100_000,
        "\r",
        "\x1f",
        "\\",
        '"',
    ),
    *(
        "[",
        "[1]",
        "['a'",
        '["a", null]',
        "{}",
        "=1+1",
        "-",
        "nan",
        "None",
        DEEP,
        "[MASK] [SEP]",
        "<|im_end|>",
        "é" * 300,
    ),
)
CELLS = (
    *(
        None,
        True,
        0,
        -1,
        1.5,
        float("inf"),
        float("nan"),
        10**30,
        10**400,
        [],
        [1],
        ["a", None],
        {},
        {"a": [1]},
        [[[]]],
    ),
    *(
        {"text": ["a"], "answer_start": [0]},
        {"text": "a", "answer_start": None},
        {"text": ["a"], "answer_start": [10**30]},
    ),
    *({"text": 3, "answer_start": 4}, [{"role": "user", "content": "a"}], [["a", 1]], ["O", 3], ["", "B-X"], [{}]),
)


class Unwilling:
    """An object that cannot be shown."""

    def __repr__(self) -> NoReturn:
        raise RuntimeError("no")


def nested() -> list[Any]:
    """A list that holds itself."""
    found: list[Any] = []
    found.append(found)
    return found


OBJECTS: tuple[Callable[[], Any], ...] = (
    *(lambda: None, lambda: 3, lambda: 1.5, lambda: True, lambda: b"x", lambda: "", lambda: "x\0", lambda: "\ud800"),
    *(list, dict, set, lambda: {"a", "b"}, lambda: (i for i in range(3)), object, Unwilling, nested, lambda: len),
    *(
        lambda: Path("a\0"),
        lambda: Path("/dev/null"),
        lambda: [None],
        lambda: [b"x"],
        lambda: [["a", "b", "c"]],
        lambda: [[]],
    ),
    *(
        lambda: np.array("x"),
        lambda: np.zeros((2, 2)),
        lambda: np.array([["a", "b"]]),
        lambda: pd.DataFrame(),
        lambda: 10**400,
    ),
    *(lambda: pd.Series(["a", None]), lambda: {"text": "abc"}, lambda: {"text": 3}, lambda: {1: ["a"], "1": ["b"]}),
    *(
        lambda: {"text": {"a", "b"}},
        lambda: ["\ud800", "a"],
        lambda: [Unwilling()],
        lambda: "~nobody-here/x",
        lambda: "x" * 5000,
    ),
    *(
        lambda: [1, 2],
        lambda: ["a", 3],
        lambda: [("a", None)],
        lambda: [Decimal("nan")],
        lambda: [pd.NA],
        lambda: date(2020, 1, 1),
    ),
    *(
        lambda: {"train": 3},
        lambda: {"train": {}},
        lambda: [{1: 2}],
        lambda: [{}],
        lambda: [{"text": "a"}, 3],
        lambda: range(5),
    ),
)

PYTHON_CELLS: tuple[Any, ...] = (
    *CELLS,
    *(
        b"bytes",
        np.float32(1),
        np.int64(2),
        np.bool_(True),
        np.datetime64("NaT"),
        pd.Timestamp("2020-01-01"),
        pd.NaT,
        pd.NA,
    ),
    *(
        Decimal("1.5"),
        Decimal("nan"),
        Decimal("sNaN"),
        Decimal("inf"),
        1j,
        date(2020, 1, 1),
        {"a"},
        Unwilling(),
        object(),
    ),
    *(np.array("x"), np.array([1, 2]), float("-inf"), 10**5000, "\ud800", "a\0", range(3), np.str_("good"), ...),
)


def one_of(draw: Draw, values: Sequence[Any]) -> Any:
    return values[draw.randrange(len(values))]


# Files


def pairs(count: int = 24) -> list[list[Any]]:
    """Rows that can be learned from, to be spoilt."""
    return [[f"{'a good' if i % 2 else 'an awful'} film {i}", "good" if i % 2 else "bad"] for i in range(count)]


def spoilt_rows(draw: Draw, cells: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows of a text and a label (or tags, answers ...) with odd cells in one or all of them."""
    columns = one_of(draw, (("text", "label"), ("tokens", "ner_tags"), ("question", "answers"), ("text", "value")))
    rows = [dict(zip(columns, pair, strict=True)) for pair in pairs()]
    for row in rows if draw.random() < 0.3 else draw.sample(rows, 1 + draw.randrange(3)):
        row[one_of(draw, columns)] = one_of(draw, cells)
        if draw.random() < 0.2:
            row[one_of(draw, TEXTS)] = "x"
    if columns[0] == "question":
        rows = [{"context": "a good film", **row} for row in rows]
    return rows


def as_lines(rows: Sequence[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def as_table(rows: Sequence[dict[str, Any]], mark: str) -> bytes:
    header = list(rows[0])
    lines = [mark.join(header), *(mark.join(str(row.get(name, ""))[:9_000] for name in header) for row in rows)]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def damaged(draw: Draw, content: bytes) -> bytes:
    """`content` after one accident."""
    at = draw.randrange(len(content) + 1)
    accidents: tuple[Callable[[], bytes], ...] = (
        lambda: content,
        lambda: content[:at],
        lambda: b"",
        lambda: content[:at] + draw.randbytes(20) + content[at:],
        lambda: content[:at] + b"\0" * 5 + content[at:],
        lambda: content.replace(b"\n", b"\r"),
        lambda: content.replace(b"\n", b"\r\n", 3),
        lambda: b"\xef\xbb\xbf" + content,
        lambda: content.decode("utf-8", "replace").encode("utf-16"),
        lambda: content + b'"',
        lambda: content[:at] + b'"' + content[at:],
        lambda: content + b"x" * 200_000 + b"\n",
        lambda: content + content[: content.find(b"\n") + 1] + content,
        lambda: content[content.find(b"\n") + 1 :],
        lambda: b"\n \n" + content,
        lambda: b"a," * 3_000 + b"a\n" + content,
        lambda: draw.randbytes(300),
        lambda: content[:at] + DEEP.encode() + content[at:],
        lambda: content + b"".join(b'{"k%d": 1}\n' % i for i in range(2_500)),
        lambda: b"[" + content + b"]",
    )
    return one_of(draw, accidents)()


def packed(draw: Draw, content: bytes) -> tuple[str, bytes]:
    """A suffix and `content` in it, at times cut off, not packed at all, or a bomb."""
    ways: tuple[Callable[[], tuple[str, bytes]], ...] = (
        *(lambda: ("", content),) * 4,
        lambda: (".gz", gzip.compress(content)),
        lambda: (".xz", lzma.compress(content)),
        lambda: (".gz", gzip.compress(content * 20)[:-30]),
        lambda: (".xz", lzma.compress(content * 20)[:90]),
        lambda: (".gz", content),
        lambda: (".xz", content),
        lambda: (".GZ", gzip.compress(content) + b"tail"),
        lambda: (".gz", gzip.compress(b"x" * (70 * 2**20), 1)),
    )
    return one_of(draw, ways if draw.random() < 0.95 else ways[:-1])()


def parquet(draw: Draw, path: Path) -> None:
    """A Parquet file that is not what it says."""
    rows = pairs()
    texts, labels = [row[0] for row in rows], [int(row[1] == "good") for row in rows]
    said: Any = one_of(
        draw,
        (
            *(
                b"",
                b"{",
                b"null",
                b"[]",
                b"3",
                b'{"info": 3}',
                b'{"info": {"features": [1]}}',
                b"\xff\xfe",
                DEEP.encode(),
            ),
            *(b'{"info": {"features": {"label": 3}}}', b'{"info": {"features": {"label": {"names": 3}}}}'),
            *(
                b'{"info": {"features": {"label": {"names": ["only"]}}}}',
                b'{"info": {"features": {"label": {"names": {}}}}}',
            ),
            *(
                b'{"info": {"features": {"text": {"names": ["a", "b"]}}}}',
                b'{"info": {"features": {"label": {"feature": []}}}}',
            ),
            b'{"info": {"features": {"label": {"feature": {"names": ["a", "b"]}}}}}',
        ),
    )
    tables: tuple[Callable[[], pa.Table], ...] = (
        lambda: pa.table({"text": texts, "label": labels}).replace_schema_metadata({b"huggingface": said}),
        lambda: pa.Table.from_arrays([pa.array(texts), pa.array(labels)], names=["text", "text"]),
        lambda: pa.table({"text": [t.encode() + b"\xff" for t in texts], "label": labels}),
        lambda: pa.table({"text": pa.array([b"\xff"] * 24).cast(pa.binary()).view(pa.string()), "label": labels}),
        lambda: pa.table({"text": texts, "label": pa.array([2**62] * 24, pa.timestamp("ns"))}),
        lambda: pa.table({"text": texts, "label": pa.array([-(2**62), 1] * 12, pa.timestamp("us"))}),
        lambda: pa.table({"text": texts, "label": pa.array([{"a": i} for i in range(24)])}),
        lambda: pa.table({"text": [[t] for t in texts], "label": labels}),
        lambda: pa.table({}),
        lambda: pa.table({"text": texts, "label": labels}).slice(0, 0),
        lambda: pa.table({"text": pa.nulls(24), "label": pa.nulls(24)}),
        lambda: pa.table({"text": ["x"] * 20_000, "label": [1] * 20_000}),
    )
    pq.write_table(one_of(draw, tables)(), path)
    if draw.random() < 0.3:
        path.write_bytes(damaged(draw, path.read_bytes()))


SUFFIXES = (".csv", ".tsv", ".jsonl", ".json", ".conll", ".ndjson", ".tab", ".parquet", ".txt", "")


def a_file(draw: Draw, world: World) -> Path:
    """A file with something wrong in it."""
    suffix = one_of(draw, SUFFIXES)
    if suffix == ".parquet" and draw.random() < 0.9:
        parquet(draw, world.folder / "rows.parquet")
        return world.folder / "rows.parquet"
    lines = suffix in (".jsonl", ".ndjson", ".json")
    rows = spoilt_rows(draw, (*CELLS, *TEXTS) if lines else TEXTS)
    content = as_lines(rows) if lines else as_table(rows, "\t" if suffix in (".tsv", ".tab", ".conll") else ",")
    if draw.random() < 0.6:
        content = damaged(draw, content)
    more, content = packed(draw, content)
    path = world.folder / f"rows{suffix}{more}"
    path.write_bytes(content)
    return path


def a_place(draw: Draw, world: World) -> Path | str:
    """What is no readable file at all."""
    folder = world.folder
    path = folder / f"odd{one_of(draw, ('.csv', '.jsonl', '.parquet', '.csv.gz', ''))}"

    def pipe() -> Path:
        os.mkfifo(path)
        return path

    def link(to: str) -> Path:
        path.symlink_to(to)
        return path

    def inside() -> Path:
        path.mkdir()
        return path

    def listening() -> Path:
        with socket.socket(socket.AF_UNIX) as made:
            here = Path.cwd()
            os.chdir(folder)  # the name of a socket has 108 characters at most
            try:
                made.bind(path.name)
            finally:
                os.chdir(here)
        return path

    places: tuple[Callable[[], Path | str], ...] = (
        *(pipe, inside, listening, lambda: link("/dev/zero"), lambda: link("nowhere"), lambda: link(path.name)),
        *(
            lambda: "/dev/zero",
            lambda: "/dev/stdin",
            lambda: "-",
            lambda: "",
            lambda: " ",
            lambda: "~nobody-here/a.csv",
        ),
        *(lambda: folder / ("x" * 300 + ".csv"), lambda: folder / ("x/" * 3_000 + "a.csv"), lambda: "caf\udce9.csv"),
        *(
            lambda: path / "a.csv",
            lambda: "/proc/self/mem",
            lambda: "/proc/1/environ.csv",
            lambda: ".",
            lambda: "a/b:c",
        ),
    )
    return one_of(draw, places)()


def shards(draw: Draw, world: World) -> Path:
    """A folder of parts, some of which are missing, twice there or no parts."""
    inner = world.folder / "set" / one_of(draw, ("", "data", "train", "plain", "a/b/c/d/e"))
    inner.mkdir(parents=True)
    total = 1 + draw.randrange(4)
    name = one_of(draw, ("train", "rows", "test", "train-test", "-"))
    for part in range(total + draw.randrange(2)):
        if draw.random() < 0.8:
            suffix = one_of(draw, (".csv", ".csv", ".csv.gz", ".jsonl"))
            content = (
                as_lines(spoilt_rows(draw, CELLS)) if suffix == ".jsonl" else as_table(spoilt_rows(draw, TEXTS), ",")
            )
            said = total if draw.random() < 0.9 else one_of(draw, (0, 99, 999_999_999))
            target = inner / f"{name}-{part:05}-of-{said:05}{suffix}"
            target.write_bytes(gzip.compress(content) if suffix.endswith("gz") else content)
    if draw.random() < 0.3:
        (inner / one_of(draw, ("train.csv", "train.csv.gz", "validation.csv", "x.txt"))).write_bytes(
            b"text,label\na,b\n"
        )
    return world.folder / "set"


# What is asked


TASKS = ("text-classification", "multi-label-classification", "text-regression", "token-classification")


def fit_words(world: World, data: object, *more: object) -> Words:
    where = ["--model", world.model, "--cache-dir", world.folder / "cache", "--output-dir", world.folder / "run"]
    return ["fit", data, *where, "--routes", "baseline", "--offline", "--dry-run", *more]


def used(draw: Draw, world: World, data: object) -> Words:
    """A command that reads `data`."""
    output = world.folder / one_of(draw, ("out.csv", "out.jsonl"))
    ways: tuple[Words, ...] = (
        *(fit_words(world, data), fit_words(world, data, "--task", one_of(draw, TASKS))),
        fit_words(world, world.folder / "good.csv", one_of(draw, ("--test", "--validation", "--unlabelled")), data),
        fit_words(world, data, "--label", one_of(draw, ("", "no", "label ", "x\ud800"))),
        ["predict", world.run, data, "--output", output],
        ["evaluate", world.run, data],
    )
    return one_of(draw, ways)


def with_file(draw: Draw, world: World) -> Words:
    return used(draw, world, a_file(draw, world))


def with_place(draw: Draw, world: World) -> Words:
    place = a_place(draw, world)
    ways: tuple[Callable[[], Words], ...] = (
        *(lambda: used(draw, world, place),) * 3,
        lambda: fit_words(
            world, world.folder / "good.csv", one_of(draw, ("--model", "--output-dir", "--cache-dir")), place
        ),
        lambda: fit_words(world, world.folder / "good.csv", "--config", place),
        lambda: [one_of(draw, ("predict", "evaluate")), place, world.folder / "good.csv"],
        lambda: ["compare", place, world.run],
        lambda: ["fit", "--resume", "--dry-run", "--output-dir", place],
    )
    return one_of(draw, ways)()


def with_shards(draw: Draw, world: World) -> Words:
    return fit_words(world, shards(draw, world))


def numeric_flags() -> list[str]:
    fields = {**RunConfig.model_fields, **DataConfig.model_fields}
    return [f"--{name.replace('_', '-')}" for name, field in fields.items() if field.annotation is not bool]


def with_option(draw: Draw, world: World) -> Words:
    """An absurd value for some option of some route, or flag."""
    value, good = one_of(draw, NUMBERS), world.folder / "good.csv"
    if draw.random() < 0.25:
        return fit_words(world, good, one_of(draw, numeric_flags()), value)
    if draw.random() < 0.2:
        name = one_of(draw, [*GenerationConfig.model_fields])
        return fit_words(world, good, "--generation", f"{name}={value}")
    if draw.random() < 0.05:
        return ["predict", world.run, good, "--batch-size", value]
    route = one_of(draw, of_routes.names())
    options = of_routes.get(route).Options
    setting = f"{route}.{one_of(draw, [*options.model_fields, 'x', ''])}={value}"
    return fit_words(world, good, "--routes", route, "--set", setting)


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
DOCUMENTS = (
    *(
        "",
        "x",
        "3",
        "[]",
        "{}",
        "data:",
        "data: []",
        "data: 3",
        "data: null",
        "data: {path: 3}",
        "data: {path: [x]}",
        LAUGHS,
    ),
    *(
        "data: x.csv\ndata: y.csv",
        "data: x.csv\ngeneration: []",
        "data: x.csv\ngeneration: 3",
        "data: x\nroutes: 3",
        "\t",
    ),
    *(
        "data: x\nroutes: {full: 3}",
        "data: x\nroutes: [[full]]",
        "data: x\nroutes: {3: 4}",
        "data: x\nroutes: [null]",
        "a: b: c",
    ),
    *(
        "data: x\nroutes: {full: {1: 2}}",
        "data: x\nseed: 010",
        "data: x\nseed: no",
        "data: x\nseed: 2020-01-01",
        "? [a]\n: b",
    ),
    *(
        "data: {path: x.csv, label: no}",
        "data: {path: x.csv, label: 2020}",
        "1: x",
        "null: x",
        "!!python/object:os.system x",
    ),
    *(
        "data: !!binary x",
        "data: !!int x",
        "data: !!set {x}",
        "--- a\n--- b",
        "\ufeffdata: x.csv",
        '"\\ud800": x',
        "%TAG ! x",
    ),
    *(
        'data: "a\\0"',
        'data: "\\ud800"',
        "&a [*a]",
        "*a",
        "data: &a {path: *a}",
        "<<: 3",
        "<<: [1]",
        "data: x\n<<: {data: y}",
    ),
    *(
        "[" * 2_000,
        "{a: " * 2_000,
        "- " * 2_000,
        "data: x\nmax_length: .inf",
        "data: x\nseeds: " + "9" * 5_000,
        "x: y\n" * 20_000,
    ),
    *(
        "data: x\nauto: {full: 3}",
        "data: x\nroutes: {auto: {full: 3}}",
        "data: x\noutput_dir: [x]",
        "data: x\noutput_dir: 3",
    ),
    *(
        "data: x\nroutes: [full, full]",
        "data: x\nroutes: {name: [x]}",
        "data: x\nroutes: {name: full, label: [x]}",
        "#" * 300_000,
    ),
)


def with_yaml(draw: Draw, world: World) -> Words:
    path = world.folder / "run.yaml"
    content = one_of(draw, DOCUMENTS).encode("utf-8", "surrogatepass")
    if draw.random() < 0.3:
        content = damaged(draw, content)
    if draw.random() < 0.3:
        name = one_of(draw, [*RunConfig.model_fields])
        content = f"data: good.csv\n{name}: {one_of(draw, NUMBERS)}\n".encode()
    path.write_bytes(content)
    more: Words = one_of(draw, ([], ["--set", "full.epochs=1"], ["--routes", "full"], ["--seed", "3"]))
    where = ["--model", world.model, "--cache-dir", world.folder / "cache", "--output-dir", world.folder / "run"]
    return ["fit", "--config", path, *where, "--offline", "--dry-run", *more]


COMMAND_LINES = {
    "files": with_file,
    "places": with_place,
    "shards": with_shards,
    "options": with_option,
    "yaml": with_yaml,
}


# Python


def a_table(draw: Draw) -> Any:
    """Columns, records or a DataFrame with odd cells or odd names."""
    rows = spoilt_rows(draw, (*PYTHON_CELLS, *TEXTS))
    names = one_of(draw, (None, 0, ("a", "b"), float("nan"), b"x", True, "text", "\ud800"))
    ways: tuple[Callable[[], Any], ...] = (
        lambda: rows,
        lambda: [{**row, names: 1} for row in rows],
        lambda: {name: [row.get(name) for row in rows] for name in rows[0]},
        lambda: {**{name: [row.get(name) for row in rows] for name in rows[0]}, names: [0] * len(rows)},
        lambda: pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype=object) for name in rows[0]}),
        lambda: pd.DataFrame(pairs(), columns=pd.Index([names, "label"], dtype=object)),
        lambda: pd.DataFrame(pairs(), columns=pd.MultiIndex.from_tuples([("text", "a"), ("label", "b")])),
        lambda: pd.DataFrame(pairs(), columns=["text", "text"]),
        lambda: pd.DataFrame({"text": ["a"] * 4, "label": pd.Categorical(["x", None, "y", "x"])}),
        lambda: pd.DataFrame({"text": []}),
        lambda: pd.DataFrame(index=range(5)),
    )
    return one_of(draw, ways)()


class Stop(Exception):  # noqa: N818
    """Nothing is wrong with the input so far: the rest would train."""


def in_python(draw: Draw, world: World) -> Callable[[], Any]:
    """A call of a public function with something odd."""
    odd = one_of(draw, OBJECTS)()
    table = a_table(draw)
    fields = [name for name in (*RunConfig.model_fields, *DataConfig.model_fields) if name not in ("data", "path")]
    one = one_of(draw, fields)
    where = {"model": str(world.model), "routes": ["baseline"], "offline": True}
    where |= {"output_dir": world.folder / "run", "cache_dir": world.folder / "cache"}
    model = transferkit.load(world.run)
    texts, labels = (list(column) for column in zip(*pairs(), strict=True))
    estimator = transferkit.TransferClassifier(route="baseline", cache_dir=world.folder / "cache", offline=True)
    parameter = one_of(draw, sorted(estimator.get_params()))
    ways: tuple[Callable[[], Any], ...] = (
        lambda: transferkit.read(odd),
        lambda: transferkit.read(table),
        lambda: transferkit.load(odd),
        lambda: transferkit.load(world.run, odd),
        lambda: model.predict(odd),
        lambda: model.predict_proba(odd),
        lambda: model.predict([*texts, one_of(draw, PYTHON_CELLS)]),
        lambda: model.evaluate(odd),
        lambda: model.evaluate(table),
        lambda: model.evaluate({"text": texts, "label": labels}, odd),
        lambda: list(model.stream(odd)),
        lambda: list(model.stream(world.folder / "good.csv", odd)),
        lambda: list(model.stream(world.folder / "good.csv", None, odd)),
        lambda: planned(odd, where),
        lambda: planned(table, {**where, "task": one_of(draw, TASKS)}),
        lambda: planned({"text": texts, "label": labels}, {**where, one: odd}),
        lambda: estimator.set_params(**{"model": str(world.model), parameter: odd}).fit(odd, labels),
        lambda: estimator.set_params(model=str(world.model)).fit(odd, labels),
        lambda: estimator.set_params(model=str(world.model)).fit(texts, odd),
        lambda: estimator.set_params(model=str(world.model)).fit(texts[:3], [*labels[:2], one_of(draw, PYTHON_CELLS)]),
    )
    return one_of(draw, ways)


def planned(data: Any, how: dict[str, Any]) -> None:
    """`transferkit.fit` up to where it would train."""
    from unittest.mock import patch

    def stop(*_: Any) -> NoReturn:
        raise Stop

    with patch("transferkit.flow.train_routes", stop), contextlib.suppress(Stop):
        transferkit.fit(data, **how)


# Trying


@contextlib.contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise `HungError` in what takes longer."""

    def hung(*_: Any) -> NoReturn:
        raise HungError

    before = signal.signal(signal.SIGALRM, hung)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def complaint(kind: str, seed: int, world: World) -> str | None:
    """What is wrong with how input `seed` of this kind ends; None if it ends as it should."""
    draw = random.Random(f"{kind} {seed}")
    (world.folder / "good.csv").write_bytes(
        as_table([dict(zip(("text", "label"), p, strict=True)) for p in pairs()], ",")
    )
    try:
        with limited(SECONDS):
            return _in_python(draw, world) if kind == "python" else _on_command_line(COMMAND_LINES[kind](draw, world))
    except HungError:
        return f"{kind} {seed}: took more than {SECONDS} seconds"


def _on_command_line(words: Words) -> str | None:
    said, shown = io.StringIO(), [f"{word!s:.200}" for word in words]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        code = failures.code_of(lambda: app([str(word) for word in words], standalone_mode=False))
    errors = [line for line in said.getvalue().splitlines() if line.startswith("error: ")]
    text = said.getvalue()
    fine = code in ENDS and len(errors) == (code != 0) and "Traceback" not in text and "error: unexpected" not in text
    short = all(len(line) <= LONGEST for line in errors)
    return None if fine and short else f"{shown!a} ended with {code}: {text[-600:]!a}"


def _in_python(draw: Draw, world: World) -> str | None:
    call = in_python(draw, world)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            call()
    except TransferkitError as error:
        words = str(error)
        return None if words and len(words) <= LONGEST and error.exit_code in ENDS else f"said {words[:300]!a}"
    except Exception as error:
        import traceback

        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {str(error)[:200]!a} at {last.filename}:{last.lineno}"
    return None


KINDS = (*COMMAND_LINES, "python")


def main(count: int, seed: int) -> int:
    """Try `count` inputs and print what is wrong; the number of those that are."""
    import test_bad_inputs

    base = Path(tempfile.mkdtemp(prefix="bad-inputs-"))
    model, run = test_bad_inputs.prepared(base)
    wrong = 0
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        folder = base / f"{number}"
        folder.mkdir()
        os.chdir(folder)
        found = complaint(kind, seed * 1_000_000 + number, World(model, run, folder))
        if found:
            wrong += 1
            print(f"{kind} {seed * 1_000_000 + number}: {found}", flush=True)
    print(f"{wrong} of {count} went wrong")
    return wrong


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]), int(sys.argv[2]))))
