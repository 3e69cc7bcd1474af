"""Each caller finds the journal of its own call, however many wait beside it."""

import asyncio
import json
from pathlib import Path

import pytest

from ivr.simulator.journal_tail import Journals, Tail
from ivr.spool.journal import SUFFIX
from ivr.testing.asterisk import PATIENCE


def write(folder: Path, name: str, *, half: bool = False) -> Path:
    """A call's journal as it begins; ``half`` of its first line."""
    path = folder / f"{name.rstrip(':')}{SUFFIX}"
    line = json.dumps({"line": "start", "ulid": f"ulid of {name}", "caller_name": f"{name} An"}) + "\n"
    path.write_text(line[:20] if half else line)
    return path


async def found(journals: Journals, name: str) -> str:
    tail: Tail = await asyncio.wait_for(journals.find(name), PATIENCE)
    try:
        tail.read()
        return tail.ulid
    finally:
        tail.close()


def test_forty_callers_find_their_own(tmp_path: Path) -> None:
    write(tmp_path, "old:")
    journals, names = Journals(tmp_path), [f"call-{number}:" for number in range(40)]

    async def live() -> list[str]:
        finding = asyncio.gather(*(found(journals, name) for name in names))
        await asyncio.sleep(0)
        for name in reversed(names):
            write(tmp_path, name)
        return await finding

    assert asyncio.run(live()) == [f"ulid of {name}" for name in names]


def test_a_journal_whose_first_line_is_being_written_is_looked_at_again(tmp_path: Path) -> None:
    journals = Journals(tmp_path)

    async def live() -> str:
        write(tmp_path, "call:", half=True)
        finding = asyncio.create_task(found(journals, "call:"))
        await asyncio.sleep(0.1)
        write(tmp_path, "call:")
        return await finding

    assert asyncio.run(live()) == "ulid of call:"


def test_what_was_there_before_and_what_is_gone_is_not_found(tmp_path: Path) -> None:
    write(tmp_path, "call:")
    journals = Journals(tmp_path)

    async def live() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(journals.find("call:"), 0.1)
        gone = write(tmp_path, "gone:")
        journals._looked = 0.0
        journals._look()
        gone.unlink()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(journals.find("gone:"), 0.1)

    asyncio.run(live())
