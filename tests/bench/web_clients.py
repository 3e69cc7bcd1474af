"""Browsers as a load: sixteen signed-in people who read pages, each over one connection, timed to the last byte.

Run as a program so that its own work takes nothing from the process that measures:
``python -m tests.bench.web_clients PORT COOKIE SECONDS PAUSE LIVE PATHS-FILE < tokens`` prints the times as JSON.
"""

import http.client
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

LIVE = "live"
"""The name of the open lists' times, where lists are live."""
_OPEN = "/tickets"
_APART, _SPREAD = 1.0, 0.3
"""Seconds between two fetches of an open list while change follows change, and what chance adds (``live.js``)."""


class Clients:
    """Signed-in browsers; ``times`` holds the seconds of every answer by path."""

    def __init__(self, port: int, cookie: str, tokens: list[str], seconds: float) -> None:
        self._port, self._cookie, self._tokens = port, cookie, tokens
        self._until = time.monotonic() + seconds
        self.times: dict[str, list[float]] = {}
        self.faults: list[str] = []

    def browse(self, number: int, paths: list[str], pause: float) -> None:
        """Read one page after the other, ``pause`` seconds on average between two."""
        random = Random(number)
        time.sleep(random.random() * min(pause, 1.0))
        with self._line() as line:
            while time.monotonic() < self._until:
                self._get(line, number, random.choice(paths), "")
                time.sleep(pause * random.uniform(0.5, 1.5))

    def watch(self, number: int) -> None:
        """Fetch the open list as often as ``live.js`` does while something changes all the time."""
        random = Random(number)
        time.sleep(random.random() * _APART)
        with self._line() as line:
            while (began := time.monotonic()) < self._until:
                self._get(line, number, _OPEN, LIVE)
                time.sleep(max(0.0, began + _APART + random.random() * _SPREAD - time.monotonic()))

    @contextmanager
    def _line(self) -> Iterator[http.client.HTTPConnection]:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            yield line
        except Exception as fault:  # a thread's exception would be lost
            self.faults.append(repr(fault))
        finally:
            line.close()

    def _get(self, line: http.client.HTTPConnection, number: int, path: str, live: str) -> None:
        headers = {"Cookie": f"{self._cookie}={self._tokens[number]}"} | ({"HX-Request": "true"} if live else {})
        began = time.perf_counter()
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        answer.read()
        self.times.setdefault(live or path, []).append(time.perf_counter() - began)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")


def main(words: list[str]) -> None:
    """See the module."""
    port, cookie, seconds, pause, live, file = words
    paths = Path(file).read_text(encoding="utf-8").split("\n")
    tokens = sys.stdin.read().split()
    clients = Clients(int(port), cookie, tokens, float(seconds))
    threads = [
        threading.Thread(target=clients.browse, args=(number, paths, float(pause))) for number in range(len(tokens))
    ]
    if int(live):
        threads += [threading.Thread(target=clients.watch, args=(number,)) for number in range(len(tokens))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if clients.faults:
        raise RuntimeError("; ".join(clients.faults[:3]))
    print(json.dumps(clients.times))


if __name__ == "__main__":
    main(sys.argv[1:])
