"""A ticket's page: its parts, and every act with what it refuses."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from console.views.ticket_page import PARTS
from ivr.model import Consent, State

SignIn = Callable[..., FlaskClient]
HTMX = {"HX-Request": "true"}


def codes(answer: TestResponse) -> list[str]:
    """Running numbers of the listed tickets, in order."""
    return [
        part.split("-")[1][2:] for part in answer.text.split('class="row-link"')[1:] for part in [part.split(">")[1]]
    ]


def test_a_ticket_shows_words_with_their_times_and_the_unsure_ones(sign_in: SignIn, seeded: Any) -> None:
    text = sign_in("lan").get(f"/tickets/{seeded.ulid(4217)}").text
    assert "Phiếu DN26-004217-4" in text
    assert 'class="word unsure" data-start="' in text
    assert "máy nghe chưa chắc" in text
    assert 'data-peaks="[' in text
    assert "Ngập nước, thoát nước" in text


def test_a_ticket_waits_for_its_transcript(sign_in: SignIn, seeded: Any) -> None:
    text = sign_in("lan").get(f"/tickets/{seeded.ulid(4215)}").text
    assert "Máy đang nghe ghi âm" in text
    assert "data-edits" not in text


def test_calls_of_the_same_number_stand_beside(sign_in: SignIn, seeded: Any) -> None:
    text = sign_in("lan").get(f"/tickets/{seeded.ulid(4217)}").text
    assert "DN26-004213" in text
    assert "không có phiếu" in text


def test_every_part_can_be_fetched_alone(sign_in: SignIn, seeded: Any) -> None:
    client = sign_in("lan")
    for name in PARTS:
        assert f'id="part-{name}' in client.get(f"/tickets/{seeded.ulid(4217)}/parts/{name}", headers=HTMX).text
    assert client.get(f"/tickets/{seeded.ulid(4217)}/parts/secrets").status_code == 404


@pytest.mark.parametrize("ulid", ["01M7ZR8PC20FQWXF93DBGT123E", "x", "../../etc/passwd", "1"])
def test_an_unknown_ticket_is_not_found(sign_in: SignIn, desk: Any, ulid: str) -> None:
    assert sign_in("lan").get(f"/tickets/{ulid}").status_code == 404


def test_taking_a_new_ticket_accepts_it(sign_in: SignIn, seeded: Any) -> None:
    client, path = sign_in("lan"), f"/tickets/{seeded.ulid(4217)}/assignee"
    answer = client.post(path, data={"version": 1}, headers=HTMX)
    assert answer.status_code == 204
    assert json.loads(answer.headers["HX-Trigger"])["notice"] == {"text": "Anh/chị đã nhận phiếu này."}
    ticket = seeded.find(4217)
    assert ticket.state is State.DA_TIEP_NHAN
    assert ticket.assignee is not None
    assert ticket.assignee.username == "lan"
    assert "Anh/chị đang xử lý" in client.get(f"/tickets/{ticket.ulid}").text


def test_somebody_who_was_faster_is_named(sign_in: SignIn, seeded: Any) -> None:
    path = f"/tickets/{seeded.ulid(4217)}/assignee"
    assert sign_in("lan").post(path, data={"version": 1}, headers=HTMX).status_code == 204
    late = sign_in("minh").post(path, data={"version": 1}, headers=HTMX)
    assert late.status_code == 409
    assert late.json is not None
    assert "Trần Thị Lan" in late.json["message"]


@pytest.mark.parametrize(
    ("number", "form", "status"),
    [
        (4217, {"to": "tu_choi", "reason": "ngoài địa bàn", "refusal": "ngoai_tham_quyen"}, 204),
        (4217, {"to": "tu_choi", "reason": "ngoài địa bàn"}, 422),
        (4217, {"to": "tu_choi", "reason": "", "refusal": "ngoai_tham_quyen"}, 422),
        (4217, {"to": "tu_choi", "reason": "ngoài địa bàn", "refusal": "vi_the"}, 400),
        (4217, {"to": "da_xu_ly", "reason": "xong"}, 422),
        (4217, {"to": "bay", "reason": "xong"}, 400),
        (4217, {"to": "trung", "duplicate": "DN26-004216-3"}, 204),
        (4217, {"to": "trung", "duplicate": "DN26-009999-9"}, 422),
        (4217, {"to": "trung"}, 422),
        (4213, {"to": "da_chuyen", "agency": "so-xay-dung"}, 204),
        (4213, {"to": "da_chuyen", "agency": "so-phep-thuat"}, 400),
        (4213, {"to": "da_chuyen"}, 422),
    ],
)
def test_moves(sign_in: SignIn, seeded: Any, number: int, form: dict[str, str], status: int) -> None:
    before = seeded.find(number)
    answer = sign_in("lan").post(f"/tickets/{before.ulid}/move", data={**form, "version": before.version}, headers=HTMX)
    assert answer.status_code == status
    after = seeded.find(number)
    assert after.state == (form["to"] if status == 204 else before.state)
    if "agency" in form and status == 204:
        assert after.agency == form["agency"]


def test_the_move_dialog_asks_what_the_move_needs(sign_in: SignIn, seeded: Any) -> None:
    client = sign_in("lan")
    refuse = client.get(f"/tickets/{seeded.ulid(4217)}/move?to=tu_choi").text
    assert "Ngoài thẩm quyền" in refuse
    assert 'name="reason" rows="3" maxlength="2000" required' in refuse
    assert "Mã phiếu đã có" in client.get(f"/tickets/{seeded.ulid(4217)}/move?to=trung").text
    send = client.get(f"/tickets/{seeded.ulid(4213)}/move?to=da_chuyen").text
    assert '<option value="so-xay-dung" selected>Sở Xây dựng</option>' in send
    assert '<option value="chieu-sang" data-proposal="so-xay-dung" selected>' in send
    assert "<span data-proposed >Đề xuất theo lĩnh vực</span>" in send
    assert client.get(f"/tickets/{seeded.ulid(4217)}/move?to=cong_khai").status_code == 422


def test_a_move_stands_in_the_history_with_who_and_why(sign_in: SignIn, seeded: Any) -> None:
    client, ulid = sign_in("lan"), seeded.ulid(4217)
    form = {"to": "tu_choi", "reason": "Đã hỏi lại hai lần", "refusal": "thieu_thong_tin", "version": 1}
    client.post(f"/tickets/{ulid}/move", data=form, headers=HTMX)
    text = client.get(f"/tickets/{ulid}/parts/history", headers=HTMX).text
    assert "Mới ghi nhận → Không tiếp nhận" in text
    assert "Trần Thị Lan" in text
    assert "Đã hỏi lại hai lần" in text
    assert "Thiếu thông tin sau hai lần liên hệ" in text


def test_a_note_is_kept_and_shown_harmlessly(sign_in: SignIn, seeded: Any) -> None:
    client, ulid = sign_in("lan"), seeded.ulid(4217)
    answer = client.post(f"/tickets/{ulid}/notes", data={"text": "<script>alert(1)</script>\nđã gọi lại"}, headers=HTMX)
    assert answer.status_code == 204
    text = client.get(f"/tickets/{ulid}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert client.post(f"/tickets/{ulid}/notes", data={"text": "  "}, headers=HTMX).status_code == 422


def test_a_correction_stands_over_the_raw_text(sign_in: SignIn, seeded: Any) -> None:
    client, ulid = sign_in("lan"), seeded.ulid(4217)
    new = "Đường Nguyễn Trãi ngập sâu, đề nghị khơi cống."
    answer = client.post(f"/tickets/{ulid}/text", data={"text": new, "version": 1}, headers=HTMX)
    assert json.loads(answer.headers["HX-Trigger"])["notice"] == {"text": "Đã lưu bản sửa; bản gốc vẫn còn."}
    text = client.get(f"/tickets/{ulid}").text
    assert "Bản gốc máy nghe được" in text
    assert "ngập nước sâu khoảng nửa mét" in text  # the raw text, folded away
    assert "Trần Thị Lan đã sửa lúc" in text
    assert codes(client.get("/tickets?tab=all&q=khoi+cong")) == ["4217"]
    again = client.post(f"/tickets/{ulid}/text", data={"text": "khác", "version": 1}, headers=HTMX)
    assert again.status_code == 409


def test_a_ticket_that_was_not_heard_has_nothing_to_correct(sign_in: SignIn, seeded: Any) -> None:
    answer = sign_in("lan").post(f"/tickets/{seeded.ulid(4215)}/text", data={"text": "a", "version": 1}, headers=HTMX)
    assert answer.status_code == 404


def test_another_category_brings_its_own_due_time(sign_in: SignIn, seeded: Any) -> None:
    client, ulid = sign_in("lan"), seeded.ulid(4215)
    form = {"category": "ha-tang", "kind": "kien_nghi", "urgent": "1", "version": 1}
    assert client.post(f"/tickets/{ulid}/facts", data=form, headers=HTMX).status_code == 204
    ticket = seeded.find(4215)
    assert (ticket.category, ticket.kind, ticket.urgent) == ("ha-tang", "kien_nghi", True)
    assert ticket.due_at is not None
    assert ticket.due_at > ticket.created_at
    history = client.get(f"/tickets/{ulid}/parts/history", headers=HTMX).text
    assert "Lĩnh vực: – → Hạ tầng, giao thông, điện, nước, cây xanh" in history
    assert "Khẩn: không → có" in history
    assert "Loại: Phản ánh → Kiến nghị" in history


def test_only_supervisors_give_tickets_to_others(sign_in: SignIn, seeded: Any) -> None:
    ulid, version = seeded.ulid(4213), seeded.find(4213).version
    form = {"category": "chieu-sang", "kind": "phan_anh", "assignee": "2", "version": version}
    assert sign_in("lan").get(f"/tickets/{ulid}/assignee").status_code == 403
    assert 'name="assignee"' in sign_in("hoa").get(f"/tickets/{ulid}/assignee").text
    assert sign_in("minh").post(f"/tickets/{ulid}/facts", data=form, headers=HTMX).status_code == 403
    assert sign_in("hoa").post(f"/tickets/{ulid}/facts", data=form, headers=HTMX).status_code == 204
    assert "Lê Minh đang xử lý" in sign_in("lan").get(f"/tickets/{ulid}").text


@pytest.mark.parametrize(
    "form", [{}, {"version": "x"}, {"version": "1", "category": "ma-thuat"}, {"version": "1", "kind": "?"}]
)
def test_a_malformed_change_is_refused(sign_in: SignIn, seeded: Any, form: dict[str, str]) -> None:
    assert sign_in("lan").post(f"/tickets/{seeded.ulid(4217)}/facts", data=form).status_code == 400


def test_without_scripts_a_form_leads_back_to_the_page(sign_in: SignIn, seeded: Any) -> None:
    answer = sign_in("lan").post(f"/tickets/{seeded.ulid(4217)}/notes", data={"text": "ghi"})
    assert (answer.status_code, answer.location) == (303, f"/tickets/{seeded.ulid(4217)}")


def test_search_from_everywhere(sign_in: SignIn, seeded: Any) -> None:
    client = sign_in("lan")
    assert "DN26-004217-4" in client.get("/find?q=nguyen+trai", headers=HTMX).text
    assert "Cuộc gọi" in client.get("/find?q=0905123456", headers=HTMX).text
    assert "Không thấy phiếu hay cuộc gọi nào" in client.get("/find?q=xyz9", headers=HTMX).text
    assert "Phiếu quá hạn" in client.get("/find", headers=HTMX).text
    assert "Nhân sự" not in client.get("/find", headers=HTMX).text
    assert "Nhân sự" in sign_in("admin").get("/find?q=nhan+su", headers=HTMX).text


def test_a_written_report_has_no_call_and_shows_what_was_written(sign_in: SignIn, seeded: Any) -> None:
    ulid = seeded.write("Đèn đường tắt.\nĐã <b>ba</b> đêm.")
    client = sign_in("lan")
    text = client.get(f"/tickets/{ulid}").text
    assert "Đèn đường tắt.\nĐã &lt;b&gt;ba&lt;/b&gt; đêm." in text
    assert "<dt>Kênh tiếp nhận</dt><dd>Zalo</dd>" in text
    assert "<dt>Cuộc gọi</dt>" not in text
    assert "<dt>Ghi âm</dt>" not in text
    assert f'/tickets/{ulid}"' in client.get("/tickets?tab=all&q=den+duong+tat").text


def test_who_refused_to_be_recorded_is_shown_as_such(sign_in: SignIn, seeded: Any) -> None:
    seeded.change(4217, consent=Consent.REFUSED)
    assert "<dt>Ghi âm</dt><dd>Không đồng ý ghi âm</dd>" in sign_in("lan").get(f"/tickets/{seeded.ulid(4217)}").text
