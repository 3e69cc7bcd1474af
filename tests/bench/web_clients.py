"""Browsers as a load: sixteen signed-in people who read pages, each over one connection, timed to the last byte.

Run as a program so that its own work takes nothing from the process that measures:
``python -m tests.bench.web_clients PORT COOKIE SECONDS PAUSE PATHS-FILE < tokens`` prints the times as JSON.
"""

import http.client
import json
import sys
import threading
import time
from pathlib import Path
from random import Random


def read_pages(
    port: int, cookie: str, tokens: list[str], paths: list[str], *, seconds: float, pause: float
) -> dict[str, list[float]]:
    """Seconds of every answer by path; each client pauses ``pause`` seconds on average between pages."""
    times: dict[str, list[float]] = {path: [] for path in paths}
    faults: list[str] = []
    until = time.monotonic() + seconds

    def browse(number: int) -> None:
        random = Random(number)
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        time.sleep(random.random() * min(pause, 1.0))
        try:
            while time.monotonic() < until:
                path = random.choice(paths)
                began = time.perf_counter()
                line.request("GET", path, headers={"Cookie": f"{cookie}={tokens[number % len(tokens)]}"})
                answer = line.getresponse()
                answer.read()
                times[path].append(time.perf_counter() - began)
                if answer.status != 200:
                    faults.append(f"{path}: {answer.status}")
                    break
                time.sleep(pause * random.uniform(0.5, 1.5))
        except Exception as fault:  # a thread's exception would be lost
            faults.append(repr(fault))
        finally:
            line.close()

    clients = [threading.Thread(target=browse, args=(number,)) for number in range(len(tokens))]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    if faults:
        raise RuntimeError("; ".join(faults[:3]))
    return times


def main(words: list[str]) -> None:
    """See the module."""
    port, cookie, seconds, pause, file = words
    paths = Path(file).read_text(encoding="utf-8").split("\n")
    times = read_pages(int(port), cookie, sys.stdin.read().split(), paths, seconds=float(seconds), pause=float(pause))
    print(json.dumps(times))


if __name__ == "__main__":
    main(sys.argv[1:])
