"""The configuration as files: complete, private, refused where a setting cannot stand in it."""

import re
from pathlib import Path

import pytest

from ivr.asterisk import load_logins, render, render_site
from ivr.asterisk.logins import LoginsError
from ivr.asterisk.numbers import NumbersFault, cities_by_number, dialled_forms, dialled_numbers
from ivr.asterisk.rendering import SOCKET_PATH_MAX, run_folder
from ivr.asterisk.templates import RenderFault
from ivr.prompts import load_catalogue
from ivr.settings import Settings, load_settings

pytestmark = pytest.mark.asterisk


def city(config: Path, name: str, text: str) -> None:
    (config / "cities" / name).mkdir(parents=True)
    (config / "cities" / name / "city.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def config(tmp_path: Path, settings: Settings) -> Path:
    """Two cities and the real templates."""
    folder = tmp_path / "config"
    city(folder, "da-nang", 'numbers = ["1022", "02361022"]')
    city(folder, "hai-phong", 'numbers = ["1022", "02251022"]')
    (folder / "asterisk").symlink_to(settings.config / "asterisk")
    return folder


def test_every_template_is_filled_and_private(settings: Settings) -> None:
    folder = render(settings)
    names = {path.name for path in folder.iterdir()}
    assert names == {path.name for path in (settings.config / "asterisk").glob("*.conf")}
    for path in folder.iterdir():
        text = path.read_text()
        assert not re.search(r"@[{%#]|[%#]@", text), f"{path.name} has an unfilled value"
        assert path.stat().st_mode & 0o077 == 0, f"{path.name} can be read by others"


def test_asterisk_keeps_no_log_of_its_own_of_who_waits_and_what_it_kept_goes(settings: Settings) -> None:
    """It has the number of every caller, withheld or not."""
    kept = settings.logs / "asterisk" / "queue_log.1"
    kept.parent.mkdir(parents=True)
    kept.write_text("1796078917|1796078913.0|da-nang-operator|NONE|ENTERQUEUE||0905999993|1\n")
    assert "queue_log = no" in (render(settings) / "logger.conf").read_text().splitlines()
    assert not kept.exists()


def test_rendering_again_writes_nothing(settings: Settings) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in render(settings).iterdir()}
    assert {path.name: path.stat().st_mtime_ns for path in render(settings).iterdir()} == before


def test_no_way_out_and_no_stranger(settings: Settings) -> None:
    folder = render(settings)
    pjsip = (folder / "pjsip.conf").read_text()
    assert "anonymous]" not in pjsip
    assert "res_pjsip_endpoint_identifier_anonymous" not in (folder / "modules.conf").read_text()
    assert "autoload = no" in (folder / "modules.conf").read_text()
    dials = re.findall(r"[( ,]Dial\((.*)\)$", (folder / "tongdai-dialplan.conf").read_text(), re.MULTILINE)
    browser = "PJSIP/tongdai-${FILTER(0-9,${EXTEN})},15,gb(tongdai-rings^s^1)"  # reached by a redirect of ours alone
    assert dials == [browser, f"{settings.operator_phone},{settings.operator_wait}"]
    manager = (folder / "tongdai-manager.conf").read_text()
    assert re.search(r"^write = reporting,agent$", manager, re.MULTILINE)
    assert re.search(r"^read = call,agent,user,system$", manager, re.MULTILINE)


def test_every_sound_of_the_dialplan_is_a_prompt_in_both_languages(settings: Settings) -> None:
    text = (settings.config / "asterisk" / "tongdai-dialplan.conf").read_text()
    played = set(re.findall(r"Playback\(\$\{TONGDAI_SOUNDS\}/([^)]+)\)", text))
    assert played == {"du-phong", "cam-on", "tam-biet", "khong-du-cho"}
    catalogue = load_catalogue(settings, settings.city)
    for name in played:
        assert catalogue.sound(name, "vi") is not None
        assert catalogue.sound(name, "en") is not None


def test_passwords_are_made_once_and_kept_private(settings: Settings) -> None:
    made = load_logins(settings)
    assert load_logins(settings) == made
    path = settings.home / "secrets" / "asterisk.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len({made.ami_secret, *made.softphones.values()}) == 1 + len(made.softphones)
    path.write_text("{")
    with pytest.raises(LoginsError, match=r"asterisk\.json"):
        load_logins(settings)


def test_1022_is_the_instances_city_and_other_numbers_their_own(settings: Settings, config: Path) -> None:
    given = load_settings(home=settings.home, config=config, city="hai-phong")
    assert cities_by_number(given) == {"1022": "hai-phong", "02361022": "da-nang", "02251022": "hai-phong"}
    assert dialled_forms("02361022") == [
        "02361022",
        "2361022",
        "842361022",
        "8402361022",
        "+842361022",
        "+8402361022",
        "00842361022",
        "008402361022",
    ]
    assert [(entry.number, entry.city) for entry in dialled_numbers(given)][:3] == [
        ("1022", "hai-phong"),
        ("02361022", "da-nang"),
        ("2361022", "da-nang"),
    ]


def test_each_number_is_an_entry_of_the_dialplan(settings: Settings, config: Path) -> None:
    folder = render(load_settings(home=settings.home, config=config, city="hai-phong"))
    text = (folder / "tongdai-dialplan.conf").read_text()
    entry = (
        "exten => +842251022,1,Set(TONGDAI_CITY=hai-phong)\n"
        " same => n,Set(TONGDAI_CALLED=${EXTEN})\n"
        " same => n,Goto(tongdai-hotline,${EXTEN},1)\n"
    )
    assert entry in text
    assert text.count("(TONGDAI_CITY=") == 18, "1022, eight forms of each of two national numbers, and any other"
    other = text.index("exten => _[+0-9a-zA-Z].,1,Log(")
    assert "Set(TONGDAI_CITY=hai-phong)" in text[other : text.index("[tongdai-hotline]")]


@pytest.mark.parametrize(("policy", "hidden"), [("hide", True), ("keep", False)])
def test_the_fallback_stores_a_withheld_number_only_where_the_city_says_so(
    settings: Settings, policy: str, hidden: bool
) -> None:
    folder = render(load_settings(home=settings.home, config=settings.config, withheld_numbers=policy))
    assert ("CALLERID(num-pres)" in (folder / "tongdai-dialplan.conf").read_text()) is hidden


def test_each_softphone_gets_an_endpoint_a_login_and_a_place(settings: Settings) -> None:
    text = (render(settings) / "pjsip.conf").read_text()
    for user, password in load_logins(settings).softphones.items():
        assert re.findall(rf"^\[{user}\](.*)$", text, re.MULTILINE) == ["(softphone)", "", ""]
        assert f"username = {user}\npassword = {password}\n" in text
        assert f'callerid = "May {user}" <0900000{user}>\n' in text


def test_without_an_operator_or_trunk_there_is_no_line_for_them(home: Path) -> None:
    folder = render(load_settings(home=home, operator_phone="", trunk_addresses=""))
    dialplan = (folder / "tongdai-dialplan.conf").read_text()
    assert re.findall(r"Dial\(PJSIP/([a-z]+)", dialplan) == ["tongdai"]  # operators' browsers, which nothing configures
    assert "type = identify" not in (folder / "pjsip.conf").read_text()


def test_a_number_of_two_cities_names_both_files(settings: Settings, config: Path) -> None:
    city(config, "hue", 'numbers = ["02361022"]')
    with pytest.raises(NumbersFault, match=r"hue/city\.toml.*02361022.*da-nang/city\.toml"):
        cities_by_number(load_settings(home=settings.home, config=config))


@pytest.mark.parametrize("numbers", ["02361022", "[236]", '["0236 1022"]', '["1,Hangup()"]'])
def test_numbers_that_are_no_digits_are_refused(settings: Settings, config: Path, numbers: str) -> None:
    city(config, "hue", f"numbers = {numbers}")
    with pytest.raises(NumbersFault, match=r"hue/city\.toml"):
        cities_by_number(load_settings(home=settings.home, config=config, city="hue"))
    others = cities_by_number(load_settings(home=settings.home, config=config))
    assert others == {"1022": "da-nang", "02361022": "da-nang", "02251022": "hai-phong"}  # these are answered


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"operator_phone": "PJSIP/100)\nsame => n,System(rm"}, "TONGDAI_OPERATOR_PHONE"),
        ({"trunk_addresses": "carrier.example"}, "TONGDAI_TRUNK_ADDRESSES"),
        ({"bind": "127.0.0.1;x"}, "bind"),
    ],
)
def test_a_setting_that_cannot_stand_in_a_file_is_named(home: Path, given: dict[str, str], named: str) -> None:
    with pytest.raises(RenderFault, match=named):
        render(load_settings(home=home, **given))


def test_a_home_with_a_comma_is_refused(home: Path) -> None:
    with pytest.raises(RenderFault, match="TONGDAI_HOME"):
        render(load_settings(home=home / "a,b"))


def test_trunk_networks_each_become_a_match(home: Path) -> None:
    folder = render(load_settings(home=home, trunk_addresses="203.0.113.5, 198.51.100.0/24"))
    text = (folder / "pjsip.conf").read_text()
    assert "match = 203.0.113.5/32\nmatch = 198.51.100.0/24" in text


def test_an_unknown_value_in_a_template_is_named(home: Path, tmp_path: Path) -> None:
    config = tmp_path / "config"
    city(config, "da-nang", "")
    (config / "asterisk").mkdir()
    (config / "asterisk" / "x.conf").write_text("a = @{nonsense}")
    with pytest.raises(RenderFault, match=r"x\.conf:1.*nonsense.*ami_port"):
        render(load_settings(home=home, config=config))
    (config / "asterisk" / "x.conf").unlink()
    with pytest.raises(RenderFault, match="config/asterisk"):
        render(load_settings(home=home, config=config))


def test_a_deep_home_gets_a_short_folder_for_the_socket(tmp_path: Path) -> None:
    deep = load_settings(home=tmp_path / ("d" * 120))
    folder = run_folder(deep)
    assert len(str(folder / "asterisk.ctl").encode()) <= SOCKET_PATH_MAX
    assert folder != run_folder(load_settings(home=tmp_path / ("e" * 120)))


def test_a_site_gets_its_files_without_any_asterisk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.asterisk.rendering.get_asterisk", lambda _: pytest.fail("a site has its own"))
    folder = render_site(settings)
    assert {path.name for path in folder.iterdir()} == {
        "tongdai-dialplan.conf",
        "tongdai-manager.conf",
        "tongdai-music.conf",
        "tongdai-queues.conf",
    }
    contexts = re.findall(r"^\[([^]]+)\]", (folder / "tongdai-dialplan.conf").read_text(), re.MULTILINE)
    assert all(context.startswith("tongdai") for context in contexts), "a PBX may have contexts of any other name"
