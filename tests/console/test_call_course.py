"""What a call's page says of the line: how long the caller waited, who talked, and nothing where only the menu was."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from console import labels
from ivr.callcentre.segments import SegmentKind
from ivr.callcentre.visits import Outcome
from ivr.model import CallStep, LineCall
from ivr.model.calls import promised
from ivr.testing.console import SeededConsole


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_stretches_of_a_talk_stand_with_their_lengths(
    sign_in: Callable[..., FlaskClient], seeded: SeededConsole
) -> None:
    page = words_of(sign_in("lan").get(f"/calls/{seeded.find_talk()}").text)
    assert "Trên đường dây" in page
    for stretch in ("1 Trong menu 0:24", "2 Đổ chuông 0:12", "3 Nói chuyện 0:35 · máy op1", "4 Giữ máy 0:24 · máy op1"):
        assert stretch in page
    assert "Hàng đợi Có người nghe máy Chờ người nghe máy 0:12" in page
    assert "Nói chuyện 0:59" in page  # with the hold


def test_the_same_in_english(sign_in: Callable[..., FlaskClient], seeded: SeededConsole) -> None:
    client = sign_in("lan")
    client.post("/preferences", data={"language": "en"})
    page = words_of(client.get(f"/calls/{seeded.find_talk()}").text)
    for words in (
        "On the line",
        "2 Ringing 0:12",
        "3 Talking 0:35 · phone op1",
        "4 On hold",
        "Queue Answered by a person Waited for a person 0:12",
    ):
        assert words in page


def test_a_call_that_saw_nothing_but_the_menu_has_no_such_part(
    sign_in: Callable[..., FlaskClient], seeded: SeededConsole
) -> None:
    page = sign_in("lan").get(f"/calls/{seeded.ulid(4217)}").text
    assert "Trên đường dây" not in page
    assert "Chờ người nghe máy" not in page


def test_who_found_nobody_there_was_offered_to_a_queue_all_the_same(
    sign_in: Callable[..., FlaskClient], seeded: SeededConsole
) -> None:
    """Nothing of it is seen on the line: the menu goes on at once."""
    with seeded.store.transaction() as session:
        row = session.query(LineCall).one()
        row.segments = row.segments[:1]
        row.visits[0].outcome = Outcome.OVERFLOWED
    page = words_of(sign_in("lan").get(f"/calls/{seeded.find_talk()}").text)
    assert "Hàng đợi Không gặp ai, được mời cách khác" in page
    assert "Trên đường dây" not in page


def test_a_call_that_was_cut_says_so(sign_in: Callable[..., FlaskClient], seeded: SeededConsole) -> None:
    call = seeded.find_talk()
    assert "Tổng đài dừng giữa cuộc gọi" not in sign_in("lan").get(f"/calls/{call}").text
    with seeded.store.transaction() as session:
        session.query(LineCall).one().cut = True
    assert "Tổng đài dừng giữa cuộc gọi" in sign_in("lan").get(f"/calls/{call}").text


def test_what_a_caller_was_promised_stands_at_its_step(
    sign_in: Callable[..., FlaskClient], seeded: SeededConsole
) -> None:
    call = seeded.find_talk()
    assert "Đã báo thời gian chờ" not in sign_in("lan").get(f"/calls/{call}").text
    with seeded.store.transaction() as session:
        session.get_one(CallStep, (call, 2)).note = f"{promised(3)}; answered"
    client = sign_in("lan")
    assert "Đã báo thời gian chờ khoảng 3 phút" in client.get(f"/calls/{call}").text
    client.post("/preferences", data={"language": "en"})
    assert "Told to expect a wait of about 3 min" in client.get(f"/calls/{call}").text


@pytest.mark.parametrize("kind", list(SegmentKind))
def test_every_kind_of_stretch_has_words(kind: SegmentKind) -> None:
    assert kind in labels.SEGMENTS


def test_a_number_outside_the_house_is_no_telephone_of_ours(
    sign_in: Callable[..., FlaskClient], seeded: SeededConsole
) -> None:
    with seeded.store.transaction() as session:
        for part in session.query(LineCall).one().segments:
            part.phones = ["PJSIP/trunk"] if part.phones else []
    page = words_of(sign_in("lan").get(f"/calls/{seeded.find_talk()}").text)
    assert "Nói chuyện 0:35 · số ngoài" in page
    assert "trunk" not in page
