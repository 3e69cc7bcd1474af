"""Secrets: made once, also by several processes at once, and readable by their owner alone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ivr.secrets import get_secret, pin_mac
from ivr.settings import load_settings


def test_one_secret_for_all_who_ask_at_once(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: get_secret(settings, "pin.key"), range(16)))
    assert len(keys) == 1
    assert len(keys.pop()) == 32
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["pin.key"]
    assert (tmp_path / "secrets" / "pin.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_a_pin_is_bound_to_its_report_and_instance(tmp_path: Path) -> None:
    here, there = load_settings(home=tmp_path / "a"), load_settings(home=tmp_path / "b")
    mac = pin_mac(here, "A", "1234")
    assert mac == pin_mac(here, "A", "1234")
    assert len({mac, pin_mac(here, "B", "1234"), pin_mac(here, "A", "1235"), pin_mac(there, "A", "1234")}) == 4
