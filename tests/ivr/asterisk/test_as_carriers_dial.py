"""What carriers send, on a real Asterisk: numbers in every spelling, OPTIONS, offers, callers who hide themselves.

No server of ours listens, so that each call goes to the fallback at once, which writes down who called and what was
dialled.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from ivr.model.numbers import normalise
from ivr.testing.asterisk import RunningAsterisk, wait_for
from ivr.testing.trunk import Trunk, offer, trunk_of

pytestmark = pytest.mark.asterisk

CITIZEN = "+84905100501"


@pytest.fixture
def trunk(asterisk: RunningAsterisk) -> Iterator[Trunk]:
    with trunk_of(asterisk) as made:
        yield made


def invite(
    trunk: Trunk,
    user: str = "1022",
    *,
    caller: str = f"sip:{CITIZEN}@carrier.example",
    more: str = "",
    profile: str = "RTP/AVP",
) -> str:
    return trunk.ask("INVITE", user, caller=caller, more=more, sdp=offer(profile)).splitlines()[0]


def test_a_trunk_that_asks_whether_we_live_gets_200_whatever_user_it_names(trunk: Trunk) -> None:
    for user in ("", "1022", "ping", "asterisk", "0236", "+842361022"):
        assert trunk.ask("OPTIONS", user).startswith("SIP/2.0 200"), user


def test_every_spelling_of_an_own_number_reaches_its_city(trunk: Trunk) -> None:
    for dialled in (
        "02251022",
        "+842251022",
        "+8402251022",
        "00842251022",
        "2251022;phone-context=+84",
        "02251022;user=phone",
    ):
        assert invite(trunk, dialled) == "SIP/2.0 200 OK", dialled
        assert trunk.written["city"] == "hai-phong", dialled


def test_a_number_that_is_not_ours_is_answered_and_logged(trunk: Trunk) -> None:
    for dialled in ("0299123456", "tongdai"):
        assert invite(trunk, dialled) == "SIP/2.0 200 OK"
        assert trunk.written["city"] == trunk.asterisk.settings.city
    log = trunk.asterisk.settings.logs / "asterisk" / "messages"
    for dialled in ("0299123456", "tongdai"):
        wait_for(partial(_says, log, f'unknown number "{dialled}"'), "the log says nothing")


def _says(log: Path, words: str) -> bool:
    return words in log.read_text()


def test_one_caller_has_one_number_in_every_spelling(trunk: Trunk) -> None:
    digits = CITIZEN.removeprefix("+84")
    for user in (
        f"+84{digits}",
        f"0{digits};cpc=ordinary",
        f"+84{digits};phone-context=+84",
        f"+840{digits}",
        f"84{digits}",
    ):
        assert invite(trunk, caller=f"sip:{user}@carrier.example;user=phone") == "SIP/2.0 200 OK", user
        assert normalise(trunk.written["caller"]) == CITIZEN, user
    identity = f"P-Asserted-Identity: <sip:+84{digits}@ims.example;user=phone>\r\n"
    assert invite(trunk, caller="sip:Unavailable@carrier.example", more=identity) == "SIP/2.0 200 OK"
    assert normalise(trunk.written["caller"]) == CITIZEN


def test_a_caller_who_withholds_the_number_has_none(trunk: Trunk) -> None:
    hidden = f"P-Asserted-Identity: <sip:{CITIZEN}@ims.example>\r\nPrivacy: id\r\n"
    assert invite(trunk, caller="sip:anonymous@anonymous.invalid", more=hidden) == "SIP/2.0 200 OK"
    assert trunk.written["caller"] == ""


def test_an_offer_of_avpf_is_served(trunk: Trunk) -> None:
    answer = trunk.ask("INVITE", "1022", caller=f"sip:{CITIZEN}@carrier.example", sdp=offer("RTP/AVPF"))
    assert answer.startswith("SIP/2.0 200")
    assert "m=audio" in answer
    assert "RTP/AVPF 8" in answer


def test_an_offer_of_encryption_is_answered_with_encryption(trunk: Trunk) -> None:
    crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw\n"
    answer = trunk.ask("INVITE", "1022", caller=f"sip:{CITIZEN}@carrier.example", sdp=offer("RTP/SAVP") + crypto)
    assert answer.startswith("SIP/2.0 200")
    assert "RTP/SAVP 8" in answer
    assert "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" in answer


def test_a_plain_offer_is_answered_plainly(trunk: Trunk) -> None:
    answer = trunk.ask("INVITE", "1022", caller=f"sip:{CITIZEN}@carrier.example", sdp=offer())
    assert answer.startswith("SIP/2.0 200")
    assert "RTP/AVP 8" in answer
    assert "crypto" not in answer
