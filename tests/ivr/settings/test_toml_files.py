"""TOML as people's editors save it: a byte order mark, other encodings, what the parser says."""

from pathlib import Path

import pytest

from ivr.settings.faults import Fault
from ivr.settings.files import find_cities, parse_toml, read_toml

TEXT = 'ten = "Đà Nẵng"\n'


def test_a_byte_order_mark_is_no_fault() -> None:
    assert parse_toml(TEXT.encode("utf-8-sig")) == parse_toml(TEXT.encode()) == {"ten": "Đà Nẵng"}


@pytest.mark.parametrize(
    ("data", "vietnamese", "english"),
    [
        (TEXT.encode("utf-16"), "tệp lưu dạng UTF-16; hãy lưu lại", "it is saved as UTF-16; save it as UTF-8"),
        (b'a = 1\nten = "\xd0\xe0 N"\n', "dòng 2 không phải UTF-8", "line 2 is not UTF-8"),
        (b"start: chao", "dòng 1, cột 6: thiếu dấu = sau tên thiết lập", "line 1, column 6: Expected '='"),
        (b"a = 1\nb = [", "cuối tệp: giá trị viết sai", "at its end: Invalid value"),
        (b"[a]\n[a]", "dòng 2, cột 3: khai hai lần", "line 2, column 3: Cannot declare"),
        (b"a = 1\na = 2", "ghi hai lần", "Cannot overwrite a value"),
        (b'a = "x', "chuỗi thiếu dấu đóng", "Unterminated string"),
        (b"a = no", "giá trị viết sai", "Invalid value"),
        (b"a = 1 2", "thừa chữ ở cuối dòng", "Expected newline"),
    ],
)
def test_what_cannot_be_read_says_why_in_the_readers_language(
    data: bytes, vietnamese: str, english: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(data)
    for language, said in (("vi", ("không đọc được", vietnamese)), ("en", ("cannot be read", english))):
        monkeypatch.setenv("TONGDAI_LANGUAGE", language)
        faults: list[Fault] = []
        assert read_toml(path, "x.toml", faults) is None
        (fault,) = faults
        assert str(fault).startswith(f"x.toml: {said[0]}: ")
        assert said[1] in str(fault)


def test_a_file_that_is_not_there_is_a_fault_where_it_is_needed(tmp_path: Path) -> None:
    faults: list[Fault] = []
    assert read_toml(tmp_path / "x.toml", "x.toml", faults, needed=False) is None
    assert faults == []
    assert read_toml(tmp_path / "x.toml", "x.toml", faults) is None
    assert read_toml(tmp_path, "folder", faults) is None
    assert [fault.file for fault in faults] == ["x.toml", "folder"]


def test_a_city_is_a_folder(tmp_path: Path) -> None:
    assert find_cities(tmp_path) == []
    for name in ("hue", "da-nang", ".git"):
        (tmp_path / "cities" / name).mkdir(parents=True)
    (tmp_path / "cities" / "holidays.toml").touch()
    assert find_cities(tmp_path) == ["da-nang", "hue"]
