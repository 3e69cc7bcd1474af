"""Many citizens at once: one SIPp that calls at a rate, presses the keys of a report, speaks, and is hung up on."""

import csv
import subprocess
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from ivr.prompts import load_catalogue
from ivr.settings import Settings
from ivr.simulator.sounds import to_alaw, tone
from tests.bench.rtp_keys import capture
from tests.bench.sipp import dial, find_sipp

_STEPS = (
    (("chao", "tieng-anh", "ghi-am", "khan", "menu"), 0.6, "1"),
    (("noi",), 1.2, ""),
    ((), 0.4, "1"),
    (("lien-he", "cong-khai"), 3.0, "2"),
)
"""What a caller hears to its end, how many seconds longer they wait, and the key then; without a key they speak.

At the contact number they press nothing: two seconds later the call goes on with the number they call from.
"""
LAST = 60.0
"""Seconds in which the code was read twice and the line is hung up, at most, also where hundreds call at once."""


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """What SIPp counted."""

    succeeded: int
    failed: int
    retransmits: int
    said: str

    @property
    def clean(self) -> bool:
        """No call failed and nothing had to be sent twice."""
        return self.failed == 0 and self.retransmits == 0


def call_all(
    settings: Settings, folder: Path, *, called: str, count: int, rate: float, speech: float, last: float = LAST
) -> Crowd:
    """``count`` full calls, ``rate`` new ones a second; returns when the last is over.

    A call that is not over ``last`` seconds after its last key has failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scenario, stats = folder / "crowd.xml", folder / "crowd.csv"
    stats.unlink(missing_ok=True)
    sounds = load_catalogue(settings, settings.city)
    heard = {name: _seconds(sounds.sound(name, "vi").path) for names, _, _ in _STEPS for name in names}
    scenario.write_text(_scenario(folder, speech, heard, last), encoding="utf-8")
    longest = sum(heard.values()) + speech + last
    command = [
        str(find_sipp()), f"127.0.0.1:{settings.sip_port}", "-sf", str(scenario), "-s", called, "-m", str(count),
        "-r", f"{rate:g}", "-l", "2000", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin", "-trace_stat",
        "-stf", str(stats), "-fd", "1", "-trace_err", "-error_file", str(folder / "errors.log"),
        "-timeout", f"{count / rate + longest + 30:.0f}s", "-timeout_error",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
    if not stats.exists():
        raise RuntimeError(f"sipp: {done.stderr[-500:]}{done.stdout[-500:]}")
    with stats.open(encoding="utf-8", errors="replace") as file:
        counted = list(csv.DictReader(file, delimiter=";"))[-1]
    succeeded = int(counted["SuccessfulCall(C)"])
    return Crowd(
        succeeded=succeeded,
        failed=max(int(counted["FailedCall(C)"]), count - succeeded),
        retransmits=int(counted["Retransmissions(C)"]),
        said=done.stderr[-300:],
    )


def _seconds(sound: str) -> float:
    """How long a built sound is on disk, where it may be cut short."""
    with wave.open(f"{sound}.wav", "rb") as file:
        return file.getnframes() / file.getframerate()


def _scenario(folder: Path, speech: float, heard: Mapping[str, float], last: float) -> str:
    """Pauses fit the prompts as they are: keys come after the prompt they answer."""
    said = folder / "said.alaw"
    said.write_bytes(to_alaw(tone(speech)))
    speak = f"<nop><action><exec rtp_stream={quoteattr(f'{said},1,8,PCMA/8000')}/></action></nop>"
    steps = []
    for number, (prompts, longer, key) in enumerate(_STEPS, start=1):
        steps.append(_pause(sum(heard[name] for name in prompts) + longer))
        steps += [_press(key, number, folder)] if key else [speak, _pause(speech)]
    call = dial("09051[call_number]", media_port="[rtpstream_audio_port]")
    return _XML.replace("DIAL", call).replace("LAST", f"{last * 1000:.0f}").replace("STEPS", "\n".join(steps))


def _pause(seconds: float) -> str:
    return f'<pause milliseconds="{round(seconds * 1000)}"/>'


def _press(key: str, number: int, folder: Path) -> str:
    file = folder / f"key-{number}.pcap"
    file.write_bytes(capture(key, number))
    return f"<nop><action><exec play_pcap_audio={quoteattr(str(file))}/></action></nop>"


_XML = """<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="crowd">
DIAL
  STEPS
  <recv request="BYE" timeout="LAST"/>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
</scenario>
"""
