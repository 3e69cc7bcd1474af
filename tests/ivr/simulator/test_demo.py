"""The whole way on real parts, as ``make demo`` shows it: a SIP caller reports, the console shows it, a caller asks."""

import re
import subprocess
import sys

import pytest

from ivr.asterisk import AsteriskMissing, find_asterisk
from ivr.settings import load_settings
from ivr.simulator import read_scenario
from ivr.simulator.demo.calls import with_code
from ivr.testing import need


@pytest.mark.asterisk
@pytest.mark.timeout(1200)
def test_a_report_goes_from_the_telephone_to_the_console_and_back() -> None:
    try:
        find_asterisk(load_settings())
    except AsteriskMissing as missing:
        need(False, str(missing))
    done = subprocess.run(
        [sys.executable, "-m", "ivr", "demo"], capture_output=True, text=True, timeout=1100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"DN\d\d-\d{6}-\d", done.stdout)
    assert "♪ ma ma-la nhac-lai" in done.stdout, "the code is said"
    assert re.search(r"Nhấc máy → tiếng bíp: \d+\.\d giây; nói xong → nghe mã: \d+\.\d giây", done.stdout)
    assert "kiệt" in done.stdout, "the transcript is shown"
    assert "trang-thai-moi" in done.stdout


def test_the_second_call_asks_for_the_code_of_the_first() -> None:
    asks = with_code(read_scenario(load_settings().config / "demo" / "tra-cuu.toml"), "260000019")
    assert [step.press for step in asks.steps] == ["2", "260000019#", "3456#", ""]
    assert asks.tickets[0].code == "260000019"
