"""The page of the system's health: version, queues, and what ``tongdai doctor`` finds; the starter model's note."""

from collections.abc import Callable
from datetime import timedelta
from importlib.metadata import version
from typing import Any

import pytest
from flask.testing import FlaskClient

from console.views import doctor
from ivr.command import Check, Finding

SignIn = Callable[..., FlaskClient]
NOTE = "Mô hình khởi đầu nghe tốt giọng máy và nghe KÉM giọng người"


def test_version_and_queues_stand_at_once(sign_in: SignIn, seeded: Any) -> None:
    text = sign_in("hoa").get("/health").text
    assert f"tongdai-1022 {version('tongdai-1022')}" in text
    assert "<dt>Tạo nội dung từ ghi âm</dt><dd>1 đang chờ" in text
    assert 'hx-get="/health/findings"' in text
    assert 'href="/jobs"' not in text  # an administrator's
    assert 'href="/jobs"' in sign_in("admin").get("/health").text


def test_every_check_of_doctor_is_shown_and_the_starter_model_is_said_here_alone(sign_in: SignIn, seeded: Any) -> None:
    client = sign_in("hoa")
    found = client.get("/health/findings").text
    for name in ("Asterisk", "Ổ đĩa", "Cơ sở dữ liệu", "Mô hình nhận dạng"):
        assert f">{name}</td>" in found, name
    assert found.count(NOTE) == 1
    for path in ("/tickets", "/calls", f"/calls/{seeded.ulid(4217)}", "/health"):
        assert NOTE not in client.get(path).text, path


def test_findings_are_kept_for_a_minute_and_faults_stand_first(
    sign_in: SignIn, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def look(_settings: Any) -> list[Finding]:
        asked.append("")
        return [
            Finding(name="disk", ok=True, text="còn 9 MiB"),
            Finding(name="clock", ok=False, text="đồng hồ lùi", remedy="timedatectl"),
        ]

    monkeypatch.setattr(doctor, "find_checks", lambda without=(): [Check(name="disk", check=look)])
    client = sign_in("hoa")
    first = client.get("/health/findings").text
    assert first.index("đồng hồ lùi") < first.index("còn 9 MiB")
    assert "→ timedatectl" in first
    assert client.get("/health/findings").text == first
    assert len(asked) == 1
    desk.now += timedelta(minutes=2)
    client.get("/health/findings")
    assert len(asked) == 2
    hoa = client.post("/preferences", data={"language": "en"})
    assert hoa.status_code == 302
    assert "Needs attention" in client.get("/health/findings").text
