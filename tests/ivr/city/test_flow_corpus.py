"""The corpora of cities: every good one loads, every bad file gets exactly the complaints its first lines carry."""

import re
import shutil
from pathlib import Path

import pytest

from ivr.city.city import load_city, read_city
from ivr.city.faults import FlowFaults

ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT / "tests" / "flows"
MARK = "# complaint: "


def _config(folder: Path, *cities: str) -> Path:
    """A configuration with the common prompts, the national holidays and some good cities."""
    config = folder / "config"
    (config / "cities").mkdir(parents=True)
    (config / "prompts").symlink_to(ROOT / "config" / "prompts")
    shutil.copy(ROOT / "config" / "cities" / "holidays.toml", config / "cities")
    for city in cities:
        shutil.copytree(CORPUS / "good" / city, config / "cities" / city)
    return config


def _without_parser(fault: str) -> str:
    """What the TOML parser says differs between versions of Python."""
    return re.sub(r"(cannot be read: ).*", r"\1…", fault)


@pytest.mark.parametrize("city_id", sorted(path.name for path in (CORPUS / "good").iterdir()))
def test_a_good_city_has_no_fault_and_no_warning(city_id: str, tmp_path: Path) -> None:
    city, faults = read_city(_config(tmp_path, city_id), city_id)
    assert faults == []
    assert city is not None
    assert city.id == city_id
    assert set(city.flow.nodes) >= {city.flow.start}


@pytest.mark.parametrize("bad", sorted(path.relative_to(CORPUS / "bad").as_posix() for path in CORPUS.glob("bad/*/*")))
def test_a_bad_file_gets_its_complaint(bad: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    config = _config(tmp_path, "nho")
    source = CORPUS / "bad" / bad
    city = config / "cities" / "nho"
    target = city / "lookups" / source.name if source.parent.name == "lookups" else city / f"{source.parent.name}.toml"
    target.parent.mkdir(exist_ok=True)
    shutil.copy(source, target)
    lines = source.read_text(encoding="utf-8").splitlines()
    complaints = [line.removeprefix(MARK) for line in lines if line.startswith(MARK)]
    assert complaints, f"{bad} carries no complaint"
    found, faults = read_city(config, "nho")
    assert sorted(map(_without_parser, map(str, faults))) == sorted(complaints)
    assert (found is None) == any(not fault.warning for fault in faults)


def test_all_faults_of_all_files_come_in_one_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = _config(tmp_path, "nho")
    for name in ("menu.toml", "hours.toml", "city.toml"):
        (config / "cities" / "nho" / name).unlink()
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    with pytest.raises(FlowFaults) as english:
        load_city(config, "nho")
    assert str(english.value).splitlines() == [
        "3 faults in a city's configuration:",
        "  nho/city.toml: there is no such file",
        "  nho/hours.toml: there is no such file",
        "  nho/menu.toml: there is no such file",
    ]
    monkeypatch.setenv("TONGDAI_LANGUAGE", "vi")
    with pytest.raises(FlowFaults, match="3 lỗi trong cấu hình thành phố"):
        load_city(config, "nho")


def test_a_city_saved_by_windows_is_read_and_one_in_a_legacy_code_page_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGDAI_LANGUAGE", "vi")
    config = _config(tmp_path, "nho")
    files = sorted((config / "cities").rglob("*.toml"))
    for path in files:
        path.write_bytes(path.read_text(encoding="utf-8").replace("\n", "\r\n").encode("utf-8-sig"))
    assert read_city(config, "nho")[1] == []
    path = config / "cities" / "nho" / "agencies.toml"
    path.write_bytes(path.read_text(encoding="utf-8-sig").replace("Sở", "S\u01a1\u0309").encode("cp1258", "replace"))
    city, faults = read_city(config, "nho")
    assert city is None
    assert [fault.file for fault in faults] == ["nho/agencies.toml"], "what names an agency makes no fault of its own"
    assert "không phải UTF-8" in str(faults[0])
