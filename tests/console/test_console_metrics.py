"""Figures are for programs on this machine."""

import pytest
from flask.testing import FlaskClient


def test_figures_for_this_machine(client: FlaskClient) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    assert "tongdai_store_up 1.0" in answer.text
    assert 'tongdai_transcription_items{state="waiting"}' in answer.text


@pytest.mark.parametrize(
    ("address", "headers"),
    [("192.0.2.7", {}), ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}), ("127.0.0.1", {"Forwarded": "for=192.0.2.7"})],
)
def test_no_figures_for_others(client: FlaskClient, address: str, headers: dict[str, str]) -> None:
    answer = client.get("/metrics", environ_base={"REMOTE_ADDR": address}, headers=headers)
    assert answer.status_code == 404
