"""More calls than the machine carries, on a real Asterisk: 503 at once, each counted and shown; the others go on."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from ivr.asterisk import active_calls, find_asterisk, load_logins, refused_calls
from ivr.asterisk.ami import Ami
from ivr.doctor.asterisk import check_asterisk
from ivr.process.run_lock import hold
from ivr.settings import Settings
from ivr.settings.capacity import BEGUN_A_CORE, CALLS_A_CORE, cores, most_at_once, most_begun
from ivr.simulator.free_ports import free_range
from ivr.testing import need
from ivr.testing.asterisk import PATIENCE, RunningAsterisk, private_settings, running_asterisk
from ivr.testing.trunk import Trunk, offer, trunk_of
from ivr.watch.refused import Refused

pytestmark = pytest.mark.asterisk

TAKEN, REFUSED = "SIP/2.0 200", "SIP/2.0 503"
Limited = Callable[..., AbstractContextManager[tuple[RunningAsterisk, Trunk]]]


@pytest.fixture
def limited(home: Path) -> Limited:
    @contextmanager
    def run(**given: object) -> Iterator[tuple[RunningAsterisk, Trunk]]:
        settings = private_settings(home, **given)
        need(find_asterisk(settings), "no Asterisk ≥ 18: run `make asterisk`")
        with running_asterisk(settings) as asterisk, trunk_of(asterisk) as trunk:
            yield asterisk, trunk

    return run


def call(trunk: Trunk) -> str:
    """How a call is answered that then stays."""
    return trunk.ask("INVITE", "1022", sdp=offer(), stays=True)


def test_a_call_too_many_is_refused_at_once_and_the_others_go_on(limited: Limited) -> None:
    with limited(max_calls=2) as (asterisk, trunk):
        settings = asterisk.settings
        answers = [call(trunk) for _ in range(4)]
        assert [answer[:11] for answer in answers] == [TAKEN] * 2 + [REFUSED] * 2
        assert "cause=42" in answers[-1]
        assert (active_calls(settings), refused_calls(settings)) == (2, 2)
        with hold(settings):
            *_, calls = check_asterisk(settings)
        assert not calls.ok
        assert calls.warning
        assert "2 cuộc gọi; nhận tối đa 2 cùng lúc" in calls.text
        assert "từ chối 2 cuộc" in calls.text


def test_calls_that_come_faster_than_they_are_carried_are_refused(limited: Limited) -> None:
    """Three within ten seconds are taken; the test may fall into two such times, and no test says how fast it calls."""
    with limited(calls_a_second=0.3) as (asterisk, trunk):
        answers = [call(trunk)[:11] for _ in range(8)]
        assert answers[:3] == [TAKEN] * 3
        assert set(answers) == {TAKEN, REFUSED}
        assert refused_calls(asterisk.settings) == answers.count(REFUSED)


def test_where_the_ports_set_the_limit_it_is_503_and_not_488(limited: Limited) -> None:
    """As many refused as pairs are spare: a pair is free again only some time after its call's refusal."""
    few = free_range(24)
    with limited(rtp_start=few.start, rtp_end=few.stop - 1) as (asterisk, trunk):
        assert (asterisk.settings.rtp_pairs, asterisk.settings.most_calls) == (12, 9)
        assert [call(trunk)[:11] for _ in range(12)] == [TAKEN] * 9 + [REFUSED] * 3


def test_each_of_many_refused_at_the_same_time_is_counted_and_watch_knows(limited: Limited) -> None:
    many = 40
    with limited(max_calls=1) as (asterisk, trunk), ExitStack() as lines:
        assert call(trunk).startswith(TAKEN)
        others = [lines.enter_context(trunk_of(asterisk)) for _ in range(many)]
        with ThreadPoolExecutor(many) as at_once:
            answers = list(at_once.map(call, others))
        assert [answer[:11] for answer in answers] == [REFUSED] * many
        assert refused_calls(asterisk.settings) == many
        assert asyncio.run(known_to_watch(asterisk.settings, many)) == many


async def known_to_watch(settings: Settings, least: int) -> int:
    logins = load_logins(settings)
    ami = Ami(port=settings.ami_port, username=logins.ami_user, secret=logins.ami_secret)
    ami.start()
    refused = Refused(every=0.1)
    following = asyncio.create_task(refused.follow(ami))
    try:
        for _ in range(round(PATIENCE / 0.05)):
            if refused.total >= least:
                break
            await asyncio.sleep(0.05)
    finally:
        following.cancel()
        ami.close()
    return refused.total


def test_the_limits_follow_the_machine() -> None:
    assert most_at_once(0, 10_000) == CALLS_A_CORE * cores()
    assert most_at_once(50, 10_000) == 50
    assert most_at_once(50, 40) == 30
    assert most_at_once(500, 400) == 384
    assert most_at_once(0, 1) == 1
    assert most_begun(0) == BEGUN_A_CORE * cores() * 10
    assert most_begun(0.5) == 5
