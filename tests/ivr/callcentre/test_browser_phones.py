"""Names of telephones in browsers."""

import pytest

from ivr.callcentre.browser_phones import browser_phone, person_at


@pytest.mark.parametrize("person", [1, 12, 2_000_000_000])
def test_a_name_tells_its_person(person: int) -> None:
    assert person_at(browser_phone(person)) == person


@pytest.mark.parametrize(
    "other", ["PJSIP/100", "PJSIP/tongdai-", "PJSIP/tongdai-0", "PJSIP/tongdai-1x", "PJSIP/tongdai-1-00000001", ""]
)
def test_no_other_telephone_is_a_persons(other: str) -> None:
    assert person_at(other) is None
