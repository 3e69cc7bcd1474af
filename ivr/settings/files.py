"""The configuration folder's files: which cities there are, and TOML as people's editors save it."""

import re
import tomllib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import Any

from ivr.settings.faults import Fault
from ivr.words import tr

_AT = re.compile(r"^(?P<what>.*) \((?:at line (?P<line>\d+), column (?P<column>\d+)|at end of document)\)$", re.DOTALL)
_SYNTAX = (
    ("Cannot declare", "khai hai lần"),
    ("Cannot overwrite", "ghi hai lần"),
    ("Cannot mutate", "không thể thêm vào bảng đã đóng"),
    ("Duplicate inline table key", "ghi hai lần"),
    ("Expected '=' after a key", "thiếu dấu = sau tên thiết lập"),
    ("Expected ']", "thiếu dấu ]"),
    ("Expected newline", "thừa chữ ở cuối dòng"),
    ("Invalid value", "giá trị viết sai"),
    ("Invalid initial character for a key", "tên thiết lập viết sai"),
    ("Invalid statement", "câu viết sai"),
    ("Invalid date", "ngày giờ viết sai"),
    ("Illegal character", "có ký tự không được phép"),
    ("Unescaped '\\'", "dấu \\ phải viết là \\\\"),
    ("Unterminated string", "chuỗi thiếu dấu đóng"),
    ("Unclosed array", "danh sách thiếu dấu đóng"),
    ("Unclosed inline table", "bảng thiếu dấu đóng"),
)
"""How tomllib's messages begin, and what they mean in Vietnamese; others are only told by their place."""


def find_cities(config: Path) -> list[str]:
    """Ids of all cities in order: every folder below ``config/cities``, whether its files are right or not."""
    folder = config / "cities"
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def read_toml(path: Path, file: str, faults: list[Fault], *, needed: bool = True) -> dict[str, Any] | None:
    """The tables of a TOML file, with or without a byte order mark.

    None where the file cannot be read, with a fault that calls it ``file``; an absent one that is not ``needed`` is
    no fault.
    """
    try:
        return parse_toml(path.read_bytes())
    except FileNotFoundError:
        if needed:
            faults.append(Fault(file=file, text=tr("không có tệp này", "there is no such file")))
    except OSError as error:
        faults.append(Fault(file=file, text=_unreadable(error.strerror or str(error))))
    except ValueError as error:
        faults.append(Fault(file=file, text=_unreadable(str(error))))
    return None


def parse_toml(data: bytes) -> dict[str, Any]:
    """The tables of a TOML file's bytes; ValueError says in the reader's language why they are none."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise ValueError(tr("tệp lưu dạng UTF-16; hãy lưu lại dạng UTF-8", "it is saved as UTF-16; save it as UTF-8"))
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(
            tr(
                f"dòng {line} không phải UTF-8 (có thể là Windows-1258, TCVN3 hoặc VNI); hãy lưu lại tệp dạng UTF-8",
                f"line {line} is not UTF-8 (perhaps Windows-1258, TCVN3 or VNI); save the file as UTF-8",
            )
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError(_syntax(str(error))) from error


def _unreadable(why: str) -> str:
    return tr(f"không đọc được: {why}", f"cannot be read: {why}")


def _syntax(message: str) -> str:
    """tomllib's message with its place first, in the reader's language."""
    match = _AT.match(message)
    what, line = (match["what"], match["line"]) if match else (message, None)
    column = match["column"] if match else None
    vietnamese = next((said for begins, said in _SYNTAX if what.startswith(begins)), "không đúng cú pháp TOML")
    where = tr(f"dòng {line}, cột {column}", f"line {line}, column {column}") if line else tr("cuối tệp", "at its end")
    return f"{where}: {tr(vietnamese, what)}"
