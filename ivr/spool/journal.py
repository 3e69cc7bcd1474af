"""A call's journal: one JSON line at its start, per visited node and at its end; outlives our process."""

import errno
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog

from ivr.errors import TongdaiError
from ivr.model.calls import EndReason
from ivr.model.journal import CallJournal, Left, Step
from ivr.model.report import CallFacts
from ivr.model.tickets import Consent
from ivr.spool.plain import from_plain, to_plain
from ivr.words import tr

_log = structlog.get_logger(__name__)

SUFFIX = ".call.jsonl"

_encode = json.JSONEncoder(ensure_ascii=False).encode  # made once: ``dumps`` makes one each time


class JournalFault(TongdaiError):
    """A journal has no readable first line: it is unknown whose call it was."""


class Journal:
    """The writer, used by the one thread that serves the call; every line is flushed at once."""

    def __init__(self, folder: Path, start: CallJournal, *, going_on: bool = False) -> None:
        """Begin ``<ULID>.call.jsonl`` in ``folder`` with the facts of ``start`` (its steps and end are not written).

        ``going_on``: the file is there, and another session writes on in it.

        Raises OSError where the disk does not take that first line: without it the file is useless.
        """
        self.path = journal_path(folder, start.ulid)
        self._descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT * (not going_on), 0o600)
        self._torn = going_on  # its last line may be half a one
        if going_on:
            return
        if not self._write({"line": "start", **to_plain(start.facts), "language": start.language}):
            self.close()
            self.path.unlink(missing_ok=True)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))

    def step(
        self,
        *,
        node: str,
        type: str,  # the word of the menu files
        at: datetime,
        prompts: Sequence[str] = (),
        heard: Sequence[float] = (),
        keys: str = "",
        note: str = "",
    ) -> None:
        """One visited node, written when it is left; ``heard`` are the seconds of each of ``prompts``."""
        line = {"line": "step", "node": node, "type": type, "at": at.isoformat()}
        self._write({**line, "prompts": list(prompts), "heard": list(heard), "keys": keys, "note": note})

    def playing(self, *, node: str, prompts: Sequence[str], at: datetime, after: float = 0.0) -> None:
        """What is about to be played: where a call stands that waits for a key, or where it broke off.

        ``after``: keys that come within so many seconds of it may be dropped.
        """
        line = {"line": "playing", "node": node, "at": at.isoformat(), "prompts": list(prompts)}
        self._write({**line, "after": after} if after else line)

    def language(self, language: str) -> None:
        """The call goes on in another language."""
        self._write({"line": "language", "language": language})

    def notice(self, seconds: Mapping[str, float]) -> None:
        """How much of the notice about recording was heard so far, in seconds by language."""
        self._write({"line": "notice", "seconds": dict(seconds)})

    def consent(self, consent: Consent) -> None:
        """The call's answer about recording from here on."""
        self._write({"line": "consent", "consent": consent.value})

    def left(self, left: Left) -> bool:
        """The call goes on in a queue, without us; whether the disk took it."""
        return self._write({"line": "left", **to_plain(left)})

    def back(self, note: str) -> None:
        """The call is back, and what came of the waiting: a note on the step that led it there."""
        self._write({"line": "back", "note": note})

    def end(self, reason: EndReason, at: datetime) -> bool:
        """The call is over, and how; whether the disk took it."""
        return self._write({"line": "end", "reason": reason.value, "at": at.isoformat()})

    def read(self) -> CallJournal:
        """What has been written so far."""
        return read_journal(self.path)

    def close(self) -> None:
        """Close the file; a journal without an end line is that of a dead call."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, line: dict[str, Any]) -> bool:
        """A full disk costs lines of the history, never the caller: the report itself is checked elsewhere."""
        whole = b"\n" * self._torn + _encode(line).encode() + b"\n"
        try:
            self._torn = os.write(self._descriptor, whole) < len(whole)
        except OSError as error:
            _log.warning("journal.unwritable", path=str(self.path), error=error.strerror)
            return False
        return not self._torn


def journal_path(folder: Path, ulid: str) -> Path:
    """Where the journal of a call is."""
    return folder / f"{ulid}{SUFFIX}"


def find_journals(folder: Path) -> list[Path]:
    """Every journal of a spool folder, oldest call first."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def read_journal(path: Path) -> CallJournal:
    """The call so far; a half last line (the process died while writing) is left out.

    Raises :class:`JournalFault` when the first line is unreadable, FileNotFoundError when there is none.
    """
    lines = [line for text in path.read_bytes().splitlines() if (line := _parse(text)) is not None]
    given = _start(path, lines)
    steps: list[Step] = []
    before = 0  # steps when the call was left to a queue
    for line in lines[1:]:
        try:
            before = _take(line, given, steps, before)
        except (KeyError, TypeError, ValueError, AttributeError) as error:  # a newer program's, or not ours
            _log.warning("journal.line_unreadable", path=str(path), line=str(line)[:200], error=repr(error))
    return CallJournal(**given, steps=tuple(steps))


def _take(line: dict[str, Any], given: dict[str, Any], steps: list[Step], before: int) -> int:
    """What a line adds to the call; how many steps there were when it was left to a queue."""
    match line["line"]:
        case "step":
            steps.append(_step(line))
        case "language":
            given["language"] = line["language"]
        case "notice":
            given["notice_heard"] = {str(name): float(value) for name, value in line["seconds"].items()}
        case "consent":
            given["consent"] = Consent(line["consent"])
        case "left":
            given["left"], before = from_plain(Left, line), len(steps)
        case "back":
            given["left"] = None
            if len(steps) > before:  # a session that stays with the call writes its step afterwards
                note = "; ".join(text for text in (steps[-1].note, line["note"]) if text)
                steps[-1] = replace(steps[-1], note=note)
        case "end":
            given |= {"ended_at": datetime.fromisoformat(line["at"]), "end_reason": EndReason(line["reason"])}
        case _:
            pass  # a line of a newer program: nothing this one could use
    return before


def _start(path: Path, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """What the first line says of the call."""
    first = lines[0] if lines and lines[0]["line"] == "start" else {}
    try:
        return {"facts": from_plain(CallFacts, first), "language": first.get("language", "vi")}
    except ValueError as error:
        raise JournalFault(
            tr(
                f"{path}: nhật ký cuộc gọi không có dòng đầu đọc được. Hãy chuyển tệp đi sau khi xem.",
                f"{path}: the call's journal has no first line that can be read. Look at it and move it away.",
            )
        ) from error


def end_journal(folder: Path, journal: CallJournal, reason: EndReason) -> None:
    """End the journal of a dead call, durably, at the last moment it knows of. The caller holds the ULID."""
    line = {"line": "end", "reason": reason.value, "at": journal.last_at.isoformat()}
    with journal_path(folder, journal.ulid).open("ab") as file:
        file.write(b"\n" + json.dumps(line).encode() + b"\n")  # the last line may be half a one
        file.flush()
        os.fsync(file.fileno())


def _step(line: dict[str, Any]) -> Step:
    return Step(
        node=line["node"],
        type=line["type"],
        at=datetime.fromisoformat(line["at"]),
        prompts=tuple(line.get("prompts", ())),
        heard=tuple(float(seconds) for seconds in line.get("heard", ())),
        keys=line.get("keys", ""),
        note=line.get("note", ""),
    )


def _parse(text: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) and "line" in line else None
