"""The set-up scripts on folders of their own: idempotent, kind in what they say, no archive's address in them."""

import os
import re
import shutil
import subprocess
import tomllib
from contextlib import suppress
from importlib.metadata import entry_points
from pathlib import Path

import psutil
import pytest

from ivr.asterisk.install import cached_root
from ivr.testing import need

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / ".setup").glob("*.sh"))


def run(script: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(script), *arguments],
        env={**os.environ, "TONGDAI_LANGUAGE": "en", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The set-up scripts alone, in a checkout of their own."""
    shutil.copytree(ROOT / ".setup", tmp_path / "checkout" / ".setup")
    return tmp_path / "checkout"


def fake(folder: Path, name: str, body: str) -> None:
    """A program that stands in front of the real one on PATH."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_script_parses_and_names_no_archive(script: Path) -> None:
    subprocess.run(["bash", "-n", script], check=True)
    assert not re.search(r"(https?|ftp)://", script.read_text())


def test_every_line_a_person_sees_is_said_in_both_languages() -> None:
    for script in SCRIPTS:
        text = script.read_text().replace("\\\n", " ")
        for call in re.findall(r"^\s*(?:\|\| |&& )?(?:say|warn|fail) (.*)$", text, re.MULTILINE):
            assert len(re.findall(r'"(?:[^"\\]|\\.)*"', call)) >= 2, f"{script.name}: {call}"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("debian.sources", "Types: deb\nURIs: {m}\nSuites: bookworm\n", True),
        ("debian.sources", "Enabled: no\nTypes: deb\nURIs: {m}\nSuites: bookworm\n", False),
        ("sources.list", "# deb {m} bookworm main\ndeb [signed-by=/k.gpg] {m} bookworm main\n", True),
        ("sources.list", "# nothing\n", False),
    ],
)
def test_the_mirror_is_read_from_apts_own_files(checkout: Path, name: str, content: str, expected: bool) -> None:
    apt = checkout / "apt"
    (apt / "sources.list.d").mkdir(parents=True)
    mirror = "http://mirror.example/debian"
    place = apt / name if name == "sources.list" else apt / "sources.list.d" / name
    place.write_text(content.format(m=mirror))
    script = (checkout / ".setup" / "asterisk.sh").read_text().replace("/etc/apt", str(apt))
    function = script[script.index("mirror() {") : script.index("# smoke ROOT")]
    done = subprocess.run(["bash", "-c", f"{function}\nmirror"], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == (mirror if expected else "")


def test_a_good_root_costs_neither_time_nor_network(checkout: Path, tmp_path: Path) -> None:
    root = tmp_path / "cache/tongdai-1022/asterisk/current"
    (root / "usr/lib/x86_64-linux-gnu").mkdir(parents=True)
    fake(root / "usr/lib64", "ld-linux-x86-64.so.2", "echo Asterisk 22.1.0")
    fake(tmp_path / "bin", "mmdebstrap", "echo called > " + str(tmp_path / "called"))
    done = run(
        checkout / ".setup/asterisk.sh",
        XDG_CACHE_HOME=str(tmp_path / "cache"),
        PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        TONGDAI_ASTROOT="",
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / "called").exists()


def test_a_newer_root_that_cannot_be_had_keeps_the_last_good_one(checkout: Path, tmp_path: Path) -> None:
    root = tmp_path / "cache/tongdai-1022/asterisk/current"
    (root / "usr/lib/x86_64-linux-gnu").mkdir(parents=True)
    fake(root / "usr/lib64", "ld-linux-x86-64.so.2", "echo Asterisk 22.1.0")
    fake(tmp_path / "bin", "mmdebstrap", "echo no route >&2; exit 1")
    done = run(
        checkout / ".setup/asterisk.sh",
        "refresh",
        XDG_CACHE_HOME=str(tmp_path / "cache"),
        PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        TONGDAI_DEBIAN_MIRROR="http://mirror.example/debian",
        TONGDAI_ASTROOT="",
    )
    assert done.returncode == 0
    assert "The present one is kept" in done.stderr
    assert root.exists()


def test_without_network_and_without_a_root_one_line_says_what_to_do(checkout: Path, tmp_path: Path) -> None:
    fake(tmp_path / "bin", "mmdebstrap", "exit 1")
    done = run(
        checkout / ".setup/asterisk.sh",
        XDG_CACHE_HOME=str(tmp_path / "cache"),
        PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        TONGDAI_DEBIAN_MIRROR="http://mirror.example/debian",
        TONGDAI_ASTROOT="",
    )
    assert done.returncode == 1
    assert "TONGDAI_ASTROOT" in done.stderr.splitlines()[-1]
    assert list((tmp_path / "cache/tongdai-1022/asterisk").iterdir()) == []


def test_a_named_root_that_does_not_run_is_said(checkout: Path, tmp_path: Path) -> None:
    done = run(checkout / ".setup/asterisk.sh", TONGDAI_ASTROOT=str(tmp_path))
    assert done.returncode == 1
    assert str(tmp_path) in done.stderr


def test_an_installed_asterisk_is_used_instead(checkout: Path, tmp_path: Path) -> None:
    fake(tmp_path / "bin", "asterisk", "echo Asterisk 20.5.0")
    fake(tmp_path / "bin", "mmdebstrap", "exit 1")
    done = run(
        checkout / ".setup/asterisk.sh",
        XDG_CACHE_HOME=str(tmp_path / "cache"),
        PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        TONGDAI_ASTROOT="",
    )
    assert done.returncode == 0
    assert "20.5.0 (installed)" in done.stdout


def test_missing_packages_are_named_in_one_line_where_we_may_not_install(checkout: Path, tmp_path: Path) -> None:
    fake(tmp_path / "bin", "dpkg-query", "exit 1")
    fake(tmp_path / "bin", "id", "echo 1000")
    fake(tmp_path / "bin", "sudo", "exit 1")
    done = run(checkout / ".setup/system.sh", "run", PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    assert done.returncode == 1
    assert re.search(r"sudo apt-get install .*espeak-ng.*sox", done.stderr.splitlines()[-1])


def test_packages_for_tests_are_a_remark_but_in_ci_a_failure(checkout: Path, tmp_path: Path) -> None:
    fake(tmp_path / "bin", "dpkg-query", 'case "$*" in *chromium*) exit 1;; *) echo "ii ";; esac')
    fake(tmp_path / "bin", "id", "echo 1000")
    fake(tmp_path / "bin", "sudo", "exit 1")
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    remark = run(checkout / ".setup/system.sh", "test", PATH=path, CI="")
    assert remark.returncode == 0
    assert "chromium" in remark.stderr
    failure = run(checkout / ".setup/system.sh", "test", PATH=path, CI="true")
    assert failure.returncode == 1
    assert "chromium" in failure.stderr


def test_a_venv_that_stands_costs_nothing_and_a_changed_pin_is_installed(checkout: Path, tmp_path: Path) -> None:
    (checkout / "pyproject.toml").write_text("[project]")
    (checkout / "constraints.txt").write_text("a==1")
    calls = tmp_path / "calls"
    fake(tmp_path / "bin", "python3", f'echo "$@" >> {calls}')
    venv = checkout / ".venv/bin"
    venv.mkdir(parents=True)
    fake(venv, "python", f'echo "$@" >> {calls}')
    fake(venv, "tongdai", "true")
    script = checkout / ".setup/venv.sh"
    first = run(script, "dev")
    assert first.returncode == 0, first.stderr
    assert "-m pip install" in calls.read_text()
    assert "-c constraints.txt -e .[dev]" in calls.read_text()
    calls.unlink()
    assert run(script, "dev").stdout == ""
    assert run(script, "run").stdout == "", "what the tests have is enough to run"
    assert not calls.exists()
    (checkout / "constraints.txt").write_text("a==2")
    assert run(script, "run").returncode == 0
    assert "-e ." in calls.read_text()


def test_the_browser_assets_are_built_once(checkout: Path, tmp_path: Path) -> None:
    web = checkout / "console/web"
    web.mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "main.js"):
        (web / name).write_text("{}")
    calls = tmp_path / "calls"
    fake(tmp_path / "bin", "npm", f'echo "$@" >> {calls}; mkdir -p {web}/node_modules {checkout}/console/static/dist')
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    script = checkout / ".setup/web.sh"
    assert run(script, PATH=path).returncode == 0
    assert [line.split()[2] for line in calls.read_text().splitlines()] == ["ci", "run"]
    calls.unlink()
    run(script, PATH=path)
    assert not calls.exists()
    (web / "main.js").write_text("changed")
    run(script, PATH=path)
    assert [line.split()[2] for line in calls.read_text().splitlines()] == ["run"], "no package is fetched again"


def test_ci_ends_with_pytests_summary_and_makes_status(checkout: Path) -> None:
    (checkout / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", checkout / ".ci/run")
    summary = "=== 1 failed, 3 passed, 1 skipped in 2.10s ==="
    (checkout / "Makefile").write_text(f"test:\n\t@test \"$$CI\" = true\n\t@echo '{summary}'; echo later; exit 3\n")
    done = run(checkout / ".ci/run")
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1] == summary
    (checkout / "Makefile").write_text("test:\n\t@exit 1\n")
    assert run(checkout / ".ci/run").stdout.splitlines()[-1].startswith("make test ended before the tests")


def test_the_slowest_tests_are_listed_and_more_run_than_there_are_cores() -> None:
    words = subprocess.run(["make", "-n", "test"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (line,) = [line for line in words.splitlines() if "-m pytest" in line]
    assert "--durations=10 " in line
    found = re.search(r" -n (\d+) ", line)
    assert found is not None
    assert 1 < int(found[1]) <= 8


def test_every_unit_runs_a_registered_subcommand() -> None:
    commands = {entry.name for entry in entry_points(group="tongdai.commands")}
    units = sorted((ROOT / "config/systemd").glob("*.service"))
    assert len(units) == 6
    for unit in units:
        for command in re.findall(
            r"^ExecStart=-?/opt/tongdai/\.venv/bin/tongdai (\S+)", unit.read_text(), re.MULTILINE
        ):
            assert command in commands, f"{unit.name}: tongdai {command}"
    wanted = re.search(r"^Wants=(.*)$", (ROOT / "config/systemd/tongdai.target").read_text(), re.MULTILINE)
    assert wanted is not None
    assert {name.replace("@1", "@") for name in wanted[1].split()} == {unit.name for unit in units}


def test_every_pinned_version_is_one_a_dependency_may_have() -> None:
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in (ROOT / "constraints.txt").read_text().split()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[<>=\[ ]", requirement)[0].lower().replace("_", "-") for requirement in named}
    assert names <= pinned, f"not pinned in constraints.txt: {sorted(names - pinned)}"


@pytest.mark.asterisk
def test_the_smoke_test_records_a_changing_stream_and_leaves_no_asterisk_behind(checkout: Path) -> None:
    root = cached_root()
    need(root.exists(), "no unpacked Asterisk: run `make asterisk`")
    script = (checkout / ".setup/asterisk.sh").read_text()
    functions = script[script.index("# words_of ROOT") : script.index("unpack() {")]
    words = ["bash", "-c", f"set -eu\n{functions}\nsmoke {root.resolve()} && echo passed"]
    ends = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, start_new_session=True, cwd=checkout, **ends) as done:
        said, complained = done.communicate(timeout=240)
    assert said == "passed\n", complained
    assert [pid for pid in psutil.pids() if session_of(pid) == done.pid] == []


def session_of(pid: int) -> int | None:
    with suppress(OSError):
        return os.getsid(pid)
    return None
