"""Which channels live: events, a list asked for while events go on, and not knowing."""

import asyncio

from ivr.ami import Ami
from ivr.testing_ami import FakeAmi, channel_list
from ivr.watch.live import LiveChannels


def event(uniqueid: str, linkedid: str = "") -> dict[str, str]:
    return {"Uniqueid": uniqueid, "Linkedid": linkedid}


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
            await fake.event("Newchannel", Uniqueid="3.1", Linkedid="3.1")
            await fake.event("Hangup", Uniqueid="1.1")
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

    asyncio.run(asyncio.wait_for(test(), 20))
