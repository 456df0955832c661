"""Bad input gets one clear sentence on stderr and the exit code of its kind, never a traceback."""

import errno
import json
import lzma
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, NoReturn

import pytest

from calling import Call, Ended
from transferkit import flow, model
from transferkit.errors import ArtifactError, ConfigError, DataError, ResourceError, SourceError

GOOD_ROWS = "".join(f"{'a good' if i % 2 else 'an awful'} film {i},{'good' if i % 2 else 'bad'}\n" for i in range(40))
HEADER = "text,label\n"


@pytest.fixture
def fails(call: Call, tiny_model: Path, tmp_path: Path) -> Any:
    """Fit on a file with this content; the error it ends with."""

    def run(content: str | bytes, *words: object, name: str = "rows.csv") -> Ended:
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        where = ["--model", tiny_model, "--output-dir", tmp_path / "run", "--cache-dir", tmp_path / "cache"]
        ended = call("fit", file, *where, "--routes", "baseline", "--offline", "--folds", 0, *words)
        assert "Traceback" not in ended.err and ended.out == ""
        assert not (tmp_path / "run").exists()
        return ended

    return run


BAD_DATA = {
    "a missing column": ("a,b\nx,y\n", ["label", "--label"]),
    "one class only": (HEADER + "".join(f"a film {i},good\n" for i in range(20)), ["two different labels", "'good'"]),
    "all rows empty": (HEADER + " ,good\n,bad\n" * 9, ["18 rows are empty", "'text'"]),
    "no labels at all": (HEADER + "".join(f"film {i},\n" for i in range(20)), ["expected labels", "'label'"]),
    "a row too short": (HEADER + GOOD_ROWS + "only text\n", ["row 41", "fields"]),
    "nothing but a header": (HEADER, ["no rows"]),
}


@pytest.mark.parametrize(("content", "words"), BAD_DATA.values(), ids=list(BAD_DATA))
def test_unusable_rows(fails: Any, content: str, words: list[str]) -> None:
    ended = fails(content)
    assert ended.code == DataError.exit_code, ended.err
    assert [word for word in [*words, "rows.csv"] if word not in ended.error] == []


ODD_CELLS = {
    "a list as label": (
        '{"text": "a film", "label": ["good", "new"]}\n',
        ["row 41", "'label'", "one label", "['good', 'new']"],
    ),
    "a mapping as label": (
        '{"text": "a film", "label": {"good": 1, "bad": 1}}\n',
        ["row 41", "'label'", "one label", "['good', 'bad']"],
    ),
    "a list as text": ('{"text": ["a film"], "label": "good"}\n', ["row 41", "'text'", "expected text", "list"]),
}


@pytest.mark.parametrize(("line", "words"), ODD_CELLS.values(), ids=list(ODD_CELLS))
def test_cells_that_hold_more_than_one_thing(fails: Any, line: str, words: list[str]) -> None:
    rows = [dict(zip(("text", "label"), row.split(","), strict=True)) for row in GOOD_ROWS.splitlines()]
    ended = fails("".join(json.dumps(row) + "\n" for row in rows) + line, name="rows.jsonl")
    assert ended.code == DataError.exit_code
    assert [word for word in [*words, "rows.jsonl"] if word not in ended.error] == []


def test_a_label_for_every_row(fails: Any) -> None:
    ended = fails(HEADER + "".join(f"a film {i},{i / 7}\n" for i in range(30)))
    assert ended.code == DataError.exit_code
    assert "30 different values in 30 rows" in ended.error and "--label" in ended.error


def test_training_rows_that_all_stand_in_test(fails: Any, tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text(HEADER + GOOD_ROWS)
    ended = fails(HEADER + GOOD_ROWS, "--test", tmp_path / "test.csv")
    assert ended.code == DataError.exit_code and "40 training rows also appears in test" in ended.error


@pytest.mark.parametrize("setting", ["full.stop_on=foo", "feature_transfer.pooling=foo", "top_layers.layers=99"])
def test_values_that_cannot_be_are_refused_before_anything_is_trained(fails: Any, setting: str) -> None:
    ended = fails(HEADER + GOOD_ROWS, "--routes", setting.partition(".")[0], "--set", setting)
    assert ended.code == ConfigError.exit_code and setting.partition(".")[2].partition("=")[0] in ended.error


@pytest.mark.parametrize("label", ["../../evil", "/evil", "a/b", ".hidden"])
def test_a_label_stays_in_the_run_folder(call: Call, tmp_path: Path, label: str) -> None:
    (tmp_path / "run.yaml").write_text(f"data: rows.csv\nroutes: [{{full: {{label: {label}}}}}]\n")
    ended = call("fit", "--config", tmp_path / "run.yaml")
    assert ended.code == ConfigError.exit_code and "a letter or digit first" in ended.error


def test_run_folders_that_cannot_be(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = call("fit", tmp_path / "none.csv", "--output-dir", tmp_path / "file" / "run")
    assert ended.code == ConfigError.exit_code and "found the file" in ended.error


def test_misspelt_settings_are_told_what_there_is(call: Call, tmp_path: Path) -> None:
    for words, there in (("bogus: 1\ndata: x.csv", "long_texts"), ("data: {path: x.csv, lable: y}", "text_pair")):
        (tmp_path / "run.yaml").write_text(words)
        ended = call("fit", "--config", tmp_path / "run.yaml")
        assert ended.code == ConfigError.exit_code and there in ended.error


def test_labels_that_a_model_does_not_know(call: Call, finished: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("text,label\na film,mediocre\n")
    ended = call("evaluate", finished, tmp_path / "new.csv")
    assert ended.code == DataError.exit_code
    assert [word for word in ("new.csv", "row 1", "'label'", "'mediocre'", "rename") if word not in ended.error] == []


def test_a_second_text_that_no_model_reads(call: Call, finished: Path, small_file: Path) -> None:
    ended = call("predict", finished, small_file, "--text-pair", "label")
    assert ended.code == ConfigError.exit_code and "single texts" in ended.error


def test_nothing_to_compare_with(call: Call, finished: Path) -> None:
    ended = call("compare", finished, "nowhere")
    assert ended.code == ArtifactError.exit_code and "no such folder" in ended.error


def test_no_command_shows_the_help(call: Call) -> None:
    ended = call()
    assert ended.code == 2 and "error" not in ended.err and len(ended.err.splitlines()) > 10


def test_labels_that_differ_between_splits(fails: Any, tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text(HEADER + "a film,good\na play,mediocre\n")
    ended = fails(HEADER + GOOD_ROWS, "--test", tmp_path / "test.csv")
    assert ended.code == DataError.exit_code
    assert "'mediocre'" in ended.error and "labels differ" in ended.error


def test_a_line_of_200_megabytes_is_refused_unread(fails: Any, tmp_path: Path) -> None:
    ended = fails(HEADER.encode() + GOOD_ROWS.encode() + b"x" * (200 * 2**20))
    assert ended.code == DataError.exit_code
    assert "rows.csv" in ended.error and "MiB" in ended.error and len(ended.error) < 400


def test_a_truncated_archive(fails: Any) -> None:
    packed = lzma.compress((HEADER + GOOD_ROWS * 50).encode())
    ended = fails(packed[: len(packed) // 2], name="rows.csv.xz")
    assert ended.code == DataError.exit_code
    assert "truncated" in ended.error and "rows.csv.xz" in ended.error


def test_a_file_that_is_not_there(call: Call) -> None:
    for name in ("nowhere.csv", "no/where.csv"):
        ended = call("fit", name)
        assert (ended.code, name in ended.error) == (DataError.exit_code, True)


def test_a_class_with_one_row_and_broken_bytes_do_not_stop_a_run(
    call: Call, tiny_model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes((HEADER + GOOD_ROWS + "lone,odd\n").encode() + b"caf\xe9 film,good\n")
    where = ["--model", tiny_model, "--output-dir", tmp_path / "run", "--cache-dir", tmp_path / "cache"]
    ended = call("fit", file, *where, "--routes", "feature_transfer", "--offline")
    assert ended.code == 0, ended.err
    assert "rare-labels: " in caplog.text and "'odd'" in caplog.text
    assert "encoding: " in caplog.text and "row 42" in caplog.text and "findings   4 warnings" in ended.out


BAD_REQUESTS = {
    "an unknown route": (["--routes", "ful"], "unknown route 'ful'; did you mean 'full'? expected one of "),
    "no route": (["--routes", ""], "error: routes: expected at least one route; leave routes out to have them chosen"),
    "an unknown option": (["--set", "baseline.strengt=[1]"], "strengt"),
    "an option out of range": (["--set", "baseline.strengths=[]"], "strengths"),
    "an option for other tasks": (
        ["--routes", "feature_transfer", "--set", "feature_transfer.encoder=x"],
        "feature_transfer.encoder: where texts are",
    ),
    "an unknown task": (["--task", "text-classificaton"], "did you mean 'text-classification'?"),
    "a window the model does not have": (["--max-length", "4096"], "at most 64 tokens"),
    "a negative seed": (["--seed", "-1"], "seed"),
}


@pytest.mark.parametrize(("words", "said"), BAD_REQUESTS.values(), ids=list(BAD_REQUESTS))
def test_requests_that_make_no_sense(fails: Any, words: list[str], said: str) -> None:
    ended = fails(HEADER + GOOD_ROWS, *words)
    assert ended.code == ConfigError.exit_code, ended.err
    assert said in ended.error


def test_a_file_in_place_of_a_model(fails: Any) -> None:
    ended = fails(HEADER + GOOD_ROWS, "--model", __file__)
    assert ended.code == SourceError.exit_code and "is a file; expected the folder of a model" in ended.error


@pytest.mark.parametrize(
    ("words", "said"), [(["fitt"], "fitt"), (["fit", "--modle", "x"], "--modle"), (["fit"], "DATA")]
)
def test_words_that_are_no_command(call: Call, words: list[str], said: str) -> None:
    ended = call(*words)
    assert (ended.code, said in ended.error) == (ConfigError.exit_code, True)
    assert ended.err.count("\n") == 1


def test_offline_names_the_command_that_fetches_and_opens_no_socket(
    call: Call, small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any) -> NoReturn:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for data, name, fetch in (
        (small_file, "all-mpnet-base-v2", "transferkit fetch 'all-mpnet-base-v2'"),
        ("trec", "m", "transferkit fetch 'trec'"),
        ("nobody/nothing", "m", "transferkit fetch --data nobody/nothing"),
    ):
        ended = call("fit", data, "--model", name, "--offline", "--cache-dir", tmp_path, "--output-dir", tmp_path / "r")
        assert ended.code == SourceError.exit_code, ended.err
        assert fetch in ended.error


def test_a_wheel_with_another_sum(
    call: Call, small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with zipfile.ZipFile(tmp_path / "some_model-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("some_model/config.json", "{}")
        wheel.writestr("some_model-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: some-model\nVersion: 1.0\n")
        wheel.writestr("some_model-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("some_model-1.0.dist-info/RECORD", "")
    address = f"wheel://some-model==1.0/some_model#sha256={'0' * 64}"
    where = ["--cache-dir", tmp_path / "cache", "--output-dir", tmp_path / "run"]
    ended = call("fit", small_file, "--model", address, *where)
    assert ended.code == SourceError.exit_code, ended.err
    assert "expected sha256 0000" in ended.error


@pytest.mark.parametrize("route", ["baseline", "feature_transfer"])
def test_a_damaged_model(call: Call, finished: Path, small_file: Path, tmp_path: Path, route: str) -> None:
    run = shutil.copytree(finished, tmp_path / "run")
    weights = run / "models" / route / "model.safetensors"
    os.truncate(weights, weights.stat().st_size // 2)
    ended = call("predict", run, small_file, "--route", route)
    assert (ended.code, ended.out) == (ArtifactError.exit_code, ""), ended.err
    assert str(run / "models" / route) in ended.error and "Traceback" not in ended.err


def test_folders_that_are_no_run(call: Call, finished: Path, small_file: Path, tmp_path: Path) -> None:
    assert call("predict", tmp_path / "none", small_file).code == ArtifactError.exit_code
    assert call("predict", tmp_path, small_file).code == ArtifactError.exit_code
    assert call("compare", finished, tmp_path).code == ArtifactError.exit_code
    unknown = call("predict", finished, small_file, "--route", "lora")
    assert unknown.code == ConfigError.exit_code and "baseline, feature_transfer" in unknown.error
    shutil.copytree(finished, tmp_path / "cut")
    (tmp_path / "cut" / "run.json").unlink()
    cut = call("predict", tmp_path / "cut", small_file)
    assert cut.code == ArtifactError.exit_code and "--resume" in cut.error


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/x"), ResourceError.exit_code, "no disk left"),
        (MemoryError(), ResourceError.exit_code, "out of memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), ResourceError.exit_code, "out of memory"),
        (ZeroDivisionError("division by zero"), 1, "unexpected ZeroDivisionError (division by zero)"),
    ],
)
def test_what_nobody_foresaw(
    call: Call,
    finished: Path,
    small_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    raised: Exception,
    code: int,
    said: str,
) -> None:
    def fail(*_args: Any, **_named: Any) -> NoReturn:
        raise raised

    monkeypatch.setattr(model, "load", fail)
    ended = call("predict", finished, small_file)
    assert (ended.code, said in ended.error) == (code, True)
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("most", [3_000, 60_000])
def test_a_disk_that_takes_no_more_is_one_sentence(
    call: Call, tiny_model: Path, small_file: Path, tmp_path: Path, most: int
) -> None:
    """No file may be larger than `most`: of the cache, of weights, and of what torch writes. Then it goes on."""
    where = ["--model", tiny_model, "--output-dir", tmp_path / "run", "--cache-dir", tmp_path / "cache", "--offline"]
    words = [*where, "--routes", "full", "--set", "full.epochs=1", "--quiet"]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        ended = call("fit", small_file, *words)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert ended.code == ResourceError.exit_code, ended.err
    assert "no disk left" in ended.error and "--resume" in ended.error
    assert call("fit", small_file, *words, "--resume").code == 0


def test_answers_that_nobody_has_room_for() -> None:
    with Path("/dev/full").open("w") as disk:
        command = [sys.executable, "-m", "transferkit", "datasets"]
        ended = subprocess.run(command, stdout=disk, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == ResourceError.exit_code and ended.stderr.startswith("error: no disk left")
    assert ended.stderr.count("\n") == 1


def test_ctrl_c_names_the_command_that_goes_on(
    call: Call, small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "a run"

    def stop(*_args: Any, **_named: Any) -> NoReturn:
        run.mkdir()
        (run / "config.yaml").write_text("data: x\n")
        raise KeyboardInterrupt

    monkeypatch.setattr(flow, "finish", stop)
    ended = call("fit", small_file, "--output-dir", run)
    assert ended.code == 130
    assert ended.error.endswith(f"transferkit fit --resume --output-dir '{run}'")


# Reading the rows never ends. Short naps: a signal that comes just before one is noticed after it.
ENDLESS = """
import time
from transferkit import cli, data

def read(*_):
    print("reading", flush=True)
    while True:
        time.sleep(0.05)

data.read_splits = read
cli.main()
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_process_with_one_sentence(tmp_path: Path, sent: signal.Signals) -> None:
    command = [sys.executable, "-c", ENDLESS, "fit", "rows.csv", "--output-dir", str(tmp_path / "r")]
    # A suite started in the background is deaf to Ctrl-C, and so would be what it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    signal.signal(signal.SIGINT, before)
    assert process.stdout is not None and process.stdout.readline() == "reading\n"
    process.send_signal(sent)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[1:] == ["error: stopped before anything was trained; the same command starts again"]


def test_a_traceback_comes_only_with_debug() -> None:
    command = [sys.executable, "-m", "transferkit", "fit"]
    plain, debug = (
        subprocess.run([*command, *more], capture_output=True, text=True, check=False) for more in ([], ["--debug"])
    )
    assert plain.returncode == debug.returncode == ConfigError.exit_code
    assert plain.stderr.count("\n") == 1 and "Traceback" not in plain.stderr
    assert "Traceback" in debug.stderr and debug.stderr.splitlines()[-1] == plain.stderr.strip()


def test_a_student_without_a_model_is_refused_before_anything_is_trained(fails: Any) -> None:
    ended = fails(HEADER + GOOD_ROWS, "--routes", "full,pretrained")
    assert ended.code == ConfigError.exit_code and "route pretrained: model" in ended.error


def test_a_row_in_the_place_of_the_header(fails: Any) -> None:
    ended = fails(GOOD_ROWS)
    assert ended.code == DataError.exit_code
    assert ended.error.rstrip().endswith("put a line with the columns' names above it")
