"""Which channels live: events, a list asked for while events go on, and not knowing."""

import asyncio

from panoramisk.message import Message

from ivr.asterisk.ami import Ami
from ivr.testing.ami import FakeAmi, channel_list, message, of_channel
from ivr.watch.channels import CHANNEL_FIELDS, LiveChannels


def event(uniqueid: str, linkedid: str = "") -> dict[str, str]:
    return of_channel(uniqueid, linkedid)


def test_calls_are_counted_by_linkedid() -> None:
    told: list[int] = []
    live = LiveChannels(on_change=told.append)
    live.appeared(event("1.1", "1.1"))
    live.appeared(event("1.2", "1.1"))
    live.appeared(event("2.1", "2.1"))
    live.appeared(event(""))
    assert live.calls == 2
    live.appeared(event("2.1", "1.1"))  # transferred into the other call
    live.ended(event("1.1"))
    live.ended(event("1.2"))
    live.ended(event("unknown"))
    assert live.calls == 1
    live.ended(event("2.1"))
    assert told == [1, 2, 1, 0]


def test_what_a_callers_number_could_say_is_not_believed() -> None:
    """Asterisk writes a line break of a caller's number into its events as it is; it keeps 79 bytes of a number."""
    live = LiveChannels(on_change=lambda _: None)
    live.appeared(event("1.1"))
    forged = message(Event="Hangup", Uniqueid="1.1", Linkedid="1.1").decode()
    assert len(forged) < 79
    live.ended(Message.from_line(forged))
    live.appeared(Message.from_line(message(Event="Newchannel", Uniqueid="9.9", Linkedid="9.9").decode()))
    twice = message(Event="Hangup", **of_channel("2.1", "2.1")).decode().replace("CallerIDName", "Uniqueid: 1.1\r\nX")
    live.ended(Message.from_line(twice))
    assert live.calls == 1
    assert len(message(Event="Hangup", **dict.fromkeys(CHANNEL_FIELDS, ""))) > 79, (
        "more than a number can hold is asked of an event"
    )


def test_what_is_not_known_is_not_said() -> None:
    live = LiveChannels(on_change=lambda _: None)
    live.appeared(event("1.1"))
    assert live.snapshot() is None

    async def test() -> None:
        asked = asyncio.Event()

        def answer(fake: FakeAmi, action: dict[str, str]) -> None:
            asked.set()

        async with FakeAmi(answer) as fake:
            ami = Ami(port=fake.port, username="tongdai", secret=fake.secret, on_lost=live.lost)
            live.listen(ami)
            ami.start()
            while not ami.authenticated:  # noqa: ASYNC110  # the fake has no event to wait for
                await asyncio.sleep(0.01)
            resync = asyncio.create_task(live.resync(ami))
            await asked.wait()
            await fake.event("Newchannel", **of_channel("3.1", "3.1"))
            await fake.event("Hangup", **of_channel("1.1", "1.1"))
            await fake.send(channel_list(fake.actions("CoreShowChannels")[0], ("1.1", "1.1"), ("2.1", "2.1")).encode())
            await resync
            assert live.snapshot() == {"2.1", "3.1"}
            assert live.calls == 2
            fake.drop()
            while live.snapshot() is not None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            assert live.calls == 0
            ami.close()
            await asyncio.sleep(0.02)

    asyncio.run(asyncio.wait_for(test(), 60))
