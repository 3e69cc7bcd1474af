"""Reads typed settings out of a TOML table; what is missing, mistyped or unknown becomes a fault, not an exception."""

import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ivr.city.faults import Fault
from ivr.words import tr


class Table:
    """One TOML table and where it stands. Getters note which settings were asked for; :meth:`close` tells the rest."""

    def __init__(self, data: dict[str, Any], faults: list[Fault], file: str, node: str = "", place: str = "") -> None:
        """``place`` is the dotted path inside the node, empty at its top."""
        self.data = data
        self.faults = faults
        self.file = file
        self.node = node
        self.place = place
        self._asked: set[str] = set()

    def fault(self, setting: str, text: str, *, warning: bool = False) -> None:
        """Note a fault of this table's ``setting`` (empty: the table itself)."""
        path = ".".join(part for part in (self.place, setting) if part)
        self.faults.append(Fault(file=self.file, node=self.node, setting=path, text=text, warning=warning))

    def has(self, key: str) -> bool:
        """Whether the setting is there; it then counts as known."""
        self._asked.add(key)
        return key in self.data

    def text(self, key: str, default: str | None = None) -> str:
        """A string that is not empty; ``default`` where it is absent, a fault where there is no default either."""
        value = self._value(key, default is None)
        if value is None:
            return default or ""
        if not isinstance(value, str):
            self._wrong(key, tr("phải là chuỗi ký tự", "must be a string"), value)
            return default or ""
        if not value.strip():
            self.fault(key, tr("để trống", "is empty"))
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of strings; one string stands for a list of one."""
        value = self._value(key, default is None)
        if value is None:
            return default or ()
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            self._wrong(key, tr("phải là danh sách chuỗi ký tự", "must be a list of strings"), value)
            return default or ()
        return tuple(items)

    def flag(self, key: str, default: bool | None = None) -> bool:
        """True or false."""
        value = self._value(key, default is None)
        if value is None:
            return bool(default)
        if not isinstance(value, bool):
            self._wrong(key, tr("phải là true hoặc false", "must be true or false"), value)
            return bool(default)
        return value

    def number(self, key: str, *, least: float = 0) -> float | None:
        """A number of at least ``least``, None where it is absent; true and false are no numbers."""
        value = self._value(key, needed=False)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong(key, tr("phải là số", "must be a number"), value)
            return None
        if value < least:
            self.fault(key, tr(f"phải từ {least:g} trở lên", f"must be at least {least:g}"))
            return None
        return float(value)

    def day(self, key: str, *, needed: bool = True) -> date | None:
        """A date written without quotes (2026-02-17)."""
        value = self._value(key, needed)
        if value is None:
            return None
        if isinstance(value, datetime) or not isinstance(value, date):
            self._wrong(key, tr("phải là ngày, dạng 2026-02-17", "must be a date like 2026-02-17"), value)
            return None
        return value

    def table(self, key: str, *, needed: bool = True) -> "Table | None":
        """The table under ``key``."""
        value = self._value(key, needed)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._wrong(key, tr("phải là một bảng", "must be a table"), value)
            return None
        return self._inside(key, value)

    def tables(self, key: str) -> Iterator["Table"]:
        """The tables of the list ``[[key]]``, none where it is absent."""
        value = self._value(key, needed=False)
        if value is None:
            return
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self._wrong(key, tr(f"phải là các bảng [[{key}]]", f"must be tables [[{key}]]"), value)
            return
        for number, item in enumerate(value, 1):
            yield self._inside(f"{key}[{number}]", item)

    def children(self) -> Iterator[tuple[str, "Table"]]:
        """Every setting of this table, each of which must be a table itself."""
        for key in self.data:
            child = self.table(key)
            if child is not None:
                yield key, child

    def close(self) -> None:
        """Tell the settings nobody asked for: a misspelt name must not pass as absent."""
        known = ", ".join(sorted(self._asked))
        for key in self.data:
            if key not in self._asked:
                self.fault(
                    key, tr(f"không có thiết lập này (có: {known})", f"there is no such setting (known: {known})")
                )

    def _inside(self, key: str, data: dict[str, Any]) -> "Table":
        return Table(data, self.faults, self.file, self.node, ".".join(part for part in (self.place, key) if part))

    def _value(self, key: str, needed: bool) -> Any:
        self._asked.add(key)
        if key not in self.data and needed:
            self.fault(key, tr("thiếu", "is missing"))
        return self.data.get(key)

    def _wrong(self, key: str, must: str, value: Any) -> None:
        self.fault(key, tr(f"{must}, đang là {value!r}", f"{must}, is {value!r}"))


def read_table(folder: Path, name: str, faults: list[Fault], *, needed: bool = True) -> Table | None:
    """The file ``name`` below ``folder`` (a city); None, and a fault, where it cannot be read as TOML."""
    file = f"{folder.name}/{name}"
    try:
        data = tomllib.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        if needed:
            faults.append(Fault(file=file, text=tr("không có tệp này", "there is no such file")))
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(Fault(file=file, text=tr(f"không đọc được: {error}", f"cannot be read: {error}")))
        return None
    return Table(data, faults, file)
