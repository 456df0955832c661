import io
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

from sources.tiny_sources import contents
from transferkit import sources
from transferkit.errors import ConfigError, ResourceError, SourceError
from transferkit.sources import address, archive, pip_download, store, wheel
from transferkit.sources.source import Request, UnreachableError


def leftovers(cache: Path) -> list[str]:
    return sorted(path.name for path in (cache / "sources").glob("*") if path.suffix not in (".lock", ".json"))


def test_an_address_is_taken_apart() -> None:
    first, second = address.parse(f"wheel://a-b==1.0/x/y#sha256={'AB' * 32};wheel://c==2.0rc1+local")
    assert (first.requirement, first.path, first.sha256) == ("a-b==1.0", "x/y", "ab" * 32)
    assert (second.requirement, second.path, second.sha256) == ("c==2.0rc1+local", "", None)


@pytest.mark.parametrize("bad", ["wheel://a", "wheel://--index==1/x", "wheel://a==1/../x", "wheel://a==1/x#sha256=12"])
def test_a_malformed_address_is_explained(bad: str, cache: Path) -> None:
    with pytest.raises(ConfigError, match=r"wheel address|\.\."):
        sources.load(bad, cache_dir=cache)


def test_a_model_comes_out_of_a_wheel_and_stays(bert: Path, make_wheel, index: Path, cache: Path) -> None:
    digest = make_wheel("tiny-model", {**contents(bert, "tiny/model"), "tiny/__init__.py": b"raise SystemExit"})
    name = f"wheel://tiny-model==1.0/tiny/model#sha256={digest}"
    backbone = sources.load(name, cache_dir=cache)
    assert backbone.layers == 2 and backbone.folder.is_relative_to(cache)
    (index / "tiny_model-1.0-py3-none-any.whl").unlink()
    assert sources.load(name, cache_dir=cache, offline=True) == backbone
    assert len(leftovers(cache)) == 1


def test_the_path_may_be_left_out(bert: Path, make_wheel, cache: Path) -> None:
    make_wheel("tiny-model", {**contents(bert, "tiny/model"), "tiny/__init__.py": b""})
    assert sources.load("wheel://tiny-model==1.0", cache_dir=cache).folder.name == "model"


def test_a_wrong_sum_is_refused_and_leaves_nothing(make_wheel, cache: Path) -> None:
    found = make_wheel("tiny-model", {"x.csv": b"a"})
    with pytest.raises(SourceError, match=f"expected sha256 {'0' * 64}, found {found}"):
        wheel.unpack(f"wheel://tiny-model==1.0/x.csv#sha256={'0' * 64}", Request(cache))
    assert leftovers(cache) == []


def test_parts_are_joined(bert: Path, make_wheel, cache: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as file:
        for member, content in contents(bert, "tiny").items():
            file.writestr(member, content)
    cuts = [whole.getvalue()[:9000], whole.getvalue()[9000:20000], whole.getvalue()[20000:]]
    parts = []
    for i, cut in enumerate(cuts, start=1):
        digest = make_wheel(f"tiny-part-{i}", {f"part/model.zip.00{i}": cut})
        parts.append(f"wheel://tiny-part-{i}==1.0/part/model.zip.00{i}#sha256={digest}")
    assert sources.load(";".join(parts), cache_dir=cache).width == 16
    with pytest.raises(SourceError, match="not a readable zip"):
        sources.load(";".join(reversed(parts)), cache_dir=cache)


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_is_explained_however_a_member_is_packed(packed: int, tmp_path: Path) -> None:
    path = tmp_path / "x.whl"
    with zipfile.ZipFile(path, "w", packed) as file:
        file.writestr("a.txt", "hello world " * 500)
    content = bytearray(path.read_bytes())
    start = 30 + len("a.txt") + 9  # after the local header and what LZMA says of itself
    content[start : start + 16] = bytes(0xFF ^ byte for byte in content[start : start + 16])
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"x\.whl is not a readable zip archive"):
        archive.extract(path, "", tmp_path / "out")


@pytest.mark.parametrize("member", ["d/../../evil.txt", "d//etc/evil.txt", "d/..\\evil.txt", "d/C:evil.txt"])
def test_paths_cannot_leave_their_folder(member: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.whl", "w") as file:
        file.writestr(member, "x")
    with pytest.raises(SourceError, match="leaves its folder"):
        archive.extract(tmp_path / "x.whl", "d", tmp_path / "into")
    assert not list(tmp_path.rglob("evil.txt"))


def test_links_are_refused(make_wheel, cache: Path) -> None:
    make_wheel("tiny-model", {"d/a": b"a"}, links={"d/b": "/etc/passwd"})
    with pytest.raises(SourceError, match="links are refused"):
        sources.load("wheel://tiny-model==1.0/d", cache_dir=cache)
    assert leftovers(cache) == []


def test_an_absent_path_and_an_absent_wheel_are_named(make_wheel, cache: Path) -> None:
    make_wheel("tiny-model", {"here/a": b"a"})
    with pytest.raises(SourceError, match=r"holds no 'there'; it holds here, tiny_model-1\.0\.dist-info"):
        sources.load("wheel://tiny-model==1.0/there", cache_dir=cache)
    with pytest.raises(UnreachableError, match="No matching distribution found for tiny-model==2"):
        sources.load("wheel://tiny-model==2/there", cache_dir=cache)


def test_source_archives_are_never_built(index: Path, cache: Path) -> None:
    (index / "tiny-model-1.0.tar.gz").write_bytes(b"")
    with pytest.raises(UnreachableError):
        sources.load("wheel://tiny-model==1.0/x", cache_dir=cache)


@pytest.mark.parametrize("variable", [None, "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_offline_names_the_command(variable, index: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if variable:
        monkeypatch.setenv(variable, "1")
    monkeypatch.setattr(subprocess, "Popen", None)
    with pytest.raises(SourceError, match="transferkit fetch 'wheel://a==1/x'"):
        sources.load("wheel://a==1/x", cache_dir=cache, offline=variable is None)


def test_a_full_disk_is_named(make_wheel, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wheel("tiny-model", {"x.csv": b"a"})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.shutil, "copyfileobj", full)
    with pytest.raises(ResourceError, match=f"no disk space left in {cache}"):
        wheel.unpack("wheel://tiny-model==1.0/x.csv", Request(cache))
    assert leftovers(cache) == []
    with pytest.raises(ResourceError, match=r"needs 2,400,000,000,000 MB"):
        wheel.unpack("wheel://tiny-model==1.0/x.csv", Request(cache), size=10**18)


def test_a_cache_which_is_a_file_is_explained(index: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResourceError, match="cannot write"):
        wheel.unpack("wheel://a==1/x", Request(tmp_path / "file"))


def test_a_full_disk_under_pip_and_a_missing_pip_are_told_apart(tmp_path: Path) -> None:
    full = pip_download._explain("a==1", "ERROR: Could not install: [Errno 28] No space left on device", tmp_path)
    assert isinstance(full, ResourceError)
    assert "ensurepip" in str(pip_download._explain("a==1", "/x/python: No module named pip", tmp_path))


def _fetch(cache: Path) -> str:
    (path,) = wheel.unpack("wheel://tiny-model==1.0/x.csv", Request(cache)).rglob("x.csv")
    return str(path)


def test_two_processes_fetch_once(make_wheel, cache: Path) -> None:
    make_wheel("tiny-model", {"x.csv": b"a" * 100_000})
    with multiprocessing.get_context("fork").Pool(2) as pool:
        first, second = pool.map(_fetch, [cache, cache])
    assert first == second and Path(first).read_bytes() == b"a" * 100_000
    assert len(leftovers(cache)) == 1


@pytest.mark.timeout(300)  # of what waits for the killed process
def test_a_killed_download_leaves_no_half_state(make_wheel, cache: Path) -> None:
    make_wheel("tiny-model", {"x.csv": b"a"})
    script = textwrap.dedent(f"""
        import time
        from pathlib import Path
        from transferkit.sources import archive, wheel
        from transferkit.sources.source import Request
        archive.extract = lambda *_: (print("now", flush=True), time.sleep(60))
        wheel.unpack("wheel://tiny-model==1.0/x.csv", Request(Path({str(cache)!r})))
    """)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"now\n"
        os.kill(process.pid, signal.SIGKILL)
    assert [name for name in leftovers(cache) if name.endswith(".partial")]
    assert Path(_fetch(cache)).read_bytes() == b"a"
    assert not [name for name in leftovers(cache) if name.endswith(".partial")]


def test_a_cached_folder_needs_no_write_access(cache: Path) -> None:
    store.place(cache, "x").mkdir(parents=True)
    assert store.publish(cache, "x", 10**18, lambda scratch: scratch) == store.place(cache, "x")
