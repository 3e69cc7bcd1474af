"""Codes: never the same number twice, whatever dies or breaks."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from ivr.durable import locked
from ivr.model.code import is_valid
from ivr.spool.codebook import ALARM, BLOCK, CodeBook

NOW = datetime(2026, 10, 1, tzinfo=UTC)


class Counter:
    """The database's part: blocks of numbers, each given once."""

    def __init__(self, first: int = 1) -> None:
        self.next: dict[int, int] = {}
        self.first = first

    def __call__(self, year: int, size: int) -> range:
        start = self.next.get(year, self.first)
        self.next[year] = start + size
        return range(start, start + size)


@pytest.fixture
def book(tmp_path: Path) -> CodeBook:
    return CodeBook(tmp_path / "codes")


def test_no_block_no_code(book: CodeBook) -> None:
    assert book.take(NOW) is None
    assert book.left(NOW) == 0


def test_codes_in_order_and_renewed_below_half(book: CodeBook) -> None:
    counter = Counter(4217)
    assert book.renew(counter, NOW)
    assert not book.renew(counter, NOW)
    assert book.take(NOW) == "260042174"
    for _ in range(BLOCK // 2):
        assert is_valid(book.take(NOW) or "")
    assert book.left(NOW) == BLOCK // 2 - 1
    assert book.renew(counter, NOW)
    assert book.left(NOW) == BLOCK // 2 - 1 + BLOCK


def test_all_numbers_of_two_blocks_once(book: CodeBook) -> None:
    counter = Counter()
    book.renew(counter, NOW)
    taken = [book.take(NOW) for _ in range(BLOCK // 2 + 1)]
    book.renew(counter, NOW)
    while (code := book.take(NOW)) is not None:
        taken.append(code)
    assert len(taken) == len(set(taken)) == 2 * BLOCK


def test_the_civil_year_in_vietnam(book: CodeBook) -> None:
    book.renew(Counter(), NOW)
    new_year = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    assert book.take(new_year) is None
    book.renew(Counter(), new_year)
    assert (book.take(new_year) or "")[:8] == "27000001"
    assert (book.take(new_year.replace(hour=16)) or "")[:2] == "26"


def test_a_number_is_used_on_disk_before_it_is_returned(book: CodeBook, tmp_path: Path) -> None:
    book.renew(Counter(), NOW)
    first = book.take(NOW)
    assert CodeBook(tmp_path / "codes").take(NOW) != first


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda _: b"",
        lambda _: b"[]",
        lambda text: text.replace(b"[3, 501]", b"[2, 501]"),  # one flipped bit would speak a code again
        lambda text: text.replace(b"2026", b"2027"),
    ],
)
def test_a_broken_block_becomes_a_gap(book: CodeBook, tmp_path: Path, damage: object) -> None:
    counter = Counter()
    book.renew(counter, NOW)
    taken = {book.take(NOW), book.take(NOW)}
    path = tmp_path / "codes" / "2026.json"
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert book.take(NOW) is None
    assert path.with_suffix(".broken").exists()
    book.renew(counter, NOW)
    assert book.take(NOW) not in taken


def test_threads_take_different_codes(book: CodeBook) -> None:
    book.renew(Counter(), NOW)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: book.take(NOW), range(200)))
    assert len(set(taken)) == 200


def test_processes_take_different_codes(book: CodeBook, tmp_path: Path) -> None:
    book.renew(Counter(), NOW)
    code = (
        "from datetime import datetime, UTC; from pathlib import Path; from ivr.spool.codebook import CodeBook\n"
        f"book = CodeBook(Path({str(tmp_path / 'codes')!r}))\n"
        "for _ in range(50): print(book.take(datetime(2026, 10, 1, tzinfo=UTC)))"
    )
    words, out = [sys.executable, "-c", code], subprocess.PIPE
    with ExitStack() as stack:
        workers = [stack.enter_context(subprocess.Popen(words, stdout=out, text=True)) for _ in range(3)]
        taken = [line for worker in workers for line in worker.communicate()[0].split()]
    assert len(taken) == len(set(taken)) == 150
    assert "None" not in taken


def test_a_crash_after_the_lease_leaves_a_gap(book: CodeBook) -> None:
    counter = Counter()

    def dies(year: int, size: int) -> range:
        counter(year, size)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        book.renew(dies, NOW)
    book.renew(counter, NOW)
    assert (book.take(NOW) or "")[2:8] == f"{BLOCK + 1:06d}"


def test_who_renews_while_another_does_leaves_it_to_that(book: CodeBook, tmp_path: Path) -> None:
    with locked(tmp_path / "codes" / "renew.lock", wait=False):
        assert not book.renew(Counter(), NOW)


def test_an_unwritable_folder_counts_as_no_block(book: CodeBook, tmp_path: Path) -> None:
    book.renew(Counter(), NOW)
    (tmp_path / "codes" / ".2026.json.tmp").mkdir()
    assert book.take(NOW) is None


@pytest.fixture
def log() -> Iterator[list[dict[str, object]]]:
    with structlog.testing.capture_logs() as lines:
        yield lines  # type: ignore[misc]


def test_the_alarm_at_four_fifths_of_a_year(book: CodeBook, log: list[dict[str, object]]) -> None:
    book.renew(Counter(ALARM), NOW)
    assert [line["event"] for line in log] == ["codes.year_nearly_used"]


def test_codes_taken_ahead_are_used_on_disk_and_given_once(tmp_path: Path) -> None:
    counter = Counter()
    server, other = CodeBook(tmp_path / "codes", ahead=8), CodeBook(tmp_path / "codes")
    server.renew(counter, NOW)
    given = [server.take(NOW)]
    assert other.left(NOW) == BLOCK - 8
    while (code := server.take(NOW)) is not None:
        given.append(code)
        if len(given) in (20, 40):
            given.append(other.take(NOW))
    assert len(given) == len(set(given)) == BLOCK
    assert server.take(NOW.replace(year=2027)) is None
