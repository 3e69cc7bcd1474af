"""Telephones in browsers as ``watch`` keeps them: whose login stands, and which talks are given on."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from ivr.asterisk import browser_phones
from ivr.asterisk.ami import Ami, AmiAway
from ivr.asterisk.browser_phones import find_login
from ivr.callcentre.acts import Why
from ivr.callcentre.operators import Operator, OperatorState
from ivr.errors import TongdaiError
from ivr.services.operators import AtWork
from ivr.settings import Settings, load_settings
from ivr.testing.recorded_events import START
from ivr.watch import browsers
from ivr.watch.browsers import LEAVES, LEFT_AFTER, Browsers

S = OperatorState
PHONE, CITIZEN = "PJSIP/tongdai-12", "PJSIP/trunk-0000000a"


class Asterisk:
    """Lists channels, and is asked on its command line."""

    def __init__(self) -> None:
        self.channels: list[dict[str, str]] = []
        self.asked: list[str] = []
        self.away = False

    async def ask(self, _action: object, *, many: bool) -> list[dict[str, str]]:
        assert many
        if self.away:
            raise AmiAway("away")
        return self.channels

    def cli(self, _settings: Settings, words: str) -> str:
        self.asked.append(words)
        return "reloaded successfully"

    def has(self, channel: str, bridge: str = "") -> None:
        number = str(len(self.channels))
        self.channels.append({"Event": "CoreShowChannel", "Channel": channel, "Uniqueid": number, "BridgeId": bridge})


class Scene:
    """One operator before a clock that stands."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.asterisk = START, Asterisk()
        for module in (browser_phones, browsers):
            monkeypatch.setattr(module, "cli", self.asterisk.cli)
        monkeypatch.setattr(browsers, "LOOK", 0.01)
        self.settings = load_settings(home=home)
        self.browsers = Browsers(self.settings, lambda: self.now)
        self.operator = Operator(state=S.PAUSED, since=START, phone=PHONE)

    @property
    def ami(self) -> Ami:
        return cast("Ami", self.asterisk)

    def all(self) -> list[AtWork]:
        return [AtWork(person_id=12, name="Lan", queues=None, may_answer=True, operator=self.operator)]

    def ring_again(self, phone: str = PHONE) -> Why | None:
        return asyncio.run(self.browsers.ring_again(self.ami, phone))

    def follow_until(self, so: Callable[[], bool]) -> None:
        """Follow for at least a few looks, and until it is so."""

        async def follow() -> None:
            following = asyncio.create_task(self.browsers.follow(self.ami, self.all))
            await asyncio.sleep(0.05)
            for _ in range(3000):
                if so():
                    break
                await asyncio.sleep(0.01)
            following.cancel()

        asyncio.run(follow())


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(tmp_path, monkeypatch)


def test_a_login_outlives_its_work_by_a_moment(scene: Scene) -> None:
    def login() -> object:
        return find_login(scene.settings, 12)

    asyncio.run(scene.browsers.keep(scene.all()))
    first = login()
    assert first is not None
    scene.operator = Operator(since=START)
    asyncio.run(scene.browsers.keep(scene.all()))
    assert login() == first
    scene.now += LEAVES
    scene.follow_until(lambda: login() is None)
    scene.operator = Operator(state=S.PAUSED, since=START, phone=PHONE)
    asyncio.run(scene.browsers.keep(scene.all()))
    second = login()
    scene.operator = Operator(since=START)
    asyncio.run(scene.browsers.keep(scene.all()))
    scene.operator = Operator(state=S.PAUSED, since=START, phone=PHONE)
    asyncio.run(scene.browsers.keep(scene.all()))  # home and back within the moment: another stretch of work
    assert login() not in (None, first, second)


def test_a_talk_is_rung_through_to_the_page_that_lost_it(scene: Scene) -> None:
    assert scene.ring_again() is Why.NO_CALL
    scene.asterisk.has("PJSIP/tongdai-1-00000001", "other")
    scene.asterisk.has("PJSIP/trunk-00000009", "other")
    assert scene.ring_again() is Why.NO_CALL
    scene.asterisk.has(f"{PHONE}-0000000b", "talk")
    scene.asterisk.has(CITIZEN, "talk")
    assert scene.ring_again() is None
    assert scene.asterisk.asked == [f"channel redirect {CITIZEN} tongdai-again,12,1"]


def test_a_ring_that_nothing_hears_is_ended(scene: Scene) -> None:
    scene.asterisk.has(f"{PHONE}-0000000b")
    assert scene.ring_again() is None
    assert scene.asterisk.asked == [f"channel request hangup {PHONE}-0000000b"]


def test_what_asterisk_does_not_take_is_said(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.asterisk.has(f"{PHONE}-0000000b", "talk")
    scene.asterisk.has("PJSIP/x; core stop now", "talk")
    assert scene.ring_again() is Why.NO_EXCHANGE  # no channel of Asterisk's is called so
    assert scene.asterisk.asked == []
    scene.asterisk.channels[1]["Channel"] = CITIZEN

    def silent(_settings: Settings, _words: str) -> str:
        raise TongdaiError("silent")

    monkeypatch.setattr(browsers, "cli", silent)
    assert scene.ring_again() is Why.NO_EXCHANGE
    scene.asterisk.away = True
    assert scene.ring_again() is Why.NO_EXCHANGE


def test_a_page_that_does_not_come_back_is_left_once(scene: Scene) -> None:
    scene.asterisk.has(f"{PHONE}-0000000b", "talk")
    scene.asterisk.has(CITIZEN, "talk")
    lost = replace(scene.operator, state=S.CONNECTION_LOST, before=S.TALKING, linkedid="c.1")
    for other in (
        replace(lost, before=S.READY),
        replace(lost, phone="PJSIP/101"),
        replace(lost, state=S.TALKING, before=None),
        replace(lost, since=START + timedelta(seconds=1)),
    ):
        scene.now, scene.operator = START + LEFT_AFTER, other
        scene.follow_until(lambda: True)
        assert scene.asterisk.asked == []
    scene.operator = lost
    scene.follow_until(lambda: bool(scene.asterisk.asked))
    scene.follow_until(lambda: True)
    assert scene.asterisk.asked == [f"channel redirect {CITIZEN} tongdai-again,12,1"]
