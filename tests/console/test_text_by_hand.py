"""The words region offers to write a text where none came, says who wrote it, and search finds it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from ivr.model import Recording, RecordingFlag, Ticket, WorkItem, WorkState
from ivr.services.transcripts import store_transcript
from ivr.testing.heard import heard_text

SignIn = Callable[..., FlaskClient]
HTMX = {"HX-Request": "true"}
TEXT = "Cống trước nhà 15 Trần Phú bị tắc."


@pytest.fixture
def without_a_text(seeded: Any) -> Callable[[WorkState | None], str]:
    """A function of where the work on the text of report 4215 stands (None: no work); its address."""

    def prepare(work: WorkState | None) -> str:
        ulid: str = seeded.ulid(4215)
        with seeded.store.transaction() as session:
            item = session.scalars(select(WorkItem).where(WorkItem.subject == ulid)).one()
            if work is None:
                session.delete(item)
            else:
                item.state = work
        return f"/tickets/{ulid}"

    return prepare


@pytest.mark.parametrize("work", [WorkState.PARKED, WorkState.DONE, None])
def test_who_may_correct_writes_it_and_search_finds_it(
    sign_in: SignIn, without_a_text: Callable[[WorkState | None], str], work: WorkState | None
) -> None:
    path, lan = without_a_text(work), sign_in("lan")
    said = lan.get(f"{path}/parts/said").text
    assert "Ghi nội dung" in said
    assert '<input type="hidden" name="version" value="0">' in said
    assert "<kbd>F3</kbd>" in said
    for number, text in enumerate((TEXT, f"{TEXT} Cả xóm ngập.")):  # twice in a row
        answer = lan.post(f"{path}/text", data={"text": text, "version": number}, headers=HTMX)
        assert json.loads(answer.headers["HX-Trigger"])["notice"] == {"text": "Đã lưu nội dung."}  # no original
        said = lan.get(f"{path}/parts/said").text
        assert "Trần Thị Lan đã nghe và ghi lúc" in said
        assert "Bản gốc máy nghe được" not in said
        assert "Sửa nội dung" in said
    assert path in lan.get("/tickets?tab=all&q=15+tran+phu").text
    history = lan.get(f"{path}/parts/history").text
    assert "Nghe và ghi nội dung" in history
    assert "Sửa nội dung" in history


def test_while_the_machine_is_at_it_no_person_is_asked_to(
    sign_in: SignIn, without_a_text: Callable[[WorkState | None], str]
) -> None:
    assert "data-edits" not in sign_in("lan").get(f"{without_a_text(WorkState.WAITING)}/parts/said").text


def test_what_a_person_wrote_is_no_recording_without_speech(
    sign_in: SignIn, seeded: Any, without_a_text: Callable[[WorkState | None], str]
) -> None:
    path, lan = without_a_text(WorkState.DONE), sign_in("lan")
    with seeded.store.transaction() as session:
        store_transcript(session, seeded.ulid(4215), heard_text(""), [1], [RecordingFlag.SILENT], seeded.now)
    assert "Không nghe thấy tiếng nói" in lan.get(f"{path}/parts/said").text
    assert lan.post(f"{path}/text", data={"text": TEXT, "version": 1}, headers=HTMX).status_code == 204
    said = lan.get(f"{path}/parts/said").text
    assert "Không nghe thấy" not in said
    assert "Gác máy khi chưa bấm gửi" in said  # what else is known of the call stays
    assert "Không có lời" not in lan.get("/tickets?tab=all").text


def test_a_colleagues_and_a_deleted_recording_offer_nothing_to_write(
    sign_in: SignIn, seeded: Any, without_a_text: Callable[[WorkState | None], str]
) -> None:
    path = without_a_text(WorkState.PARKED)
    sign_in("minh").post(f"{path}/assignee", data={"version": 1}, headers=HTMX)
    lan = sign_in("lan")
    said = lan.get(f"{path}/parts/said").text
    assert "data-edits" not in said
    assert "Xin nghe ghi âm; quản trị" in said
    assert lan.post(f"{path}/text", data={"text": TEXT, "version": 0}, headers=HTMX).status_code == 403
    with seeded.store.transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ulid == seeded.ulid(4215))).one()
        ticket.assignee_id = None
    assert "data-edits" in lan.get(f"{path}/parts/said").text
    with seeded.store.transaction() as session:
        session.get_one(Recording, seeded.ulid(4215)).erased_at = seeded.now
    assert "data-edits" not in lan.get(f"{path}/parts/said").text
