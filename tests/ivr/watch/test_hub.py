"""The hub: who may listen, what is replayed, what happens to slow, signed-out and foreign browsers."""

import asyncio
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import delete

from ivr.asterisk.logins import load_logins
from ivr.city.flow.switches import get_stamp, throw_switch
from ivr.model import Outbox, Person, Role, SignIn
from ivr.model.report import PartState
from ivr.process.hub_state import hub_state
from ivr.services import outbox
from ivr.spool import SidecarState
from ivr.testing.ami import FakeAmi, channel_list, of_channel
from ivr.testing.asterisk import PATIENCE
from ivr.testing.hub import CONSOLE, NOW, Browser, Home, run, until
from ivr.testing.spool import Leavings, wav
from ivr.watch import hub
from ivr.watch.service import HubPortTaken, Watch


def test_a_thrown_switch_arrives_and_a_new_page_learns_what_is_on(lite: Home) -> None:
    async def test() -> None:
        async with lite.watching(), Browser(lite) as browser:
            _, data = await browser.until("switches")
            assert data["data"] == {"stamp": ""}
            for on in (True, False):
                throw_switch(lite.settings, "emergency", on, NOW)
                _, data = await browser.until("switches")
                assert data["data"] == {"stamp": get_stamp(lite.settings)} != {"stamp": ""}
            async with Browser(lite) as late:
                _, data = await late.until("switches")
                assert data["data"] == {"stamp": get_stamp(lite.settings)}

    run(test())


def test_a_committed_change_arrives(home: Home) -> None:
    async def test() -> None:
        home.announce("before")
        async with home.watching(), Browser(home) as browser:
            assert browser.response.headers["Access-Control-Allow-Origin"] == CONSOLE
            assert browser.response.headers["Access-Control-Allow-Credentials"] == "true"
            number, name, data = await browser.next()
            assert (name, data) == ("hello", {})
            assert number != ""
            assert await browser.next() == ("", "calls.live", {"subject": "", "data": {"calls": 0}})
            assert await browser.next() == ("", "switches", {"subject": "", "data": {"stamp": ""}})
            await asyncio.to_thread(home.announce, "01A", "01B")
            first, second = await browser.next(), await browser.next()
            assert first[1:] == ("ticket.filed", {"subject": "01A", "data": {"id": 7}})
            assert [int(first[0]), int(second[0])] == [int(number) + 1, int(number) + 2]

    run(test())


def test_what_was_missed_is_replayed(home: Home) -> None:
    async def test() -> None:
        long_ago = NOW - timedelta(hours=1)
        home.announce("a", "b", "c", at=long_ago)
        with home.store.reading() as session:
            first = outbox.read(session, 0)[0].id
        async with home.watching(), Browser(home, **{"Last-Event-ID": str(first)}) as browser:
            assert [(await browser.next())[2]["subject"] for _ in range(2)] == ["b", "c"]
            assert (await browser.next())[1] == "calls.live"

    run(test())


@pytest.mark.parametrize("known", ["too many", "pruned", "other database"])
def test_what_cannot_be_replayed_is_a_snapshot(home: Home, known: str) -> None:
    async def test() -> None:
        home.announce(*(str(number) for number in range(hub.MOST_REPLAYED + hub.OVERLAP_IDS + 1)))
        with home.store.transaction() as session:
            last = outbox.last(session)
            if known == "pruned":
                session.execute(delete(Outbox).where(Outbox.id < last - 2))
        number = {"too many": 1, "pruned": last - 10, "other database": last + 5}[known]
        async with home.watching(), Browser(home, **{"Last-Event-ID": str(number)}) as browser:
            assert await browser.next() == (str(last), "snapshot", {})

    run(test())


@pytest.mark.parametrize(
    ("token", "origin", "status"),
    [("", CONSOLE, 401), ("x" * 43, CONSOLE, 401), ("x" * 500, CONSOLE, 401), (None, "http://evil.example", 403)],
)
def test_who_may_not_listen(lite: Home, token: str | None, origin: str, status: int) -> None:
    async def test() -> None:
        async with lite.watching(), Browser(lite, token=token, Origin=origin) as browser:
            assert browser.response.status == status
            assert ("Access-Control-Allow-Origin" in browser.response.headers) == (origin == CONSOLE)

    run(test())


def test_who_signs_out_hears_no_more(lite: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        monkeypatch.setattr(hub, "RECHECK", 0.1)
        monkeypatch.setattr(hub, "HEARTBEAT", 0.05)
        async with lite.watching(), Browser(lite) as browser:
            await browser.until("heartbeat")
            await asyncio.sleep(0.2)
            await browser.until("heartbeat")
            with lite.store.transaction() as session:
                session.execute(delete(SignIn))
            await browser.until("signed-out")
            with pytest.raises(EOFError):
                await browser.next()

    run(test())


def test_a_browser_that_cannot_keep_up_is_cut_off(lite: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        monkeypatch.setattr(hub, "MOST_BEHIND", 3)
        async with lite.watching() as watch, Browser(lite) as slow, Browser(lite) as quick:
            await slow.until("calls.live")
            await quick.until("calls.live")
            await until(lambda: watch.state()["database"])
            for calls in range(5):  # all at once: the streams have no turn between
                watch.hub.publish_live(calls)
            with pytest.raises(EOFError):
                await slow.until("never")
            async with Browser(lite) as again:
                assert (await again.next())[1] == "hello"
                watch.hub.publish_live(9)
                assert (await again.until("calls.live"))[1]["data"]["calls"] in (4, 9)

    run(test())


def test_too_many_browsers(lite: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        monkeypatch.setattr(hub, "MOST_BROWSERS", 1)
        async with lite.watching(), Browser(lite) as first, Browser(lite) as second:
            assert (first.response.status, second.response.status) == (200, 503)

    run(test())


def test_live_calls_come_from_asterisk_and_end_with_it(lite: Home) -> None:
    async def test() -> None:
        fake = FakeAmi(lambda _, action: channel_list(action, ("1.1", "1.1"), ("1.2", "1.1")))
        fake.port, fake.secret = lite.settings.ami_port, load_logins(lite.settings).ami_secret
        async with fake, lite.watching() as watch, Browser(lite) as browser:
            await browser.until_calls(1)
            assert watch.live.snapshot() == {"1.1", "1.2"}
            await fake.event("Newchannel", **of_channel("2.1", "2.1"))
            await browser.until_calls(2)
            assert watch.state()["asterisk"]
            await fake.stop()
            await browser.until_calls(0)
            assert watch.live.snapshot() is None

    run(test())


def test_the_sweep_files_what_it_finds_and_pages_hear_of_it(lite: Home) -> None:
    async def test() -> None:
        desk = Leavings(settings=lite.settings, store=lite.store)
        async with lite.watching() as watch, Browser(lite) as browser:
            await browser.next()
            await until(lambda: watch.sweeping.last is not None)
            desk.save(SidecarState.TO_FILE, desk.take(1, PartState.RECORDED, wav(3)), ended=True)
            watch.sweeping.stop()
            again = type(watch.sweeping)(lite.settings, lite.store, lambda: NOW, lambda: None)
            again.start()
            try:
                assert (await browser.until("ticket.filed"))[1]["subject"]
            finally:
                await asyncio.to_thread(again.stop)
            assert again.last is not None
            assert again.last.filed == 1

    run(test())


def test_healthz_names_the_parts(lite: Home) -> None:
    async def test() -> None:
        async with lite.watching(), aiohttp.ClientSession() as session, session.get(f"{lite.url}/healthz") as answer:
            health = await answer.json()
            assert await asyncio.to_thread(hub_state, lite.settings) == health
            assert health == {
                "browsers": 0,
                "live_calls": 0,
                "asterisk": False,
                "database": True,
                "sweep_faults": 0,
                "calls_limit": lite.settings.most_calls,
                "calls_refused": 0,
            }

    run(test())


def test_a_taken_port_is_said(lite: Home) -> None:
    async def test() -> None:
        async with lite.watching():
            with pytest.raises(HubPortTaken, match=str(lite.settings.hub_port)):
                async with Watch(lite.settings, lite.store, lambda: NOW):
                    pass

    run(test())


def test_a_database_that_is_away_is_told_and_comes_back(lite: Home) -> None:
    async def test() -> None:
        async with lite.watching() as watch:
            with lite.store.engine.connect().execution_options(raw=True) as connection:
                connection.exec_driver_sql("ALTER TABLE sign_ins RENAME TO hidden")
            async with Browser(lite) as browser:
                assert browser.response.status == 503
            with lite.store.engine.connect().execution_options(raw=True) as connection:
                connection.exec_driver_sql("ALTER TABLE hidden RENAME TO sign_ins")
            async with Browser(lite) as browser:
                assert browser.response.status == 200
            assert watch.state()["database"]

    run(test())


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("http://127.0.0.1:8022", "http://127.0.0.1:8022"),
        ("https://1022.danang.gov.vn", "https://1022.danang.gov.vn"),
        ("https://1022.danang.gov.vn:443/x", "https://1022.danang.gov.vn"),
        ("http://h:80", "http://h"),
    ],
)
def test_origins_are_written_as_browsers_write_them(address: str, origin: str) -> None:
    assert hub._origin(address) == origin


COOKIES = (b"\xff\xfe", b'"\\000"', b"\xc3(", b"=;;=", b"x" * 4_000, b'"\\377\\330"')
LAST_IDS = (b"\xff", b"-5", b"99999999999999999999", b"999999999999999999", "٣".encode(), b"1e9", b"", b"0x1")
ADDRESSES = (
    b"/events?%00",
    b"/events?\xff",
    b"/%00",
    b"/%ff",
    b"//[",
    b"/healthz?a=%ed%a0%bd",
    b"*",
    b"/" + b"a" * 7_000,
)


def test_nothing_from_outside_makes_the_hub_fail(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    async def ask(path: bytes, *headers: bytes) -> int:
        """The status of the answer to bytes as they are."""
        reader, writer = await asyncio.open_connection("127.0.0.1", home.settings.hub_port)
        writer.write(b"\r\n".join([b"GET " + path + b" HTTP/1.1", b"Host: 127.0.0.1", *headers, b"", b""]))
        status = (await asyncio.wait_for(reader.readline(), PATIENCE)).split()[1]
        writer.close()
        return int(status)

    async def test() -> None:
        cookie = b"Cookie: %s=" % home.settings.session_cookie.encode()
        own = cookie + home.token.encode()
        async with home.watching():
            for value in COOKIES:
                assert await ask(b"/events", cookie + value) in {400, 401}
            for value in LAST_IDS:
                assert await ask(b"/events", own, b"Last-Event-ID: " + value) in {200, 400}
            for value in (b"\xff", b"http://[", b"null", b""):
                assert await ask(b"/events", own, b"Origin: " + value) in {400, 403}
            assert [path for path in ADDRESSES if await ask(path, own) >= 500] == []

    run(test())
    assert [record for record in caplog.records if record.exc_info] == []


def test_the_board_is_whole_for_who_sees_calls_and_news_follow(lite: Home) -> None:
    async def test() -> None:
        asterisk = FakeAmi(lambda _fake, action: channel_list(action))
        asterisk.port, asterisk.secret = lite.settings.ami_port, load_logins(lite.settings).ami_secret
        async with asterisk, lite.watching() as watch, Browser(lite) as browser, lite.client() as client:
            await until(lambda: watch.ami.authenticated and watch.exchange.is_synced)
            caller = {"Privilege": "call,all", "ChannelStateDesc": "Up", **of_channel("17.1", "17.1")}
            await asterisk.event("Newchannel", **caller)
            await until(lambda: watch.board.snapshot()["calls"])
            async with client.get(f"{lite.url}/board", headers={"Origin": CONSOLE}) as answer:
                assert answer.headers["Access-Control-Allow-Origin"] == CONSOLE
                board = await answer.json()
            assert list(board["calls"]) == ["17.1"]
            await asterisk.event("Hangup", **caller, Cause="16")
            await until(lambda: not watch.board.snapshot()["calls"])
            await asyncio.to_thread(lite.announce, "01A")
            await browser.until("ticket.filed")
            ended = [news for news in browser.boards if news.get("calls") == {"17.1": None}]
            assert [news["number"] > board["number"] for news in ended] == [True]
            assert {news["run"] for news in browser.boards} == {board["run"]}

    run(test())


def test_an_agency_sees_no_board(lite: Home) -> None:
    """Calls are the desk's: neither the whole nor a piece of news; a role that is changed counts within a stream."""
    with lite.store.transaction() as session:
        session.query(Person).one().role = Role.AGENCY

    async def test() -> None:
        async with lite.watching() as watch, Browser(lite) as browser, lite.client() as client:
            async with client.get(f"{lite.url}/board", headers={"Origin": CONSOLE}) as answer:
                assert answer.status == 403
            watch.hub.publish_board({"number": 1})
            await asyncio.to_thread(lite.announce, "01A")
            await browser.until("ticket.filed")
            assert browser.boards == []

    run(test())


@pytest.mark.parametrize(("token", "origin", "status"), [("", CONSOLE, 401), (None, "http://evil.example", 403)])
def test_the_board_is_for_signed_in_people_of_this_console(
    lite: Home, token: str | None, origin: str, status: int
) -> None:
    async def test() -> None:
        headers = {"Origin": origin}
        async with (
            lite.watching(),
            lite.client(token) as client,
            client.get(f"{lite.url}/board", headers=headers) as answer,
        ):
            assert answer.status == status

    run(test())
