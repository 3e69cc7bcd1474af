"""A home whose hub can be watched, and a browser that listens to it. For tests alone."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from ivr.model import Role
from ivr.services import outbox, people
from ivr.settings import Settings
from ivr.store import Store
from ivr.testing import free_port, temporary_settings
from ivr.testing.asterisk import PATIENCE
from ivr.watch.service import Watch

NOW = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)
CONSOLE = "http://127.0.0.1:8022"


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run a test that awaits, and end it in any case."""
    asyncio.run(asyncio.wait_for(test, 2 * PATIENCE))


class Home:
    """Settings, store and a signed-in operator."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.store = store
        self.settings: Settings = temporary_settings(folder, hub_port=free_port(), ami_port=free_port())
        with store.transaction() as session:
            people.create_person(session, "lan", "Lan", Role.OPERATOR, "xuan-vang-da-cuoc", NOW)
        token = people.sign_in(store, "lan", "xuan-vang-da-cuoc", "127.0.0.1", NOW)
        assert isinstance(token, str)
        self.token = token

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.hub_port}"

    def client(self, token: str | None = None) -> aiohttp.ClientSession:
        """A browser's requests, with the cookie of who is signed in unless another is given."""
        cookies = {self.settings.session_cookie: self.token if token is None else token}
        return aiohttp.ClientSession(cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True))

    def announce(self, *subjects: str, at: datetime = NOW) -> None:
        with self.store.transaction() as session:
            for subject in subjects:
                outbox.announce(session, outbox.TICKET_FILED, subject, {"id": 7}, now=at)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[Watch]:
        async with Watch(self.settings, self.store, lambda: NOW) as watch:
            await until(lambda: not watch.tail.away)
            yield watch


class Browser:
    """An EventSource: reads events as (id, name, data)."""

    def __init__(self, home: Home, *, token: str | None = None, **headers: str) -> None:
        self._session = home.client(token)
        self.boards: list[Any] = []
        """News of the board so far, which :meth:`next` passes by."""
        self._request = self._session.get(f"{home.url}/events", headers={"Origin": CONSOLE, **headers})

    async def __aenter__(self) -> "Browser":
        try:
            self.response = await self._request
        except BaseException:
            await self._session.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.response.close()
        await self._session.close()
        await asyncio.sleep(0.01)

    async def next(self) -> tuple[str, str, Any]:
        fields: dict[str, str] = {}
        while "data" not in fields:
            fields = {}
            while line := (await asyncio.wait_for(self.response.content.readline(), PATIENCE)).decode().rstrip("\n"):
                name, _, value = line.partition(": ")
                fields[name] = value
            if not fields and self.response.content.at_eof():
                raise EOFError
        event = fields.get("id", ""), fields["event"], json.loads(fields["data"])
        if event[1] != "board":
            return event
        self.boards.append(event[2])
        return await self.next()

    async def until(self, name: str) -> tuple[str, Any]:
        while True:
            number, found, data = await self.next()
            if found == name:
                return number, data

    async def until_calls(self, calls: int) -> None:
        """Until so many calls go on. A count may be said twice: to who connects, and as news in the same moment."""
        while (await self.until("calls.live"))[1]["data"]["calls"] != calls:
            pass


async def until(condition: Callable[[], object]) -> None:
    end = asyncio.get_running_loop().time() + PATIENCE
    while not condition():
        assert asyncio.get_running_loop().time() < end, "waited in vain"
        await asyncio.sleep(0.01)
