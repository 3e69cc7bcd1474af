"""Calls, the public look-up, health."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from ivr.model.code import make_code
from ivr.testing.seeded_reports import SeededReport

SignIn = Callable[..., FlaskClient]
HTMX = {"HX-Request": "true"}


def test_calls_are_listed_with_and_without_a_ticket(sign_in: SignIn, seeded: Any) -> None:
    client = sign_in("hoa")
    assert client.get("/calls").text.count('class="row-link"') == 12
    assert client.get("/calls?ticket=no").text.count('class="row-link"') == 2
    assert client.get("/calls?ticket=yes&end=hung_up").text.count('class="row-link"') == 10
    assert client.get("/calls?q=123456").text.count('class="row-link"') == 3
    assert client.get("/calls", headers=HTMX).text.lstrip().startswith('<div id="list"')
    assert "Không có cuộc gọi nào khớp" in client.get("/calls?end=failed").text
    assert client.get("/calls?end=nonsense&page=0").status_code == 200


def test_an_empty_calls_list_says_what_will_appear(sign_in: SignIn) -> None:
    assert "Mỗi cuộc gọi đến 1022 hiện ở đây" in sign_in("lan").get("/calls").text


def test_a_call_shows_each_step_with_its_sentence_and_key(sign_in: SignIn, seeded: Any) -> None:
    text = sign_in("lan").get(f"/calls/{seeded.ulid(4217)}").text
    assert "xin chào ông bà" in text
    assert '<span class="keys">1</span>' in text
    assert "Chọn phím" in text
    assert "nghe 4,2 giây" in text
    assert "khẩn cấp" not in text.lower(), "what never began is not shown"
    assert "nghe 3,9 giây" in text
    assert "Người gọi gác máy" in text
    assert "1:35" in text
    assert "DN26-004217-4" in text
    assert "linh-vuc" not in text  # no machine's code is shown
    assert sign_in("lan").get("/calls/khong-co").status_code == 404


def second_report(desk: Any, **given: Any) -> tuple[str, str]:
    """A further report in the call of report 4217; the call's ULID and the report's."""
    call = desk.ulid(4217)
    words = "cột điện trước số 122 nghiêng hẳn sang một bên"
    return call, desk.add(SeededReport(number=4218, minutes=3, text=words, call=call, **given))


def test_a_call_with_two_reports_is_one_call(sign_in: SignIn, seeded: Any) -> None:
    call, further = second_report(seeded)
    client = sign_in("lan")
    for asked in ("", "?ticket=yes", "?q=DN26-004218-2", "?q=cột điện trước"):
        text = client.get(f"/calls{asked}").text
        assert text.count(f'id="c{call}"') == 1, asked
        line = text.split(f'id="c{call}"')[1].split("</tr>")[0]
        assert "DN26-004217-4" in line
        assert "DN26-004218-2" in line
        assert "ột điện trước" in line
        assert f'id="c{further}"' not in text
    page = client.get(f"/calls/{call}").text
    for ulid, code in ((call, "DN26-004217-4"), (further, "DN26-004218-2")):
        assert f'href="/tickets/{ulid}"' in page
        assert f"Ghi âm · {code}" in page
    assert page.count("data-player ") == 2
    assert page.count('id="reason-dialog"') == 1
    assert page.count("Mới ghi nhận") == 2
    assert client.get(f"/calls/{further}").status_code == 404


def test_each_ticket_of_a_call_leads_to_the_call_and_to_the_others(sign_in: SignIn, seeded: Any) -> None:
    call, further = second_report(seeded)
    client = sign_in("lan")
    for own, other, code in ((call, further, "DN26-004218-2"), (further, call, "DN26-004217-4")):
        text = client.get(f"/tickets/{own}").text
        assert text.count(f'href="/calls/{call}"') == 1, "the call itself is none of the number's other calls"
        facts = text.split("Cùng cuộc gọi")[1].split("</dl>")[0]
        assert f'href="/tickets/{other}"' in facts
        assert code in facts
    elsewhere = client.get(f"/tickets/{seeded.ulid(4213)}").text  # the same number
    assert "Cùng cuộc gọi" not in elsewhere
    assert elsewhere.count(f'href="/calls/{call}"') == 1
    assert "DN26-004217-4, DN26-004218-2" in elsewhere


def test_of_two_tickets_of_a_call_each_sees_those_they_may(sign_in: SignIn, seeded: Any) -> None:
    call, further = second_report(seeded, confidential=True)
    for address in ("/calls", f"/calls/{call}", f"/tickets/{call}", f"/tickets/{seeded.ulid(4213)}"):
        text = sign_in("lan").get(address).text
        assert "DN26-004218-2" not in text, address
        assert "ột điện trước" not in text, address
        assert further not in text, address
        assert "DN26-004218-2" in sign_in("hoa").get(address).text, address
    text = sign_in("lan").get(f"/calls/{call}").text
    assert f'href="/tickets/{call}"' in text
    assert "Phiếu mật" in text
    assert sign_in("lan").get(f"/tickets/{further}").status_code == 403
    assert "Không có cuộc gọi nào khớp" in sign_in("lan").get("/calls?q=DN26-004218-2").text


def test_a_call_without_a_number_has_no_history(sign_in: SignIn, seeded: Any) -> None:
    assert "Người gọi ẩn số" in sign_in("hoa").get(f"/calls/{seeded.ulid(4210)}").text


@pytest.mark.parametrize("code", ["260042130", "DN26-004213-0", "dn26 004213 0"])
def test_a_citizen_sees_the_state_and_nothing_else(sign_in: SignIn, seeded: Any, code: str) -> None:
    text = sign_in(None).post("/tra-cuu", data={"code": code, "secret": "3456"}).text
    assert "Đã tiếp nhận" in text
    assert "cầu nguyễn tri phương" not in text
    assert "0905" not in text
    assert "Trần Thị Lan" not in text


def test_a_citizen_without_a_number_uses_the_pin(sign_in: SignIn, seeded: Any) -> None:
    answer = sign_in(None).post("/tra-cuu", data={"code": make_code(2026, 4210), "secret": "4711"})
    assert "Mới ghi nhận" in answer.text, answer.text


def test_the_agency_of_a_ticket_is_named(sign_in: SignIn, seeded: Any) -> None:
    answer = sign_in(None).post("/tra-cuu", data={"code": "DN26-004212-5", "secret": "4555"})
    assert "Sở Xây dựng" in answer.text


def test_guesses_are_limited(sign_in: SignIn, seeded: Any) -> None:
    client = sign_in(None)
    for secret in ("0000", "0001", "0002", "0003", "0004"):
        answer = client.post("/tra-cuu", data={"code": "DN26-004213-0", "secret": secret})
        assert answer.status_code == 404
        assert "chưa đúng" in answer.text
    locked = client.post("/tra-cuu", data={"code": "DN26-004213-0", "secret": "3456"})
    assert locked.status_code == 429
    assert "Đã sai nhiều lần" in locked.text


def test_a_code_that_is_none_is_told_apart(sign_in: SignIn, desk: Any) -> None:
    answer = sign_in(None).post("/tra-cuu", data={"code": "123", "secret": "3456"})
    assert "mã có chín chữ số" in answer.text


def test_machines_ask_for_health_and_figures(sign_in: SignIn, seeded: Any) -> None:
    client = sign_in(None)
    assert client.get("/healthz").json == {"status": "ok"}
    text = client.get("/metrics").text
    assert "tongdai_store_up 1.0" in text
    assert 'tongdai_tickets_open{state="moi"} 5.0' in text


def test_figures_are_for_this_machine_alone(sign_in: SignIn, desk: Any) -> None:
    client = sign_in(None)
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 404


@pytest.mark.parametrize("body", [b'{"csp-report": {"blocked-uri": "inline"}}', b"[1]", b"\xff"])
def test_a_report_of_the_browser_is_taken(sign_in: SignIn, body: bytes) -> None:
    assert sign_in(None, csrf=True).post("/csp-reports", data=body).status_code == 204


def test_the_first_page_leads_on(sign_in: SignIn) -> None:
    assert sign_in(None).get("/").location == "/login"
    assert sign_in("lan").get("/").location == "/tickets"
    assert sign_in("lan").get("/khong-co").status_code == 404
