"""What the dialplan records alone, on a real Asterisk and from a SIP line: in the line's encoding, as the takes are."""

from datetime import UTC, datetime

import pytest

from ivr.asterisk.nudge import make_age
from ivr.recordings import measure
from ivr.recordings.soundfiles import encode_alaw
from ivr.simulator.sounds import tone
from ivr.spool.fallback import Fallback, find_fallbacks
from ivr.testing.asterisk import RunningAsterisk, wait_for
from ivr.testing.odd_caller import OddCaller

pytestmark = pytest.mark.asterisk


def ended(asterisk: RunningAsterisk) -> list[Fallback]:
    return [each for each in find_fallbacks(asterisk.settings.spool) if each.lasted is not None]


def test_a_line_of_a_law_leaves_a_file_of_a_law(asterisk: RunningAsterisk) -> None:
    caller = OddCaller(port=asterisk.settings.sip_port)
    caller.dial()
    wait_for(lambda: any(each.has_audio for each in find_fallbacks(asterisk.settings.spool)), "nothing is recorded")
    caller.be_quiet(0.5)
    caller.speak(encode_alaw(tone(3)))
    caller.hang_up()
    wait_for(lambda: ended(asterisk), "it does not end")
    (fallback,) = ended(asterisk)
    assert fallback.audio.suffix == ".alaw"
    assert measure(fallback.audio).sounding >= 2.6
    assert sorted(path.suffix for path in fallback.files) == [".alaw", ".end", ".json"]


def test_asterisk_says_since_when_it_runs(asterisk: RunningAsterisk) -> None:
    age = make_age(asterisk.settings, lambda: datetime.now(UTC))
    assert 0 < age() < 600
    asterisk.process.kill()
    asterisk.process.wait()
    assert age() == 0.0
