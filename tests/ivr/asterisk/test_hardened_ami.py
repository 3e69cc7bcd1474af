"""Each defect of panoramisk that loses calls or characters, against a server that speaks AMI as Asterisk does."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import structlog

from ivr.asterisk.ami import MOST_UNREAD, Ami, AmiAway, AmiRefused, Event
from ivr.testing.ami import FakeAmi, channel_list, message
from ivr.testing.asterisk import PATIENCE


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 2 * PATIENCE))


async def until(condition: Callable[[], object]) -> None:
    end = asyncio.get_running_loop().time() + PATIENCE
    while not condition():
        assert asyncio.get_running_loop().time() < end, "waited in vain"
        await asyncio.sleep(0.01)


class Connected:
    """An Ami on a fake, logged in."""

    def __init__(self, fake: FakeAmi, **given: Any) -> None:
        given = {"ping_every": PATIENCE, "reconnect_after": 0.05, "secret": fake.secret, **given}
        self.ami = Ami(port=fake.port, username="tongdai", **given)
        self.fake = fake

    async def __aenter__(self) -> Ami:
        self.ami.start()
        await until(lambda: self.ami.authenticated)
        return self.ami

    async def __aexit__(self, *_: object) -> None:
        self.ami.close()
        await asyncio.sleep(0.02)


def test_a_letter_split_over_two_segments_is_one_letter() -> None:
    async def test() -> None:
        async with FakeAmi() as fake, Connected(fake) as ami:
            names: list[str] = []
            ami.on("Newchannel", lambda event: names.append(event["CallerIDName"]))
            raw = message(Event="Newchannel", CallerIDName="Nguyễn Thị Đẹp", Uniqueid="1.1")
            for cut in range(1, len(raw)):
                await fake.send(raw[:cut])
                await fake.send(raw[cut:])
            await until(lambda: len(names) == len(raw) - 1)
            assert set(names) == {"Nguyễn Thị Đẹp"}

    run(test())


def test_bytes_that_are_no_utf8_cost_themselves_alone() -> None:
    async def test() -> None:
        async with FakeAmi() as fake, Connected(fake) as ami:
            names: list[str] = []
            ami.on("Newchannel", lambda event: names.append(event["CallerIDName"]))
            await fake.send(b"Event: Newchannel\r\nCallerIDName: a\xff\xc3b\r\nUniqueid: 1.1\r\n\r\n")
            await until(lambda: names)
            assert names == ["a\ufffd\ufffdb"]

    run(test())


def test_an_unanswered_action_fails_and_is_not_sent_again() -> None:
    async def test() -> None:
        async with FakeAmi() as fake, Connected(fake) as ami:
            asked = asyncio.create_task(ami.ask({"Action": "Originate", "Channel": "PJSIP/100"}))
            await until(lambda: fake.actions("Originate"))
            fake.drop()
            with pytest.raises(AmiAway):
                await asked
            await until(lambda: fake.logins == 2)
            await fake.event("FullyBooted", Status="Fully Booted")
            await asyncio.sleep(0.1)
            assert len(fake.actions("Originate")) == 1

    run(test())


def test_no_answer_in_time() -> None:
    async def test() -> None:
        async with FakeAmi() as fake, Connected(fake) as ami:
            with pytest.raises(AmiAway):
                await ami.ask({"Action": "Status"}, timeout=0.1)

    run(test())


def test_a_dead_peer_is_noticed_and_left() -> None:
    async def test() -> None:
        lost: list[bool] = []
        async with FakeAmi() as fake, Connected(fake, ping_every=1.0, on_lost=lambda: lost.append(True)):
            await until(lambda: len(fake.actions("Ping")) > 2)
            assert lost == []
            fake.muted = True  # its TCP still takes everything
            await until(lambda: lost)
            fake.muted = False
            await until(lambda: fake.logins == 2)

    run(test())


def test_a_peer_that_accepts_and_says_nothing_is_left_too() -> None:
    async def test() -> None:
        async with FakeAmi() as fake:
            fake.muted = True
            ami = Ami(port=fake.port, username="tongdai", secret=fake.secret, ping_every=0.1, reconnect_after=0.05)
            ami.start()
            await until(lambda: len(fake.actions("Login")) > 1)
            ami.close()
            await asyncio.sleep(0.02)

    run(test())


@pytest.mark.parametrize("evil", ["PJSIP/1\r\nAction: Command", "a\nb", "a\rb", "a\0b"])
@pytest.mark.parametrize("place", ["value", "name", "list"])
def test_line_breaks_and_nul_never_reach_the_wire(evil: str, place: str) -> None:
    async def test() -> None:
        def succeed(_fake: FakeAmi, action: dict[str, str]) -> str:
            return message(Response="Success", ActionID=action["ActionID"]).decode()

        given: dict[str, Any] = {"value": {"Channel": evil}, "name": {evil: "x"}, "list": {"Variable": ["a", evil]}}[
            place
        ]
        async with FakeAmi(succeed) as fake, Connected(fake) as ami:
            with pytest.raises(AmiRefused):
                await ami.ask({"Action": "Originate", **given})
            await ami.ask({"Action": "Originate", "Channel": "PJSIP/100"})
            assert [action.get("Channel") for action in fake.actions("Originate")] == ["PJSIP/100"]

    run(test())


def test_a_callback_that_raises_costs_nobody_anything() -> None:
    async def test() -> None:
        def bad(_event: Event) -> None:
            raise RuntimeError("a mistake in a callback")

        async with FakeAmi() as fake, Connected(fake) as ami:
            heard: list[str] = []
            ami.on("Hangup", bad)
            ami.on("Hangup", lambda event: heard.append(event["Uniqueid"]))
            ami.on("*", bad)
            for number in range(3):
                await fake.event("Hangup", Uniqueid=str(number))
            await until(lambda: len(heard) == 3)
            assert fake.logins == 1

    run(test())


def test_events_after_a_reconnect_are_asked_for_again() -> None:
    async def test() -> None:
        ready: list[int] = []

        async def on_ready() -> None:
            ready.append(len(ready))

        async with FakeAmi() as fake, Connected(fake, on_ready=on_ready):
            await until(lambda: len(ready) == 1)
            await fake.stop()
            await asyncio.sleep(0.2)
            await fake.listen()
            await until(lambda: len(ready) == 2)

    run(test())


def test_a_resync_that_fails_begins_again() -> None:
    async def test() -> None:
        tries: list[int] = []

        async def on_ready() -> None:
            tries.append(1)
            if len(tries) == 1:
                raise AmiAway("no list")
            if len(tries) == 2:
                raise RuntimeError("a mistake")

        async with FakeAmi() as fake, Connected(fake, on_ready=on_ready):
            await until(lambda: len(tries) == 2)
            assert fake.logins == 2
            fake.drop()
            await until(lambda: len(tries) == 3)

    run(test())


def test_asterisk_that_comes_late_is_found() -> None:
    async def test() -> None:
        fake = FakeAmi()
        ami = Ami(port=fake.port, username="tongdai", secret=fake.secret, reconnect_after=0.05)
        ami.start()
        await asyncio.sleep(0.2)
        with pytest.raises(AmiAway):
            await ami.ask({"Action": "Status"})
        await fake.listen()
        await until(lambda: ami.authenticated)
        ami.close()
        await asyncio.sleep(0.02)
        with pytest.raises(AmiAway):
            await ami.ask({"Action": "Status"})
        await fake.stop()

    run(test())


def test_a_wrong_secret_is_tried_again_and_said_once() -> None:
    async def test() -> None:
        async with FakeAmi() as fake:
            ami = Ami(port=fake.port, username="tongdai", secret="wrong", reconnect_after=0.05)
            ami.start()
            for _ in range(3):
                await until(lambda: fake.received)
                fake.received.clear()
                fake.drop()
            assert not ami.authenticated
            ami.close()
            await asyncio.sleep(0.02)

    with structlog.testing.capture_logs() as lines:
        run(test())
    assert [line["event"] for line in lines].count("ami.login_refused") == 1


def test_an_error_reply_is_an_error() -> None:
    async def test() -> None:
        def refuse(_fake: FakeAmi, action: dict[str, str]) -> str:
            return message(Response="Error", ActionID=action["ActionID"], Message="Permission denied").decode()

        async with FakeAmi(refuse) as fake, Connected(fake) as ami:
            with pytest.raises(AmiRefused, match="Permission denied"):
                await ami.ask({"Action": "Originate"})

    run(test())


@pytest.mark.parametrize("count", [0, 1, 40])
def test_a_list_comes_whole(count: int) -> None:
    channels = [(f"1.{number}", "1.0") for number in range(count)]

    async def test() -> None:
        async with FakeAmi(lambda _, action: channel_list(action, *channels)) as fake, Connected(fake) as ami:
            answer = await ami.ask({"Action": "CoreShowChannels"}, many=True)
            assert [entry["Uniqueid"] for entry in answer if "Uniqueid" in entry] == [
                uniqueid for uniqueid, _ in channels
            ]

    run(test())


def test_a_message_without_end_ends_the_connection() -> None:
    async def test() -> None:
        lost: list[bool] = []
        async with FakeAmi() as fake, Connected(fake, on_lost=lambda: lost.append(True)):
            for _ in range(MOST_UNREAD // 2**16 + 2):
                await fake.send(b"x" * 2**16)
                if lost:
                    break
            await until(lambda: lost)
            await until(lambda: fake.logins == 2)

    run(test())


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n\r\n\r\n",
        b"Event\r\n\r\n",
        b"Response: Success\r\nActionID: action/none/1/1\r\n\r\n",
        b"Response: Follows\r\n\r\n",
        b"Event: Shutdown\r\nShutdown: Cleanly\r\nRestart: False\r\n\r\n",
        b"Event: X\r\nEvent: Y\r\n\r\n",
        b": \r\n: : :\r\n\r\n",
    ],
)
def test_strange_messages_are_survived(raw: bytes) -> None:
    async def test() -> None:
        async with FakeAmi() as fake, Connected(fake) as ami:
            heard: list[str] = []
            ami.on("Hangup", lambda event: heard.append(event["Uniqueid"]))
            await fake.send(raw)
            for _ in range(200):
                if heard:
                    break
                await fake.event("Hangup", Uniqueid="7")
            assert heard

    run(test())


def test_a_login_before_asterisk_has_booted_waits_for_it() -> None:
    ready: list[bool] = []

    async def on_ready() -> None:
        ready.append(True)

    async def test() -> None:
        async with FakeAmi() as fake:
            fake.booted = False
            async with Connected(fake, on_ready=on_ready):
                await asyncio.sleep(0.2)
                assert ready == []  # it would list no channel, though calls were cut
                await fake.event("FullyBooted", Status="Fully Booted", Uptime="1")
                await until(lambda: ready)
                fake.drop()  # and so it is after the next login
                await until(lambda: fake.logins >= 2)
                await asyncio.sleep(0.2)
                assert ready == [True]

    run(test())


def test_who_is_never_told_of_the_boot_goes_on_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.asterisk.ami.BOOTS", 0.1)
    ready: list[bool] = []

    async def on_ready() -> None:
        ready.append(True)

    async def test() -> None:
        async with FakeAmi() as fake:
            fake.booted = False
            async with Connected(fake, on_ready=on_ready):
                await until(lambda: ready)

    run(test())
