"""Figures are for programs on this machine."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient


def test_figures_for_this_machine(sign_in: Callable[..., FlaskClient]) -> None:
    answer = sign_in(None).get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    assert "tongdai_store_up 1.0" in answer.text
    assert 'tongdai_transcription_items{state="waiting"}' in answer.text
    assert "tongdai_watch_up 0.0" in answer.text


@pytest.mark.parametrize(
    ("address", "headers"),
    [("192.0.2.7", {}), ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}), ("127.0.0.1", {"Forwarded": "for=192.0.2.7"})],
)
def test_no_figures_for_others(sign_in: Callable[..., FlaskClient], address: str, headers: dict[str, str]) -> None:
    answer = sign_in(None).get("/metrics", environ_base={"REMOTE_ADDR": address}, headers=headers)
    assert answer.status_code == 404
