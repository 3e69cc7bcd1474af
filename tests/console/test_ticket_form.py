"""What a ticket's page says and offers: verbs, whose ticket it is, where the text stands, how takes ended, numbers."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from console.takes import describe_takes
from console.ticket_form import find_text_state
from console.views.ticket_page import find_next
from ivr.model import ReportPart, Reveal, State, WorkItem, WorkState
from ivr.services import listing

SignIn = Callable[..., FlaskClient]
HTMX = {"HX-Request": "true"}


def steps(text: str) -> list[str]:
    """The buttons of the action bar, each once, the one of F8 with a star."""
    bar = text.split('id="part-bar"')[1].split("</section>")[0]
    found = re.findall(r"<(?:button|a) ([^>]*)>(.*?)</(?:button|a)>", bar, re.DOTALL)
    plain = [
        ("*" if "data-key" in tag else "") + re.sub(r"<kbd.*?</kbd>|<[^>]*>", "", body).strip() for tag, body in found
    ]
    return sorted(set(plain))


def test_the_words_stand_before_everything_else(sign_in: SignIn, seeded: Any) -> None:
    text = sign_in("lan").get(f"/tickets/{seeded.ulid(4217)}").text
    places = [text.index(f'id="part-{name}') for name in ("bar", "said", "facts", "history", "sound", "side")]
    assert places == sorted(places)


def test_buttons_are_verbs_and_the_first_one_is_what_comes_next(sign_in: SignIn, seeded: Any) -> None:
    lan, hoa = sign_in("lan"), sign_in("hoa")
    free = lan.get(f"/tickets/{seeded.ulid(4217)}").text
    assert steps(free) == ["*Nhận phiếu", "Gộp vào phiếu đã có…", "Phiếu kế tiếp", "Từ chối tiếp nhận…"]
    own = steps(lan.get(f"/tickets/{seeded.ulid(4213)}").text)
    assert "*Chuyển cơ quan…" in own
    assert {"Hỏi thêm người dân…", "Trả lời người dân…", "Tổng đài tự xử lý", "Trả lại hàng chờ"} <= set(own)
    at_agency = steps(lan.get(f"/tickets/{seeded.ulid(4212)}").text)  # the agency's step is not the desk's
    assert "*Phiếu kế tiếp" in at_agency
    assert "Bắt đầu xử lý" in at_agency
    assert steps(lan.get(f"/tickets/{seeded.ulid(4211)}").text) == ["*Phiếu kế tiếp"]  # Minh's
    assert {"Nhận thay", "Giao cho người khác…", "Báo xử lý xong…"} <= set(
        steps(hoa.get(f"/tickets/{seeded.ulid(4211)}").text)
    )


@pytest.mark.parametrize(("publish", "offered"), [(True, True), (False, False), (None, False)])
def test_publication_is_offered_to_who_may_where_the_citizen_agreed(
    sign_in: SignIn, seeded: Any, publish: bool | None, offered: bool
) -> None:
    seeded.change(4209, publish=publish)
    path = f"/tickets/{seeded.ulid(4209)}"
    assert ("Công khai câu trả lời…" in steps(sign_in("hoa").get(path).text)) == offered
    assert "Công khai câu trả lời…" not in steps(sign_in("lan").get(path).text)


def test_a_colleagues_ticket_offers_no_change(sign_in: SignIn, seeded: Any) -> None:
    text = sign_in("lan").get(f"/tickets/{seeded.ulid(4211)}").text
    assert "Lê Minh đang xử lý" in text
    assert "data-edits" not in text
    assert 'name="category"' not in text
    assert 'id="note"' in text
    refused = sign_in("lan").post(
        f"/tickets/{seeded.ulid(4211)}/text", data={"text": "khác", "version": 1}, headers=HTMX
    )
    assert refused.status_code == 403
    assert refused.json is not None
    assert "Lê Minh" in refused.json["message"]


def test_classification_changes_one_value_at_a_time(sign_in: SignIn, seeded: Any) -> None:
    lan, path = sign_in("lan"), f"/tickets/{seeded.ulid(4216)}/facts"
    for number, form in enumerate(
        ({"urgent": ["0", "1"]}, {"kind": "kien_nghi"}, {"category": "cay-xanh"}, {"urgent": "0"})
    ):
        answer = lan.post(path, data={**form, "version": 1}, headers=HTMX)  # each from the page as it was at first
        assert answer.status_code == 204, number
    with seeded.store.reading() as session:
        ticket = listing.find_ticket_of_report(session, seeded.ulid(4216))
        assert ticket is not None
        assert (ticket.urgent, ticket.kind, ticket.category) == (False, "kien_nghi", "cay-xanh")
    assert "đề xuất: Sở Xây dựng" in lan.get(f"/tickets/{seeded.ulid(4216)}/parts/facts").text


@pytest.mark.parametrize(
    ("work", "state", "says"),
    [
        (WorkState.WAITING, "coming", "Máy đang nghe ghi âm"),
        (WorkState.CLAIMED, "coming", "Máy đang nghe ghi âm"),
        (WorkState.PARKED, "failed", "chưa ghi được thành chữ sau ba lần thử"),
        (WorkState.DONE, "empty", "Không nghe thấy lời nói."),
        (None, "none", "không có nội dung bằng chữ"),
    ],
)
def test_where_a_text_stands_follows_from_the_work(
    sign_in: SignIn, seeded: Any, work: WorkState | None, state: str, says: str
) -> None:
    ulid = seeded.ulid(4215)
    with seeded.store.transaction() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.subject == ulid)).one()
        if work is None:
            session.delete(item)
        else:
            item.state = work
    assert says in sign_in("lan").get(f"/tickets/{ulid}").text
    with seeded.store.reading() as session:
        assert find_text_state(session, listing.get_recording(session, ulid)) == state


def test_a_retry_says_at_once_that_the_text_is_being_made(sign_in: SignIn, seeded: Any) -> None:
    ulid = seeded.ulid(4215)
    with seeded.store.transaction() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.subject == ulid)).one()
        item.state, number = WorkState.PARKED, item.id
    lan = sign_in("lan")
    assert "sau ba lần thử" in lan.get(f"/tickets/{ulid}/parts/said").text
    sign_in("admin").post(f"/jobs/{number}/retry")
    assert "Máy đang nghe ghi âm" in lan.get(f"/tickets/{ulid}/parts/said").text


def test_how_each_take_ended_and_what_is_missing(sign_in: SignIn, seeded: Any) -> None:
    ulid = seeded.ulid(4213)
    with seeded.store.transaction() as session:
        first = session.scalars(select(ReportPart).where(ReportPart.ulid == ulid)).one()
        first.end_reason, first.sound_seconds, first.clock_seconds = "silence", 12.0, 12.4
        more = {"recording_id": first.recording_id, "ulid": ulid}
        session.add(ReportPart(number=2, end_reason="hangup", sound_seconds=5.0, clock_seconds=9.2, **more))
    text = sign_in("lan").get(f"/tickets/{ulid}/parts/sound").text
    assert "Đoạn 1 · 0:12" in text
    assert "Kết thúc: người gọi im lặng" in text
    assert 'data-goes="12.0"' in text
    assert "Kết thúc: người gọi gác máy khi đang nói" in text
    assert text.count("thiếu khoảng") == 1
    assert "thiếu khoảng 4 giây âm thanh" in text


def test_takes_without_a_known_end_say_nothing() -> None:
    (take,) = describe_takes([ReportPart(number=1, sound_seconds=9.0, clock_seconds=None, end_reason="new")])
    assert (take.start, take.ended, take.missing) == (0.0, "", 0.0)


def test_marks_stand_beside_the_words(sign_in: SignIn, seeded: Any) -> None:
    said = sign_in("lan").get(f"/tickets/{seeded.ulid(4215)}/parts/said").text
    assert "Gác máy khi chưa bấm gửi" in said


def test_a_written_report_speaks_of_no_telephone(sign_in: SignIn, seeded: Any) -> None:
    ulid = seeded.write("Cây đổ trước cổng trường.")
    text = sign_in("hoa").get(f"/tickets/{ulid}").text.split("<main")[1].split("</main>")[0]
    assert "Nhận phản ánh (Zalo)" in text
    assert "Chưa hỏi, nghĩa là không" in text
    for telephone in ("gười gọi", "uộc gọi", "gác máy", "hi âm", "Số máy", "qua điện thoại"):
        assert telephone not in text, telephone


def test_a_whole_number_is_shown_to_the_holder_and_to_others_for_a_reason(sign_in: SignIn, seeded: Any) -> None:
    ulid = seeded.ulid(4213)
    lan, minh, hoa = sign_in("lan"), sign_in("minh"), sign_in("hoa")
    assert "0905 123 456" in lan.get(f"/tickets/{ulid}").text
    for client in (minh, hoa):
        text = client.get(f"/tickets/{ulid}").text
        assert "0905 123 456" not in text
        assert "0905 ••• 456" in text
    assert "Hiện số" not in minh.get(f"/tickets/{ulid}").text
    assert minh.post(f"/tickets/{ulid}/number", data={"reason": "gọi lại"}).status_code == 403
    assert "Vì sao cần xem số điện thoại?" in hoa.get(f"/tickets/{ulid}/number").text
    assert hoa.post(f"/tickets/{ulid}/number", data={"reason": " "}, headers=HTMX).status_code == 403
    assert hoa.post(f"/tickets/{ulid}/number", data={"reason": "gọi lại"}, headers=HTMX).status_code == 204
    assert "0905 123 456" in hoa.get(f"/tickets/{ulid}/parts/side").text
    seeded.now += timedelta(minutes=16)
    assert "0905 123 456" not in hoa.get(f"/tickets/{ulid}/parts/side").text
    with seeded.store.reading() as session:
        (row,) = session.scalars(select(Reveal))
        assert (row.ulid, row.reason, row.address) == (ulid, "gọi lại", "127.0.0.1")


def test_a_calls_number_too(sign_in: SignIn, seeded: Any) -> None:
    hoa, path = sign_in("hoa"), f"/calls/{seeded.ulid(4217)}"
    assert "0905 123 456" not in hoa.get(path).text
    assert hoa.post(f"{path}/number", data={"reason": "gọi lại"}).location == path
    assert "0905 123 456" in hoa.get(path).text


def test_who_listened_to_what(sign_in: SignIn, seeded: Any) -> None:
    hoa, ulid = sign_in("hoa"), seeded.ulid(4213)
    assert "Chưa có lượt nào" in hoa.get("/listening").text
    hoa.post(f"/recordings/{ulid}/plays", json={"reason": "kiểm tra chất lượng"})
    hoa.post(f"/recordings/{ulid}/plays", json={"action": "download", "reason": "gửi thanh tra"})
    hoa.post(f"/tickets/{ulid}/number", data={"reason": "gọi lại cho dân"})
    text = hoa.get("/listening").text
    for said in ("kiểm tra chất lượng", "gửi thanh tra", "gọi lại cho dân", "DN26-004213-0", "Nguyễn Thanh Hoa"):
        assert said in text
    only = hoa.get("/listening?act=download&code=DN26-004213-0&from=15/09/2026&to=15/09/2026").text
    assert "gửi thanh tra" in only
    assert "kiểm tra chất lượng" not in only
    assert "Không hiểu ngày" in hoa.get(f"/listening?from=hom+qua&person={10**40}&act=y&page=-3&to=31/12/9999").text
    assert "Chưa có lượt nào" in hoa.get("/listening?page=7&endpoint=x&_external=1").text
    assert sign_in("lan").get("/listening").status_code == 403


def test_the_form_is_one_region_that_stands_by_itself(sign_in: SignIn, seeded: Any) -> None:
    text = sign_in("lan").get(f"/tickets/{seeded.ulid(4217)}/parts/form").text
    assert text.lstrip().startswith('<div class="stack" id="part-form">')
    for part in ('id="part-said"', 'id="part-facts"', 'id="note"'):
        assert part in text


@pytest.mark.parametrize(
    ("listed", "order", "seen", "after", "expected"),
    [
        ("abcd", "abcd", "", "a", "b"),
        ("bcd", "abcd", "a", "a", "b"),  # what is done has left the list
        ("abd", "abcd", "b", "b", "d"),  # a colleague has taken c
        ("nab", "ab", "ab", "b", "n"),  # all are done: what is new
        ("ab", "ab", "ab", "b", None),
        ("ab", "", "", "x", "a"),
        ("", "ab", "", "a", None),
    ],
)
def test_the_next_ticket_of_a_list(listed: str, order: str, seen: str, after: str, expected: str | None) -> None:
    assert find_next(list(listed), list(order), list(seen), after) == expected


def test_on_to_the_next_ticket_and_back_to_the_list(sign_in: SignIn, seeded: Any) -> None:
    lan = sign_in("lan")
    order = ",".join(seeded.ulid(number) for number in (4217, 4216, 4215, 4214))
    seeded.change(4216, state=State.DA_TIEP_NHAN)
    asked = f"/tickets/next?tab=new&after={seeded.ulid(4217)}&order={order}&seen={seeded.ulid(4217)}"
    assert lan.get(asked).location == f"/tickets/{seeded.ulid(4215)}"
    ended = lan.get(f"/tickets/next?tab=mine&q=xyz9&after={seeded.ulid(4217)}")
    assert (ended.status_code, ended.location) == (303, "/tickets?tab=mine&q=xyz9")
    assert "Đã hết phiếu trong danh sách này." in lan.get("/tickets").text
