"""Operators' work beside a fake manager interface: what happens on the line, in time, and while parts are away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from ivr.asterisk.logins import load_logins
from ivr.callcentre.acts import Why
from ivr.callcentre.events import Event, WrapUpEnded
from ivr.callcentre.operators import NO_ANSWER, Operator, OperatorState
from ivr.city.desk import load_desk
from ivr.model import OperatorSpan, Person, Role, Wanted
from ivr.services import operator_acts, operators, people
from ivr.services.operator_acts import ActRefused
from ivr.store import Store
from ivr.testing.ami import FakeAmi, FakeQueues, message
from ivr.testing.hub import Home, run, until
from ivr.watch import desk as desk_module
from ivr.watch.service import Watch

S = OperatorState
QUEUE, OTHER = "da-nang-operator", "da-nang-thu-tuc"
OURS = "PJSIP/101"


class AtDesk:
    """A running ``watch`` with its fake Asterisk, and one operator."""

    def __init__(self, home: Home, watch: Watch, fake: FakeAmi, live: list[dict[str, str]]) -> None:
        self.home, self.watch, self.fake, self.store = home, watch, fake, home.store
        self.live = live
        """Channels that the fake lists."""
        with self.store.reading() as session:
            self.lan = people.get_person(session, "lan")

    async def asks(self, wanted: Wanted, *, phone: str = OURS, reason: str = "giai-lao") -> Why | None:
        act, now = str(uuid4()), self.watch.desk._now()
        with self.store.transaction() as session:
            operator_acts.ask(
                session, act, self.home.settings.instance, self.lan, self.lan.id, wanted, now,
                phone=phone, reason=reason,
            )  # fmt: skip
        return await asyncio.to_thread(self._answer, act)

    def _answer(self, act: str) -> Why | None:
        while True:
            with self.store.reading() as session:
                try:
                    if operator_acts.is_answered(session, act):
                        return None
                except ActRefused as refused:
                    return refused.why

    @property
    def row(self) -> Operator:
        with self.store.reading() as session:
            return operators.find_own(session, self.home.settings.instance, self.lan).operator

    async def until(self, is_so: Callable[[Operator], bool]) -> Operator:
        await until(lambda: is_so(self.row))
        return self.row

    async def until_paused(self, paused: bool) -> None:
        await until(lambda: self.fake.queues.members[QUEUE, OURS]["Paused"] == str(int(paused)))

    async def ready(self) -> None:
        assert await self.asks(Wanted.SIGN_IN) is None
        assert await self.asks(Wanted.READY) is None

    async def leg(self, name: str, **given: str) -> None:
        """An event of the operator's own channel, as Asterisk words it."""
        await self.fake.event(name, **leg(**given))

    async def talks(self) -> None:
        await self.leg("Newchannel")
        await self.leg("BridgeEnter", BridgeUniqueid="b")
        await self.until(lambda operator: operator.state is S.TALKING)


def leg(**given: str) -> dict[str, str]:
    fields = {
        "Privilege": "call,all", "Channel": "PJSIP/101-0000000c", "ChannelState": "6", "ChannelStateDesc": "Up",
        "CallerIDNum": "101", "Uniqueid": "op.1", "Linkedid": "call.1",
    }  # fmt: skip
    return fields | given


@asynccontextmanager
async def at_desk(home: Home, queues: FakeQueues | None = None) -> AsyncIterator[AtDesk]:
    def answer(_fake: FakeAmi, action: dict[str, str]) -> str | None:
        return channels(action, live)

    live: list[dict[str, str]] = []
    fake = FakeAmi(answer)
    fake.port, fake.secret = home.settings.ami_port, load_logins(home.settings).ami_secret
    fake.queues = queues or made_queues()
    async with fake, home.watching() as watch:
        await until(lambda: watch.desk._synced)
        yield AtDesk(home, watch, fake, live)


def made_queues() -> FakeQueues:
    queues = FakeQueues(QUEUE, OTHER)
    queues.add(QUEUE, "PJSIP/100")
    queues.add(OTHER, OURS)
    return queues


def channels(action: dict[str, str], live: list[dict[str, str]]) -> str | None:
    if action["Action"] != "CoreShowChannels":
        return None
    number = action["ActionID"]
    head = message(Response="Success", ActionID=number, EventList="start")
    rows = [message(Event="CoreShowChannel", ActionID=number, **row) for row in live]
    end = message(Event="CoreShowChannelsComplete", ActionID=number, EventList="Complete", ListItems=str(len(rows)))
    return b"".join([head, *rows, end]).decode()


def test_queues_follow_an_operator(home: Home) -> None:
    async def test() -> None:
        async with at_desk(home) as desk:
            members = desk.fake.queues.members
            assert await desk.asks(Wanted.SIGN_IN) is None
            assert members[QUEUE, OURS] == {
                "Membership": "dynamic", "Paused": "1", "Name": f"tongdai-{desk.lan.id}", "PausedReason": "",
            }  # fmt: skip
            assert members[QUEUE, "PJSIP/100"]["Paused"] == "1"  # who stood in steps back
            assert members[OTHER, OURS]["Membership"] == "static"  # it stood there already, and goes on standing there
            assert await desk.asks(Wanted.READY) is None
            assert members[QUEUE, OURS]["Paused"] == members[OTHER, OURS]["Paused"] == "0"
            assert await desk.asks(Wanted.PAUSE) is None
            assert members[QUEUE, OURS]["Paused"] == "1"
            assert await desk.asks(Wanted.SIGN_OUT) is None
            assert (QUEUE, OURS) not in members
            assert members[QUEUE, "PJSIP/100"]["Paused"] == members[OTHER, OURS]["Paused"] == "0"

    run(test())


def test_only_the_queues_that_a_person_answers(home: Home) -> None:
    async def test() -> None:
        with home.store.transaction() as session:
            people.get_person(session, "lan").queues = [OTHER]
        async with at_desk(home) as desk:
            await desk.ready()
            assert (QUEUE, OURS) not in desk.fake.queues.members
            assert desk.fake.queues.members[QUEUE, "PJSIP/100"]["Paused"] == "0"

    run(test())


def test_a_talk_its_paper_work_and_what_is_kept_of_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    own: list[Event] = []

    async def test() -> None:
        async with at_desk(home) as desk:
            take_own = desk.watch.exchange.take_own

            def hear(event: Event) -> None:
                own.append(event)
                take_own(event)

            monkeypatch.setattr(desk.watch.exchange, "take_own", hear)
            await desk.ready()
            await desk.talks()
            await desk.until_paused(True)
            assert desk.watch.desk.linkedids() == {"call.1"}
            await desk.leg("Hold")
            await desk.until(lambda operator: operator.state is S.HOLD)
            await desk.leg("Hangup", Cause="16")
            await desk.until(lambda operator: operator.state is S.WRAP_UP)
            assert desk.watch.desk.linkedids() == {"call.1"}  # of which something is still to be said
            assert await desk.asks(Wanted.FINISH) is None
            assert desk.row.state is S.READY
            await desk.until_paused(False)
        with home.store.reading() as session:
            spans = session.scalars(select(OperatorSpan).order_by(OperatorSpan.id)).all()
        assert [span.state for span in spans] == [S.PAUSED, S.READY, S.TALKING, S.HOLD, S.WRAP_UP]
        assert {span.linkedid for span in spans[2:]} == {"call.1"}

    run(test())
    assert [type(event) for event in own].count(WrapUpEnded) == 1


def test_a_telephone_that_is_away_for_too_long(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        async with at_desk(home) as desk:
            moved = timedelta(0)
            began = desk.watch.desk._now()
            monkeypatch.setattr(desk.watch.desk, "_now", lambda: began + moved)
            await desk.ready()
            gone = {"AOR": "101", "EndpointName": "101"}
            await desk.fake.event("ContactStatus", ContactStatus="Removed", **gone)
            await desk.until(lambda operator: operator.state is S.CONNECTION_LOST)
            await desk.until_paused(True)
            await desk.fake.event("ContactStatus", ContactStatus="Created", **gone)
            await desk.until(lambda operator: operator.state is S.READY)
            await desk.until_paused(False)
            await desk.fake.event("ContactStatus", ContactStatus="Removed", **gone)
            await desk.until(lambda operator: operator.state is S.CONNECTION_LOST)
            moved = load_desk(home.settings.config).rules.grace
            await desk.until(lambda operator: operator.state is S.SIGNED_OUT)
            await until(lambda: (QUEUE, OURS) not in desk.fake.queues.members)

    run(test())


def test_who_misses_two_rings_rests(home: Home) -> None:
    async def test() -> None:
        async with at_desk(home) as desk:
            await desk.ready()
            for number in ("1", "2"):
                ids = {"Uniqueid": f"op.{number}", "Linkedid": f"call.{number}"}
                dest = {"DestChannel": "PJSIP/101-1", "DestUniqueid": ids["Uniqueid"], "DestLinkedid": ids["Linkedid"]}
                await desk.leg("Newchannel", **ids)
                await desk.fake.event("DialBegin", **dest)
                await desk.until(lambda operator: operator.state is S.RINGING)
                await desk.fake.event("DialEnd", DialStatus="NOANSWER", **dest)
                await desk.until(lambda operator: operator.state is not S.RINGING)
            assert desk.row.pause == NO_ANSWER

    run(test())


def test_what_asterisk_lists_after_a_gap_is_so(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        async with at_desk(home) as desk:
            await desk.ready()
            await desk.talks()
            live = {"Uniqueid": "op.1", "Linkedid": "call.1", "Channel": "PJSIP/101-0000000c", "BridgeId": "b"}
            desk.live.append(live)
            desk.fake.drop()
            await until(lambda: desk.fake.logins >= 2)
            await until(lambda: desk.watch.desk._synced)
            assert desk.row.state is S.TALKING
            desk.live.clear()
            monkeypatch.setattr(desk_module, "ASKED_EVERY", 0.0)  # its end was never said, but it is asked now and then
            await desk.until(lambda operator: operator.state is S.WRAP_UP)

    run(test())


def test_an_act_that_asterisk_does_not_take_does_not_come_about(home: Home) -> None:
    async def test() -> None:
        async with at_desk(home) as desk:
            assert await desk.asks(Wanted.SIGN_IN) is None
            del desk.fake.queues.members[QUEUE, OURS]  # somebody took the telephone out: it cannot be made ready
            assert await desk.asks(Wanted.READY) is Why.NO_EXCHANGE
            assert desk.row.state is S.PAUSED
            desk.fake.muted = True
            desk.fake.drop()
            await until(lambda: not desk.watch.ami.authenticated)
            assert await desk.asks(Wanted.READY) is Why.NO_EXCHANGE
            desk.fake.muted = False
            desk.fake.drop()
            await until(lambda: desk.watch.desk._synced)
            await until(lambda: (QUEUE, OURS) in desk.fake.queues.members)
            assert await desk.asks(Wanted.READY) is None

    run(test())


def test_who_is_locked_out_goes(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "PEOPLE_EVERY", 0.05)

    async def test() -> None:
        async with at_desk(home) as desk:
            await desk.ready()
            with home.store.transaction() as session:
                people.set_active(session, session.get_one(Person, desk.lan.id), False)
            await desk.until(lambda operator: operator.state is S.SIGNED_OUT)
            await until(lambda: (QUEUE, OURS) not in desk.fake.queues.members)

    run(test())


def test_who_comes_back_to_work_comes_with_what_was_changed_meanwhile(home: Home) -> None:
    async def test() -> None:
        async with at_desk(home) as desk:
            await desk.ready()
            assert await desk.asks(Wanted.SIGN_OUT) is None
            with home.store.transaction() as session:
                people.get_person(session, "lan").queues = [OTHER]
            await desk.ready()
            assert desk.fake.queues.members[OTHER, OURS]["Paused"] == "0"
            assert (QUEUE, OURS) not in desk.fake.queues.members
            assert await desk.asks(Wanted.SIGN_OUT) is None
            with home.store.transaction() as session:
                people.set_active(session, session.get_one(Person, desk.lan.id), False)
            assert await desk.asks(Wanted.SIGN_IN) is Why.NOT_SIGNED_IN

    run(test())


def test_a_queue_that_asterisk_does_not_have_keeps_nobody_from_work(home: Home) -> None:
    async def test() -> None:
        queues = FakeQueues(QUEUE)
        async with at_desk(home, queues) as desk:
            await desk.ready()
            assert set(queues.members) == {(QUEUE, OURS)}

    run(test())


def test_the_board_has_who_is_at_work(home: Home) -> None:
    async def test() -> None:
        async with at_desk(home) as desk:
            await desk.ready()
            await until(lambda: shown(desk).get("state") == "ready")
            assert shown(desk)["name"] == "Lan"
            assert (shown(desk)["phone"], shown(desk)["reachable"]) == (OURS, True)
            away = {"Queue": QUEUE, "Interface": OURS, "MemberName": "x", "Status": "5", "Paused": "0"}
            await desk.fake.event("QueueMemberStatus", **away)
            await until(lambda: shown(desk)["reachable"] is False)
            assert await desk.asks(Wanted.SIGN_OUT) is None
            await until(lambda: shown(desk) == {})

    def shown(desk: AtDesk) -> dict[str, Any]:
        found: dict[int, dict[str, Any]] = desk.watch.board.snapshot()["operators"]
        return found.get(desk.lan.id, {})

    run(test())


def test_a_telephone_of_another_is_not_free(home: Home, store: Store) -> None:
    async def test() -> None:
        now = datetime.now().astimezone()
        with store.transaction() as session:
            people.create_person(session, "minh", "Minh", Role.OPERATOR, "bốn-từ-ngẫu-nhiên-đó", now)
        async with at_desk(home) as desk:
            assert await desk.asks(Wanted.SIGN_IN, phone="PJSIP/0905@trunk") is Why.NO_PHONE
            assert await desk.asks(Wanted.SIGN_IN) is None
            with store.reading() as session:
                desk.lan = people.get_person(session, "minh")
            assert await desk.asks(Wanted.SIGN_IN) is Why.PHONE_TAKEN
            assert await desk.asks(Wanted.SIGN_IN, phone="PJSIP/100") is None

    run(test())
