"""Which warnings of libraries are shown."""

import logging
import subprocess
import sys
import warnings

import pytest

from transferkit.sources import noise
from transferkit.sources.hush import hushed

NOISE = (
    "\x1b[1mBertModel LOAD REPORT\x1b[0m from: a/model",
    "Token indices sequence length is longer than the specified maximum sequence length for this model (600 > 512)",
)
MATTERS = "NVIDIA GPU with CUDA capability sm_120 is not compatible with the current PyTorch installation"


def test_what_matters_is_warned_of_and_noise_is_not() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with hushed():
            for message in (*NOISE, MATTERS):
                warnings.warn(message, UserWarning, stacklevel=1)
            warnings.warn("`torch_dtype` is deprecated", FutureWarning, stacklevel=1)
            warnings.warn("`torch_dtype` is deprecated", DeprecationWarning, stacklevel=1)
    assert [str(warning.message) for warning in caught] == [MATTERS]


def test_the_same_of_what_transformers_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    handler = logging.Handler()
    monkeypatch.setattr(handler, "emit", lambda record: shown.append(record.getMessage()))
    monkeypatch.setattr(logging.getLogger("transformers"), "handlers", [handler])
    log = logging.getLogger("transformers.modeling_utils")
    with hushed():
        for message in (*NOISE, MATTERS):
            log.warning(message)
    log.warning(NOISE[0])
    assert shown == [MATTERS, NOISE[0]]


def test_what_an_application_logs_itself_is_not_touched(caplog: pytest.LogCaptureFixture) -> None:
    """Transformers hands its records on where CI is set, and applications may ask for that."""
    with caplog.at_level(logging.WARNING), hushed():
        logging.getLogger("mine").warning(NOISE[0])
        record = logging.LogRecord("transformers.modeling_utils", logging.WARNING, "", 0, NOISE[0], (), None)
        logging.getLogger().handle(record)
    assert [(record.name, record.getMessage()) for record in caplog.records] == [("mine", NOISE[0])]


def test_the_command_line_shows_warnings_in_one_line() -> None:
    program = (
        "import warnings; from transferkit.cli import console; console.begin(); "
        f"warnings.warn({MATTERS!r} + '\\n  line two'); warnings.warn({NOISE[1]!r}); "
        "warnings.warn('old', DeprecationWarning)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    (line,) = ended.stderr.splitlines()
    assert line[9:] == f"! <string>: {MATTERS} line two" and ended.stdout == ""


def test_with_debug_nothing_is_hidden() -> None:
    program = (
        f"import warnings; from transferkit.cli import console; console.begin(debug=True); warnings.warn({NOISE[1]!r})"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert NOISE[1] in ended.stderr


def test_known_noise() -> None:
    assert all(map(noise.is_known, NOISE)) and not noise.is_known(MATTERS)
