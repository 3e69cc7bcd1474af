"""The two lists: groups, filters, orders, columns, pages, what is said of what was asked, marks."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.model import Person
from ivr.services import listing, people
from ivr.services.calls import record_call
from ivr.testing.spool import make_journal

SignIn = Callable[..., FlaskClient]
HTMX = {"HX-Request": "true"}


def codes(answer: TestResponse) -> list[str]:
    """Running numbers of the listed tickets, in order."""
    return re.findall(r'class="row-link" href="/tickets/\w+">\w+-00(\d{4})-\d<', answer.text)


def columns(answer: TestResponse) -> list[str]:
    """What stands in the head of the table."""
    head = answer.text.split("<thead>")[1].split("</thead>")[0]
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<th[^>]*>(.*?)</th>", head, re.DOTALL)]


def test_new_tickets_stand_urgent_first_and_newest_next(sign_in: SignIn, seeded: Any) -> None:
    answer = sign_in("hoa").get("/tickets")
    assert codes(answer) == ["4217", "4216", "4215", "4214", "4210"]
    assert 'aria-current="true">Mới<span class="count">5</span>' in answer.text
    with seeded.store.transaction() as session:
        for number, urgent in ((4217, False), (4214, True)):
            found = listing.find_ticket_of_report(session, seeded.ulid(number))
            assert found is not None
            found.urgent = urgent
    assert codes(sign_in("hoa").get("/tickets")) == ["4214", "4217", "4216", "4215", "4210"]


def test_of_what_is_in_work_the_worst_stands_first(sign_in: SignIn, seeded: Any) -> None:
    with seeded.store.transaction() as session:
        for number, hours in ((4217, 3), (4216, 30), (4214, 5)):
            found = listing.find_ticket_of_report(session, seeded.ulid(number))
            assert found is not None
            found.due_at = seeded.now - timedelta(hours=hours)
    client = sign_in("lan")
    late = client.get("/tickets?tab=late")
    assert codes(late) == ["4216", "4211", "4214", "4217"]
    assert 'aria-sort="ascending"><a href="/tickets?tab=late">Hạn' in late.text
    assert codes(client.get("/tickets?tab=late&sort=new")) == ["4217", "4216", "4214", "4211"]
    assert codes(client.get("/tickets?tab=late&sort=nonsense")) == codes(late)
    assert codes(client.get("/tickets?tab=open"))[:4] == codes(late)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tab=all&q=duong+nguyen+trai", ["4217"]),
        ("tab=all&q=đường+Nguyễn+Trãi", ["4217"]),
        ("tab=all&q=DN26–004216–3", ["4216"]),
        ("q=0905123456&tab=all", ["4217", "4213"]),
        ("q=0905+123+456+cầu&tab=all", ["4213"]),
        ("q=5123456", ["4217", "4213"]),
        ("q=4216", ["4216"]),
        ("tab=mine", ["4212", "4213"]),
        ("tab=late", ["4211"]),
        ("tab=closed", ["4209", "4208"]),
        ("state=da_chuyen", ["4212"]),
        ("tab=all&category=ngap-nuoc", ["4217", "4211"]),
        ("tab=all&agency=so-xay-dung", ["4212", "4211"]),
        ("tab=all&holder=none", ["4217", "4216", "4215", "4214", "4208"]),
        ("tab=all&urgent=yes", ["4217"]),
        ("tab=all&urgent=no&category=ngap-nuoc", ["4211"]),
        ("tab=all&mark=any", ["4215"]),
        ("tab=all&mark=hung_up", ["4215"]),
        ("tab=all&mark=silent", []),
        ("tab=all&from=15/09/2026&to=15/9", ["4217", "4216", "4215", "4214", "4213", "4212"]),
        ("tab=all&to=2026-09-11", ["4208"]),
        ("tab=all&sort=old&to=2026-09-12", ["4208", "4209"]),
    ],
)
def test_filters(sign_in: SignIn, seeded: Any, query: str, expected: list[str]) -> None:
    assert codes(sign_in("lan").get(f"/tickets?{query}")) == expected


def test_what_one_person_holds(sign_in: SignIn, seeded: Any) -> None:
    with seeded.store.reading() as session:
        minh: Person = people.get_person(session, "minh")
    answer = sign_in("hoa").get(f"/tickets?tab=all&holder={minh.id}")
    assert codes(answer) == ["4211"]
    assert f'<option value="{minh.id}" selected>Lê Minh</option>' in answer.text
    assert "Người xử lý" not in columns(answer)


def test_recordings_by_their_length(sign_in: SignIn, seeded: Any) -> None:
    client = sign_in("hoa")
    found = [codes(client.get(f"/tickets?tab=all&length={length}")) for length in ("short", "medium", "long")]
    assert sorted(number for numbers in found for number in numbers) == [str(number) for number in range(4208, 4218)]
    assert all(found[:2])


def test_only_columns_in_which_rows_differ_stand(sign_in: SignIn, seeded: Any) -> None:
    client = sign_in("hoa")
    every = ["Mã", "Nội dung", "Lĩnh vực", "Trạng thái", "Hạn", "Người xử lý", "Độ dài", "Nhận lúc"]
    assert columns(client.get("/tickets?tab=all")) == every
    assert columns(client.get("/tickets")) == ["Mã", "Nội dung", "Lĩnh vực", "Hạn", "Độ dài", "Nhận lúc"]
    assert "Người xử lý" not in columns(sign_in("lan").get("/tickets?tab=mine"))
    assert "Trạng thái" not in columns(client.get("/tickets?state=da_chuyen"))
    assert "Lĩnh vực" not in columns(client.get("/tickets?tab=all&category=ngap-nuoc"))
    assert columns(client.get("/calls"))[:2] == ["Người gọi", "Bắt đầu"]
    assert "Phiếu" not in columns(client.get("/calls?ticket=no"))


@pytest.mark.parametrize("path", ["/tickets?tab=all", "/calls"])
def test_days_that_filter_nothing_are_said_and_stay_to_be_mended(sign_in: SignIn, seeded: Any, path: str) -> None:
    client = sign_in("lan")
    sign = "&" if "?" in path else "?"
    wrong = client.get(f"{path}{sign}from=gestern&to=31/02/2026")
    assert "“gestern” không phải là ngày" in wrong.text
    assert "“31/02/2026” không phải là ngày" in wrong.text
    assert 'name="from" value="gestern"' in wrong.text
    assert wrong.text.count('class="row-link"') == client.get(path).text.count('class="row-link"')
    assert "đứng sau" in client.get(f"{path}{sign}from=15/09/2026&to=14/09/2026").text
    assert "không phải là ngày" not in client.get(f"{path}{sign}from=15/9").text


def test_a_search_that_finds_nothing_in_its_group_looks_everywhere_and_says_so(sign_in: SignIn, seeded: Any) -> None:
    client = sign_in("lan")
    found = client.get("/tickets?tab=new&q=DN26-004212-5")
    assert codes(found) == ["4212"]
    assert "Không có trong nhóm “Mới”" in found.text
    assert "Trạng thái" in columns(found)
    here = client.get("/tickets?tab=new&q=DN26-004217-4")
    assert (codes(here), "Không có trong nhóm" in here.text) == (["4217"], False)
    assert "Không có phiếu nào khớp" in client.get("/tickets?tab=new&q=khongcogi").text


def test_a_script_gets_the_list_alone(sign_in: SignIn, seeded: Any) -> None:
    answer = sign_in("lan").get("/tickets?tab=all&q=%20duong%20&category=&sort=new&from=", headers=HTMX)
    assert answer.text.lstrip().startswith('<div id="list"')
    assert answer.headers["Vary"] == "HX-Request"
    assert answer.headers["HX-Replace-Url"] == "/tickets?tab=all&q=duong"
    restored = sign_in("lan").get("/tickets", headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert restored.text.startswith("<!doctype html>")


def test_the_list_in_pages(sign_in: SignIn, seeded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.list_query.PAGE", 4)
    client = sign_in("hoa")
    first = client.get("/tickets?tab=all")
    assert codes(first) == ["4217", "4216", "4215", "4214"]
    second = client.get("/tickets?tab=all&page=2")
    assert codes(second) == ["4213", "4212", "4211", "4210"]
    assert "5–8 / 10" in second.text
    assert 'href="/tickets?tab=all&amp;page=3" rel="next"' in second.text
    assert 'href="/tickets?tab=all" rel="prev"' in second.text


def test_filters_stay_when_the_group_or_the_order_changes(sign_in: SignIn, seeded: Any) -> None:
    text = sign_in("lan").get("/tickets?tab=all&category=ngap-nuoc&urgent=yes&q=ngap&page=1").text
    assert 'href="/tickets?tab=late&amp;q=ngap&amp;category=ngap-nuoc&amp;urgent=yes"' in text
    assert 'href="/tickets?tab=all&amp;q=ngap&amp;category=ngap-nuoc&amp;urgent=yes&amp;sort=old"' in text
    assert 'class="chip" data-on' in text


def test_a_line_drawn_for_one_reader_is_drawn_anew_for_what_differs(sign_in: SignIn, seeded: Any) -> None:
    """Lines are kept between pages and readers: by language, by what they show, by what time makes of them."""
    lan, hoa = sign_in("lan"), sign_in("hoa")
    first = lan.get("/tickets", headers=HTMX).text
    assert hoa.get("/tickets", headers=HTMX).text.count("<tr id=") == first.count("<tr id=") + 1  # the confidential one
    assert lan.get("/tickets", headers=HTMX).text == first
    assert hoa.post("/preferences", data={"language": "en"}).status_code == 302
    assert "4 minutes ago" in hoa.get("/tickets", headers=HTMX).text
    assert "4 phút trước" in lan.get("/tickets", headers=HTMX).text
    seeded.now += timedelta(hours=1)
    assert "1 giờ trước" in lan.get("/tickets", headers=HTMX).text
    with seeded.store.transaction() as session:
        ticket = listing.find_ticket_of_report(session, seeded.ulid(4217))
        assert ticket is not None
        ticket.content = "Nước đã rút"
    assert "Nước đã rút" in lan.get("/tickets", headers=HTMX).text


def test_empty_lists_say_what_will_appear(sign_in: SignIn) -> None:
    client = sign_in("lan")
    assert "Khi người dân gọi 1022" in client.get("/tickets").text
    assert "Phiếu chuyển sang nhóm này" in client.get("/tickets?tab=late").text
    assert "Thử bớt từ" in client.get("/tickets?q=khong-co").text
    assert "Mỗi cuộc gọi đến 1022 hiện ở đây" in client.get("/calls").text


def test_many_calls_of_one_number_are_marked_in_both_lists_and_on_their_pages(sign_in: SignIn, seeded: Any) -> None:
    with seeded.store.transaction() as session:
        for number in range(3):
            at = seeded.now - timedelta(minutes=5, seconds=number)
            journal = make_journal(
                ulid=f"01K5BURST000000000000000{number}A",
                instance="1022",
                city="da-nang",
                caller_number="+84905123456",
                started_at=at,
            )
            record_call(session, journal, at)
    client, ulid = sign_in("lan"), seeded.ulid(4217)
    said = "5 cuộc gọi liền nhau từ số máy này"
    for path, row in (("/tickets", f'id="t{ulid}"'), ("/calls", f'id="c{ulid}"')):
        text = client.get(path).text
        assert said in text.split(row)[1].split("</tr>")[0], path
        assert said not in text.split(row.replace(ulid, seeded.ulid(4216)))[1].split("</tr>")[0]
    for path in (f"/tickets/{ulid}", f"/calls/{ulid}"):
        assert said in client.get(path).text, path
    assert "liền nhau" not in client.get(f"/tickets/{seeded.ulid(4216)}").text


def test_how_many_new_tickets_wait(sign_in: SignIn, seeded: Any) -> None:
    assert sign_in("lan").get("/tickets/waiting").json == {"new": "4"}
    assert sign_in("hoa").get("/tickets/waiting").json == {"new": "5"}
    assert 'data-waiting="4"' in sign_in("lan").get("/tickets?tab=all").text


def test_a_list_page_has_one_search_field(sign_in: SignIn, seeded: Any) -> None:
    for path in ("/tickets", "/calls"):
        text = sign_in("lan").get(path).text
        assert 'class="find-button"' not in text
        assert text.count('type="search"') == 2  # its own, and the one in the closed dialog of Ctrl+K
    assert 'class="find-button"' in sign_in("lan").get(f"/tickets/{seeded.ulid(4217)}").text


def test_what_tried_the_hotline_is_marked_and_can_be_asked_for(sign_in: SignIn, seeded: Any) -> None:
    client, ulid = sign_in("lan"), seeded.ulid(4213)
    assert codes(client.get("/tickets?tab=all&mark=trial")) == []
    assert "Cuộc gọi thử" not in client.get(f"/calls/{ulid}").text
    assert "Cuộc gọi thử" not in client.get("/calls").text
    with seeded.store.transaction() as session:
        listing.get_call(session, ulid).trial = True
        found = listing.find_ticket_of_report(session, ulid)
        assert found is not None
        found.flags = ["trial"]
    rows = client.get("/tickets?tab=all&mark=trial")
    assert codes(rows) == ["4213"]
    assert "Gọi thử" in rows.text
    assert "Cuộc gọi thử, không tính vào số liệu" in client.get(f"/tickets/{ulid}").text
    assert "Cuộc gọi thử, không tính vào số liệu" in client.get(f"/calls/{ulid}").text
    assert client.get("/calls").text.count("Cuộc gọi thử, không tính vào số liệu") == 1
