"""``make bench``: all figures as one table, ratios first; ``--only NAME`` one of them, ``--scale 0.1`` in short."""

import argparse
import io
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path

from tests.bench import commands, console, conversation, desk, phone, ticket, work
from tests.bench.table import Row, machine, markdown, write_json

BENCHES: dict[str, Callable[[float], Iterator[Row]]] = {
    "start": ticket.start,
    "cost": phone.cost,
    "rate": phone.rate,
    "parallel": phone.parallel,
    "command": commands.command,
    "key": commands.key,
    "conversation": conversation.conversation,
    "ticket": ticket.ticket,
    "worker": work.worker,
    "memory": phone.memory,
    "console": console.console,
    "desk": desk.desk,
}
RESULT = Path("var") / "bench.json"


def main(words: list[str]) -> int:
    """Measure, tell; exit status 1 where something could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=BENCHES, action="append", help="this one alone; may be given again")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the calls, seconds and rows")
    parser.add_argument("--json", type=Path, default=RESULT)
    arguments = parser.parse_args(words)
    os.environ["TONGDAI_LANGUAGE"] = "en"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leave through the blocks, which stop what they started
    about, rows, broken = machine(), [], 0
    for name in arguments.only or BENCHES:
        began = time.monotonic()
        try:
            with redirect_stdout(io.StringIO()):  # the parts' own logs
                for row in BENCHES[name](arguments.scale):
                    print(f"{row.name}: {row.shown}", file=sys.stderr, flush=True)
                    rows.append(row)
                write_json(rows, about, arguments.json)
        except Exception as fault:  # the other figures are worth having
            broken += 1
            print(f"✗ {name}: {fault!r}", file=sys.stderr, flush=True)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(markdown(rows, about))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
