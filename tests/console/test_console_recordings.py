"""Listening: each play is one access row with who and why; ranges, conditions, and who may not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.model import Play
from ivr.recordings import erase, path_of
from ivr.services import listing, plays

SignIn = Callable[..., FlaskClient]


def rows(desk: Any, ulid: str) -> list[Play]:
    with desk.store.reading() as session:
        return plays.find_all_of(session, ulid)


def grant(client: FlaskClient, ulid: str, **asked: str) -> str:
    answer = client.post(f"/recordings/{ulid}/plays", json=asked)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    url: str = answer.json["url"]
    return url


def fetch(client: FlaskClient, url: str, **more: Any) -> TestResponse:
    """The whole answer, its file closed."""
    return client.get(url, buffered=True, **more)


def test_whoever_holds_the_ticket_plays_without_a_reason(sign_in: SignIn, seeded: Any) -> None:
    client, ulid = sign_in("lan"), seeded.ulid(4213)
    answer = fetch(client, grant(client, ulid))
    assert answer.status_code == 200
    assert answer.data[:4] == b"RIFF"
    (row,) = rows(seeded, ulid)
    assert (row.action, row.at, row.address) == ("play", seeded.now, "127.0.0.1")
    assert "26" in row.reason
    assert row.seconds > 3


def test_others_type_a_reason(sign_in: SignIn, seeded: Any) -> None:
    client, ulid = sign_in("minh"), seeded.ulid(4213)
    asked = client.post(f"/recordings/{ulid}/plays", json={"reason": " "})
    assert asked.json is not None
    assert (asked.json["needs"], "url" in asked.json) == ("reason", False)
    assert "lý do" in asked.json["message"]
    assert rows(seeded, ulid) == []
    grant(client, ulid, reason="người dân gọi lại hỏi")
    assert [row.reason for row in rows(seeded, ulid)] == ["người dân gọi lại hỏi"]


def test_a_reason_serves_other_recordings_for_a_while_but_no_download(sign_in: SignIn, seeded: Any) -> None:
    hoa, first, second = sign_in("hoa"), seeded.ulid(4213), seeded.ulid(4216)
    assert "nghe lần đầu cần ghi lý do" in hoa.get(f"/tickets/{second}").text
    grant(hoa, first, reason="kiểm tra chất lượng")
    assert "Lý do nghe: “kiểm tra chất lượng”, đến 09:45" in hoa.get(f"/tickets/{second}").text
    seeded.now += timedelta(minutes=14)
    grant(hoa, second)
    assert [row.reason for row in rows(seeded, second)] == ["kiểm tra chất lượng"]
    copy = hoa.post(f"/recordings/{second}/plays", json={"action": "download"})
    assert copy.json is not None
    assert copy.json["needs"] == "reason"
    seeded.now += timedelta(minutes=2)  # it counts from when it was typed, not from when it last served
    late = hoa.post(f"/recordings/{second}/plays", json={})
    assert late.json is not None
    assert late.json["needs"] == "reason"
    own = sign_in("lan")
    assert "lý do" not in own.get(f"/tickets/{first}/parts/sound").text  # the work is the reason


def test_how_a_person_listens_is_kept(sign_in: SignIn, seeded: Any) -> None:
    lan, path = sign_in("lan"), f"/tickets/{seeded.ulid(4213)}"
    assert '<option value="1" selected>1×</option>' in lan.get(path).text
    assert lan.post("/recordings/player", json={"speed": 1.5, "skips": True}).status_code == 204
    text = sign_in("lan").get(f"/tickets/{seeded.ulid(4216)}").text
    assert '<option value="1.5" selected>1,5×</option>' in text
    assert 'data-part="skip" checked' in text
    assert '<option value="1" selected>' in sign_in("minh").get(path).text
    for wrong in ({}, {"speed": "fast"}, {"speed": float("nan")}, [], None):
        assert lan.post("/recordings/player", json=wrong).status_code == 400


def test_ranges_are_one_play_going_on(sign_in: SignIn, seeded: Any) -> None:
    client, ulid = sign_in("lan"), seeded.ulid(4213)
    url = grant(client, ulid)
    first = fetch(client, url, headers={"Range": "bytes=0-15999"})
    assert first.status_code == 206
    assert len(first.data) == 16000
    assert first.headers["Content-Range"].startswith("bytes 0-15999/")
    assert rows(seeded, ulid)[0].seconds == pytest.approx(1.0, abs=0.1)
    assert fetch(client, url, headers={"Range": "bytes=16000-"}).status_code == 206
    (row,) = rows(seeded, ulid)
    with seeded.store.reading() as session:
        assert row.seconds == pytest.approx(listing.get_recording(session, ulid).seconds, abs=0.1)
    assert fetch(client, url, headers={"Range": "bytes=99999999-"}).status_code == 416


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-1", (206, 0, 2)),  # Safari's probe
        ("BYTES = 0-1", (206, 0, 2)),
        ("bytes=0-", (206, 0, None)),
        ("bytes=44-999999999", (206, 44, None)),
        ("bytes=44-" + "9" * 40, (206, 44, None)),
        ("bytes=-500", (206, -500, None)),
        ("bytes=-999999999", (206, 0, None)),
        ("bytes=-" + "9" * 40, (206, 0, None)),
        ("bytes=0-1,999999999-", (206, 0, 2)),
        ("bytes=999999999-", (416, 0, None)),
        ("bytes=" + "9" * 5000 + "-", (416, 0, None)),
        ("bytes=-0", (416, 0, None)),
        ("bytes=999999999-,-0", (416, 0, None)),
        ("bytes=0-1,4-5", (200, 0, None)),
        ("0-1", (200, 0, None)),
        ("bytes=b-a", (200, 0, None)),
        ("bytes=9-3", (200, 0, None)),
        ("bytes=--1", (200, 0, None)),
        ("bytes=1", (200, 0, None)),
        ("bytes=", (200, 0, None)),
        ("bytes=,", (200, 0, None)),
        ("bytes=²-", (200, 0, None)),
        ("lines=0-1", (200, 0, None)),
        ("", (200, 0, None)),
    ],
)
def test_every_way_to_ask_for_a_part(
    sign_in: SignIn, seeded: Any, asked: str, expected: tuple[int, int, int | None]
) -> None:
    client = sign_in("lan")
    url = grant(client, seeded.ulid(4213))
    whole = fetch(client, url).data
    answer = fetch(client, url, headers={"Range": asked})
    status, start, stop = expected
    assert answer.status_code == status
    if status == 416:
        assert answer.headers["Content-Range"] == f"bytes */{len(whole)}"
        return
    part = whole[start:stop]
    assert answer.data == part
    assert answer.headers["Content-Length"] == str(len(part))
    if status == 206:
        first = start % len(whole)
        assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(whole)}"
    head = client.head(url, headers={"Range": asked}, buffered=True)  # only GET asks for parts
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(whole)))


@pytest.mark.parametrize("length", [0, 7, 20_001, 999_999])
def test_a_file_of_another_length_than_its_row_says_is_announced_as_it_is(
    sign_in: SignIn, seeded: Any, length: int
) -> None:
    client, ulid = sign_in("lan"), seeded.ulid(4213)
    url = grant(client, ulid)
    tag = fetch(client, url).headers["ETag"]
    with seeded.store.reading() as session:
        path = path_of(seeded.settings, listing.get_recording(session, ulid).key)
    with path.open("r+b") as file:
        file.truncate(length)
    answer = fetch(client, url, headers={"If-None-Match": tag})  # what the browser kept is another file
    assert (answer.status_code, answer.headers["Content-Length"], len(answer.data)) == (200, str(length), length)
    if length:
        last = fetch(client, url, headers={"Range": "bytes=5-"})
        assert last.headers["Content-Range"] == f"bytes 5-{length - 1}/{length}"
    assert fetch(client, url, headers={"Range": "bytes=0-1", "If-Range": tag}).status_code == 200


def test_unchanged_audio_is_not_sent_twice(sign_in: SignIn, seeded: Any) -> None:
    client = sign_in("lan")
    url = grant(client, seeded.ulid(4213))
    tag = fetch(client, url).headers["ETag"]
    again = fetch(client, url, headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.data == b""


def test_a_token_is_its_persons_and_its_recordings_alone(sign_in: SignIn, seeded: Any) -> None:
    lan, ulid = sign_in("lan"), seeded.ulid(4213)
    url = grant(lan, ulid)
    token = url.split("token=")[1]
    assert fetch(sign_in("minh"), url).status_code == 403
    assert fetch(sign_in(None), url).status_code == 302
    assert lan.get(f"/recordings/{seeded.ulid(4217)}/audio?token={token}").status_code == 403
    assert lan.get(f"/recordings/{ulid}/audio").status_code == 403
    seeded.now += plays.LASTS + timedelta(seconds=1)
    assert fetch(lan, url).status_code == 403


def test_supervisors_see_who_listened(sign_in: SignIn, seeded: Any) -> None:
    ulid = seeded.ulid(4213)
    grant(sign_in("minh"), ulid, reason="người dân gọi lại hỏi")
    assert "Ai đã nghe" not in sign_in("lan").get(f"/tickets/{ulid}").text
    text = sign_in("hoa").get(f"/tickets/{ulid}").text
    assert "Ai đã nghe" in text
    assert "người dân gọi lại hỏi" in text


def test_only_supervisors_download(sign_in: SignIn, seeded: Any) -> None:
    ulid = seeded.ulid(4213)
    assert sign_in("lan").post(f"/recordings/{ulid}/plays", json={"action": "download"}).status_code == 403
    assert "data-downloads" not in sign_in("lan").get(f"/tickets/{ulid}").text
    hoa = sign_in("hoa")
    assert 'data-downloads="' in hoa.get(f"/tickets/{ulid}").text
    answer = fetch(hoa, grant(hoa, ulid, action="download", reason="thanh tra"))
    assert answer.headers["Content-Disposition"] == "attachment; filename=DN26-004213-0.wav"
    assert rows(seeded, ulid)[0].action == "download"


def test_a_confidential_recording_is_refused(sign_in: SignIn, seeded: Any) -> None:
    ulid = seeded.ulid(4210)
    answer = sign_in("lan").post(f"/recordings/{ulid}/plays", json={"reason": "tò mò thôi"})
    assert answer.status_code == 403
    assert rows(seeded, ulid) == []


@pytest.mark.parametrize("recording", ["01M7ZR8PC20FQWXF93DBGT123E", "..%2F..%2Ftongdai.db", "x"])
def test_recordings_are_found_by_id_never_by_path(sign_in: SignIn, seeded: Any, recording: str) -> None:
    assert sign_in("hoa").post(f"/recordings/{recording}/plays", json={"reason": "xem thử"}).status_code == 404


def test_an_erased_file_is_not_found(sign_in: SignIn, seeded: Any) -> None:
    client, ulid = sign_in("lan"), seeded.ulid(4213)
    url = grant(client, ulid)
    with seeded.store.reading() as session:
        erase(seeded.settings, listing.get_recording(session, ulid).key)
    assert fetch(client, url).status_code == 404


def test_a_malformed_wish_is_refused(sign_in: SignIn, seeded: Any) -> None:
    path = f"/recordings/{seeded.ulid(4213)}/plays"
    assert sign_in("lan").post(path, json={"action": "delete"}).status_code == 400
    assert sign_in("lan").post(path, data="{", content_type="application/json").status_code == 200  # a plain play
