"""The whole way on real parts, as ``make demo`` shows it: a SIP caller reports, the console shows it, a caller asks."""

import re
import shutil
import subprocess
import sys

import pytest

from ivr.asterisk import AsteriskMissing, find_asterisk
from ivr.settings import load_settings
from ivr.testing import need


@pytest.mark.asterisk
@pytest.mark.timeout(400)
def test_a_report_goes_from_the_telephone_to_the_console_and_back() -> None:
    need(shutil.which("sipp") is not None, "sipp (package sip-tester)")
    try:
        find_asterisk(load_settings())
    except AsteriskMissing as missing:
        need(False, str(missing))
    done = subprocess.run(
        [sys.executable, "-m", "ivr", "demo"], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"DN\d\d-\d{6}-\d", done.stdout)
    assert "trang-thai-moi" in done.stdout
