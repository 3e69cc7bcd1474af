"""The page of jobs: what waits, runs and is parked, the ticket behind a text, and try again."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from console.labels import JOB_KINDS
from ivr.jobs import queue
from ivr.model import WorkItem, WorkState
from ivr.services.handlers import make_handlers
from ivr.services.transcribing import TRANSCRIBE
from ivr.testing.jobs import ScriptedHandler, claim

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def jobs(seeded: Any) -> Any:
    """One text is parked, one is being made, one waits and is urgent; an upkeep is parked."""
    store, now = seeded.store, seeded.now
    with store.transaction() as session:
        for item in session.scalars(select(WorkItem).where(WorkItem.state == WorkState.WAITING)):
            item.state = WorkState.DONE
        for number in (4216, 4217):
            again = session.scalars(select(WorkItem).where(WorkItem.subject == seeded.ulid(number))).one()
            again.state, again.attempt, again.urgency = WorkState.WAITING, 0, 0
        queue.add(session, "upkeep", "upkeep 2026-09-15T02:00:00Z", now)
    broken = claim(store, TRANSCRIBE, "w", now)
    assert broken is not None
    queue.fail(store, ScriptedHandler(tries=1), broken, "Tệp ghi âm <MP3> không đọc được", now)
    assert claim(store, TRANSCRIBE, "may-1:4711:1", now) is not None
    upkeep = claim(store, "upkeep", "w", now)
    assert upkeep is not None
    queue.fail(store, ScriptedHandler(tries=1), upkeep, "disk full", now)
    with store.transaction() as session:
        queue.add(session, TRANSCRIBE, "moi", now - timedelta(minutes=5), urgency=queue.URGENT)
    return seeded


def rows(text: str) -> list[str]:
    """The lines of the list of items, without tags."""
    body = text.split("</main>")[0].split('<nav class="tabs"')[1].split("<tbody>")[-1].split("</tbody>")[0]
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in body.split("</tr>")[:-1]]


def test_parked_jobs_come_first_with_their_reason_and_ticket(sign_in: SignIn, jobs: Any) -> None:
    text = sign_in("admin").get("/jobs").text
    parked = rows(text)
    assert len(parked) == 2
    assert "Dọn dữ liệu hết hạn" in parked[0]
    assert "15/09/2026 09:00 disk full" in parked[0]
    assert "Tạo nội dung từ ghi âm DN26-004216-" in parked[1]
    assert "Tệp ghi âm &lt;MP3&gt; không đọc được" in parked[1]
    assert f'href="/tickets/{jobs.ulid(4216)}"' in text
    assert "1 đang chờ" in text
    assert "1 đang chạy" in text
    assert text.count("1 bị gác lại") == 2


def test_what_waits_and_what_runs(sign_in: SignIn, jobs: Any) -> None:
    client = sign_in("admin")
    waiting = rows(client.get("/jobs?state=waiting").text)
    assert len(waiting) == 1
    assert "Khẩn moi Chờ đến lượt 5 phút trước" in waiting[0]
    running = rows(client.get("/jobs?state=running").text)
    assert len(running) == 1
    assert "DN26-004217-4" in running[0]
    assert "may-1:4711:1" in running[0]
    assert rows(client.get("/jobs?state=nonsense").text) == rows(client.get("/jobs?state=parked").text)


def test_one_is_tried_again(sign_in: SignIn, jobs: Any) -> None:
    client = sign_in("admin")
    with jobs.store.reading() as session:
        broken = session.scalars(select(WorkItem).where(WorkItem.error.contains("MP3"))).one()
    answer = client.post(f"/jobs/{broken.id}/retry")
    assert (answer.status_code, answer.location) == (303, "/jobs")
    assert "Việc này sẽ được thử lại." in client.get("/jobs").text
    with jobs.store.reading() as session:
        again = session.get_one(WorkItem, broken.id)
        assert (again.state, again.attempt, again.error) == (WorkState.WAITING, 0, None)
    client.post(f"/jobs/{broken.id}/retry")
    assert "Việc này không còn bị gác lại." in client.get("/jobs").text


def test_all_of_a_kind_are_tried_again(sign_in: SignIn, jobs: Any) -> None:
    client = sign_in("admin")
    assert client.post("/jobs/retry", data={"kind": TRANSCRIBE}).status_code == 303
    text = client.get("/jobs").text
    assert "Số việc sẽ được thử lại: 1 (Tạo nội dung từ ghi âm)." in text
    assert len(rows(text)) == 1


def test_only_administrators_see_and_retry(sign_in: SignIn, jobs: Any) -> None:
    for username in ("lan", "hoa"):
        client = sign_in(username)
        assert client.get("/jobs").status_code == 403
        assert client.post("/jobs/1/retry").status_code == 403
        assert client.post("/jobs/retry", data={"kind": TRANSCRIBE}).status_code == 403
        assert "/jobs" not in client.get("/tickets").text
    assert 'href="/jobs"' in sign_in("admin").get("/tickets").text
    with jobs.store.reading() as session:
        assert queue.backlog(session, TRANSCRIBE, jobs.now).parked == 1


def test_an_empty_page_says_what_will_appear(sign_in: SignIn, desk: Any) -> None:
    text = sign_in("admin").get("/jobs").text
    assert "Không có việc nào đang chờ" in text
    assert "Không có việc nào bị gác lại" in sign_in("admin").get("/jobs?state=parked").text


def test_every_kind_of_a_handler_has_words() -> None:
    assert {*make_handlers(), TRANSCRIBE} == set(JOB_KINDS)
