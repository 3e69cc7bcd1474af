"""Settings: where they come from, and what a wrong one says."""

from pathlib import Path

import pytest

from ivr.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGDAI_HOME", str(tmp_path))


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings.toml").write_text('console_port = 9001\ncity = "hai-phong"\n', encoding="utf-8")
    monkeypatch.setenv("TONGDAI_CONSOLE_PORT", "9002")
    settings = load_settings()
    assert (settings.console_port, settings.city) == (9002, "hai-phong")


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGDAI_CONSOLE_PORT", "99999")
    monkeypatch.setenv("TONGDAI_WORKERS", "many")
    with pytest.raises(SettingsError, match=r"TONGDAI_CONSOLE_PORT.*TONGDAI_WORKERS"):
        load_settings()


def test_a_setting_nobody_knows_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("consol_port = 9001\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="CONSOL_PORT"):
        load_settings()


def test_faults_are_told_in_the_readers_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"CONSOLE_PORT": "99999", "WORKERS": "many", "KEY_WAIT": "-1", "LOG_LEVEL": "loud"}
    for name, value in given.items():
        monkeypatch.setenv(f"TONGDAI_{name}", value)
    (tmp_path / "settings.toml").write_text("consol_port = 9001\n", encoding="utf-8")
    monkeypatch.setenv("TONGDAI_LANGUAGE", "vi")
    with pytest.raises(SettingsError) as vietnamese:
        load_settings()
    assert set(str(vietnamese.value).removeprefix("Thiết lập sai: ").split("; ")) == {
        "TONGDAI_CONSOLE_PORT: chỉ được đến 65535",
        "TONGDAI_WORKERS: phải là số nguyên, đang là 'many'",
        "TONGDAI_KEY_WAIT: phải từ 0.2 trở lên",
        "TONGDAI_LOG_LEVEL: “loud” không có trong debug, info, warning, error",
        "TONGDAI_CONSOL_PORT: không có thiết lập này (có: console_port)",
    }
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    with pytest.raises(SettingsError, match="TONGDAI_WORKERS: must be a whole number, is 'many'"):
        load_settings()


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('city = "hai-phong"\n', encoding="utf-8-sig")
    assert load_settings().city == "hai-phong"


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("city = \n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"settings\.toml"):
        load_settings()


def test_no_configuration_folder_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.settings.settings.__file__", str(tmp_path / "ivr" / "settings" / "settings.py"))
    monkeypatch.delenv("TONGDAI_CONFIG", raising=False)
    with pytest.raises(SettingsError, match="TONGDAI_CONFIG"):
        load_settings()


def test_browsers_keep_two_instances_apart() -> None:
    first, second = load_settings(), load_settings(instance="rehearsal")
    assert first.session_cookie == "tongdai_session"
    assert first.session_cookie != second.session_cookie
