"""How long a citizen waits: from the answer to the beep, and from the end of the report to its code, on a real line."""

import asyncio
from collections.abc import Iterator
from statistics import median

from ivr.city.city import load_city
from ivr.city.seconds.limits import Way
from ivr.prompts import load_catalogue
from ivr.simulator import read_scenario
from ivr.simulator.journal_tail import Journals
from ivr.simulator.moments import answer_to_beep, speech_to_code
from ivr.simulator.play import Played, play_punctually
from tests.bench.house import House, house
from tests.bench.table import Row


def conversation(scale: float) -> Iterator[Row]:
    """The demonstration's report with whole prompts; its citizen answers each question as soon as it begins."""
    calls = max(1, round(3 * scale))
    with house(whole_prompts=True) as line:
        played = [asyncio.run(_report(line)) for _ in range(calls)]
        limits = load_city(line.settings.config, line.settings.city).seconds
        sounds = load_catalogue(line.settings, line.settings.city)
    for call in played:
        if call.faults:
            raise RuntimeError("; ".join(call.faults))
    beep = [seconds for call in played if (seconds := answer_to_beep(call)) is not None]
    code = [seconds for call in played if (seconds := speech_to_code(call, sounds, "vi")) is not None]
    most_beep = limits.of(Way.BY_SENTENCE, "vi")
    most_code = limits.of(Way.REPORT, "vi") - limits.of(Way.HEARD_OUT, "vi")
    note = f"median of {calls}, prompts of real length; Vietnamese"
    for name, times, most in (("answer → beep", beep, most_beep), ("end of speech → code", code, most_code)):
        value = median(times)
        yield Row(name=name, value=value, unit="s", aim=f"≤ {most:g} s", met=value <= most, note=note)


async def _report(line: House) -> Played:
    settings = line.settings
    return await play_punctually(
        read_scenario(settings.config / "demo" / "phan-anh.toml"),
        host="127.0.0.1",
        port=settings.sip_port,
        journals=Journals(settings.spool),
    )
