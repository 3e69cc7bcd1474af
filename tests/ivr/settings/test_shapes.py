"""Tables held against their shape: each kind of fault has its words, in both languages, and names its place."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from ivr.settings.faults import Fault
from ivr.settings.shape import Day, Filled, Flag, Number, Shape, Strings, Whole, check_shape


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, kw_only=True)
class Inner:
    name: Filled
    days: tuple[Day, ...] = ()


class Sample(Shape):
    words: Strings = ()
    flag: Flag = False
    whole: Annotated[Whole, Field(ge=2)] = 2
    number: Number = 1.5
    day: Day = date(2026, 1, 1)
    colour: Colour = Colour.RED
    letter: Literal["a", "b"] | None = None
    inner: Inner | None = None
    inners: tuple[Inner, ...] = ()
    by_name: dict[str, Inner] = Field(default_factory=dict)
    since: str = Field(default="", alias="from")


def faults_of(data: Any) -> list[str]:
    faults: list[Fault] = []
    made = check_shape(Sample, data, faults, file="x.toml")
    assert (made is None) == bool(faults)
    return [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("data", "vietnamese", "english"),
    [
        ({"words": 1}, "words: phải là danh sách chuỗi ký tự, đang là 1", "words: must be a list of strings, is 1"),
        ({"words": ["a", 1]}, "phải là danh sách chuỗi ký tự", "must be a list of strings"),
        ({"flag": 1}, "flag: phải là true hoặc false, đang là 1", "flag: must be true or false, is 1"),
        ({"flag": "yes"}, "phải là true hoặc false", "must be true or false"),
        ({"whole": True}, "whole: phải là số nguyên, đang là True", "whole: must be a whole number, is True"),
        ({"whole": 2.0}, "phải là số nguyên", "must be a whole number"),
        ({"whole": 1}, "whole: phải từ 2 trở lên", "whole: must be at least 2"),
        ({"number": "1"}, "number: phải là số, đang là '1'", "number: must be a number, is '1'"),
        ({"number": True}, "phải là số", "must be a number"),
        ({"number": math.nan}, "phải là số", "must be a number"),
        ({"day": "2026-01-01"}, "day: phải là ngày, dạng 2026-02-17", "day: must be a date like 2026-02-17"),
        ({"day": datetime(2026, 1, 1)}, "phải là ngày", "must be a date"),  # noqa: DTZ001  # as TOML has it
        ({"colour": "green"}, "colour: “green” không có trong red, blue", 'colour: "green" is none of red, blue'),
        ({"letter": "c"}, "letter: “c” không có trong a, b", 'letter: "c" is none of a, b'),
        ({"inner": 1}, "inner: phải là một bảng, đang là 1", "inner: must be a table, is 1"),
        ({"inner": {}}, "inner.name: thiếu", "inner.name: is missing"),
        ({"inner": {"name": " "}}, "inner.name: để trống", "inner.name: is empty"),
        ({"inner": {"name": 5}}, "inner.name: phải là chuỗi ký tự, đang là 5", "inner.name: must be a string, is 5"),
        (
            {"inner": {"name": "x", "nam": 1}},
            "inner.nam: không có thiết lập này (có: days, name)",
            "inner.nam: there is no such setting (known: days, name)",
        ),
        ({"inner": {"name": "x", "days": 1}}, "inner.days: phải là danh sách", "inner.days: must be a list, is 1"),
        ({"inner": {"name": "x", "days": [1]}}, "inner.days[1]: phải là ngày", "inner.days[1]: must be a date"),
        ({"inners": "x"}, "inners: phải là các bảng [[inners]]", "inners: must be tables [[inners]], is 'x'"),
        ({"inners": [{"name": "x"}, 1]}, "inners[2]: phải là một bảng", "inners[2]: must be a table, is 1"),
        ({"by_name": []}, "by_name: phải là một bảng", "by_name: must be a table, is []"),
        ({"by_name": {"a": {}}}, "by_name.a.name: thiếu", "by_name.a.name: is missing"),
        ({"since": "x"}, "since: không có thiết lập này (có: by_name, ", "since: there is no such setting (known: by_"),
        (3, "phải là một bảng, đang là 3", "must be a table, is 3"),
    ],
)
def test_each_fault_has_its_words(data: Any, vietnamese: str, english: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for language, said in (("vi", vietnamese), ("en", english)):
        monkeypatch.setenv("TONGDAI_LANGUAGE", language)
        (fault,) = faults_of(data)
        assert fault.startswith("x.toml: ")
        assert said in fault


def test_all_faults_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    assert len(faults_of({"flag": 1, "whole": "x", "inners": [{}, {"name": 1}], "more": 1, "still": 2})) == 6


def test_one_string_is_a_list_of_one_and_what_is_right_is_frozen() -> None:
    faults: list[Fault] = []
    made = check_shape(Sample, {"words": "a", "from": "here", "inner": {"name": "x"}}, faults, file="x.toml")
    assert made is not None
    assert (made.words, made.since, made.inner) == (("a",), "here", Inner(name="x"))
    with pytest.raises(ValueError, match="frozen"):
        made.flag = True  # type: ignore[misc]


def test_what_the_caller_gives_is_not_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    faults: list[Fault] = []
    data = {"type": "inner", "name": "x", "nam": 1}
    check_shape(Inner, data, faults, file="x.toml", given={"name": "y"}, beside=("type",))
    assert str(faults[0]) == "x.toml: name: there is no such setting (known: days, type)"
