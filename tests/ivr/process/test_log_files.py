"""Logs are begun anew before they fill the disk, while their writers go on."""

import subprocess
import sys
from pathlib import Path

import pytest

from ivr.process import log_files
from ivr.process.log_files import KEPT, bound_log, bound_logs

WRITER = """
import sys
log = open(sys.argv[1], "ab", buffering=0)
for number in range(20_000):
    log.write(b"%06d\\n" % number)
"""


@pytest.fixture(autouse=True)
def limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_files, "LOG_LIMIT", 50)


def test_a_log_that_is_too_long_becomes_an_older_log(tmp_path: Path) -> None:
    log = tmp_path / "asterisk" / "messages"
    log.parent.mkdir()
    (tmp_path / "short.log").write_text("short")
    for turn in range(1, KEPT + 3):
        log.write_text(f"{turn}" * 100)
        bound_logs(tmp_path)
    assert log.read_text() == ""
    older = [log.with_name(f"messages.{number}").read_text()[0] for number in range(1, KEPT + 1)]
    assert older == ["5", "4", "3"]
    assert sorted(path.name for path in log.parent.iterdir()) == ["messages", "messages.1", "messages.2", "messages.3"]
    assert (tmp_path / "short.log").read_text() == "short"


def test_a_writer_goes_on_in_the_shortened_file_and_no_line_comes_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "LOG_LIMIT", 20_000)
    log = tmp_path / "worker.log"
    log.touch()
    with subprocess.Popen([sys.executable, "-c", WRITER, str(log)]) as writer:
        while writer.poll() is None:
            bound_log(log)
    with log.open("ab") as last:
        last.write(b"last\n")
    assert log.read_bytes().endswith(b"last\n")
    assert b"\0" not in log.read_bytes(), "a writer that does not append would leave a hole"
    kept = [line for path in tmp_path.iterdir() for line in path.read_bytes().split()]
    assert len(kept) == len(set(kept)) > 1
    assert len(list(tmp_path.iterdir())) <= 1 + KEPT


def test_a_log_that_cannot_be_kept_is_begun_anew_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(log_files.shutil, "copyfile", full)
    log = tmp_path / "agi.log"
    log.write_text("x" * 100)
    bound_log(log)
    assert [path.name for path in tmp_path.iterdir()] == ["agi.log"]
    assert log.read_text() == ""
