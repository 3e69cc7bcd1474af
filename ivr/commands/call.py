"""``tongdai call FILE.toml``: real SIP calls to the running system, each compared with what it must come to."""

import argparse
import asyncio
import ipaddress
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from ivr.asterisk.trial_calls import mark_name
from ivr.command import Command
from ivr.errors import TongdaiError
from ivr.settings import Settings
from ivr.simulator.journal_tail import Journals
from ivr.simulator.lateness import too_slow
from ivr.simulator.outcome import Outcome, differences, find_outcome
from ivr.simulator.play import Played, play
from ivr.simulator.read import read_scenarios
from ivr.simulator.values import Scenario
from ivr.store import Store, open_store
from ivr.words import language, tr

FILED_WITHIN = 15.0
"""Seconds after a call's end in which its row and ticket must be there."""


class CannotPlay(TongdaiError):
    """A scenario needs circumstances that a running system does not have."""


def run_scenarios(settings: Settings, scenarios: Sequence[Scenario], *, host: str, quiet: bool) -> int:
    """Call one after another; 0 when every call ended as its file says."""
    failed = 0
    with closing(open_store(settings)) as store:
        for scenario in scenarios:
            print(f"{scenario.name}: {scenario.title[language()]}")
            faults = asyncio.run(_call(settings, scenario, store, host=host, quiet=quiet))
            for fault in faults:
                print(f"  ✗ {fault}")
            print(f"  ✓ {tr('đúng như kịch bản', 'as the scenario says')}" if not faults else "")
            failed += bool(faults)
    return 1 if failed else 0


async def _call(settings: Settings, scenario: Scenario, store: Store, *, host: str, quiet: bool) -> list[str]:
    played = await play(
        scenario,
        host=host,
        port=settings.sip_port,
        journals=Journals(settings.spool),
        say=(lambda line: None) if quiet else lambda line: print(f"  {line}"),
        name_of=partial(mark_name, settings),  # tickets and figures know it for a trial
    )
    outcome = await _outcome(store, played.ulid) if played.ulid else None
    return _faults(scenario, played, outcome)


async def _outcome(store: Store, ulid: str) -> Outcome | None:
    """The call's row, once it is closed; its ticket was filed before."""
    for _ in range(round(FILED_WITHIN / 0.2)):
        found = find_outcome(store, "", ulid=ulid)
        if found is not None:
            return found
        await asyncio.sleep(0.2)
    return None


def _faults(scenario: Scenario, played: Played, outcome: Outcome | None) -> list[str]:
    if outcome is None:
        return [*played.faults, tr("cuộc gọi không có trong cơ sở dữ liệu", "the call is not in the database")]
    faults = [*played.faults, *differences(scenario.expected, outcome)]
    return [too_slow(played.late), *faults] if faults and played.late.voids else faults


def _check_plain(scenario: Scenario) -> None:
    """Nothing is thrown, broken or invented on a running system for a rehearsal's sake."""
    if not scenario.plain:
        raise CannotPlay(
            tr(
                f"{scenario.name}: kịch bản này cần hoàn cảnh riêng (công tắc, phiếu có sẵn, đĩa đầy…), "
                "chỉ chạy trong bộ kiểm thử.",
                f"{scenario.name}: this scenario needs circumstances of its own (a switch, a ticket, a full disk …); "
                "only the test suite plays it.",
            )
        )


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE.toml", help=tr("kịch bản cuộc gọi", "call scenarios")
    )
    parser.add_argument(
        "--quiet", action="store_true", help=tr("chỉ in kết quả", "print results only, not each prompt and key")
    )
    parser.add_argument(
        "--check", action="store_true", help=tr("chỉ kiểm tra tệp, không gọi", "only check the files, make no call")
    )


def _run(settings: Settings, arguments: argparse.Namespace) -> int:
    scenarios = [scenario for path in arguments.files for scenario in read_scenarios(path)]
    if arguments.check:
        for scenario in scenarios:
            print(f"{scenario.name}: {scenario.title[language()]}")
        return 0
    for scenario in scenarios:
        _check_plain(scenario)
    address = ipaddress.ip_address(settings.bind)
    host = "127.0.0.1" if address.is_unspecified else str(address)
    return run_scenarios(settings, scenarios, host=host, quiet=arguments.quiet)


COMMAND = Command(
    help=tr(
        "gọi thử hệ thống đang chạy theo kịch bản và so với điều phải xảy ra",
        "call the running system as a scenario says and compare what comes of it",
    ),
    configure=_configure,
    run=_run,
)
