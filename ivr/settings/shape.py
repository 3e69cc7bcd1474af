"""Holds the tables of a file against their shape: what is missing, mistyped or unknown becomes a fault in our words.

A shape is a pydantic model, or a frozen dataclass inside one. Pydantic finds every fault at once; what it says of them
is English for programmers, so each kind of error has its sentence here.
"""

import types
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from difflib import get_close_matches
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Strict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from ivr.settings.faults import Fault
from ivr.words import tr

CONFIG = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
"""Unknown settings are faults. Dataclasses inside a shape inherit it."""

MOST_NAMED = 20
"""Settings that are all named beside an unknown one; of more, those that look alike."""

T = TypeVar("T")
_adapters: dict[Any, TypeAdapter[Any]] = {}


class Shape(BaseModel):
    """A table of a file; its fields are the settings the table may have."""

    model_config = CONFIG


class Wrong(ValueError):
    """What a validator of a shape finds: one sentence a fault, in the reader's language."""

    def __init__(self, *texts: str) -> None:
        super().__init__(*texts)
        self.texts = texts


def _filled(value: str) -> str:
    if not value.strip():
        raise Wrong(tr("để trống", "is empty"))
    return value


def _listed(value: object) -> object:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise Wrong(must("phải là danh sách chuỗi ký tự", "must be a list of strings", value))
    return items


Filled = Annotated[str, AfterValidator(_filled)]
"""A string that is not empty."""
Strings = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""A list of strings; one string stands for a list of one."""
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict()]
"""Whole or not; true and false are no numbers."""
Day = Annotated[date, Strict()]
"""A date written without quotes (2026-02-17)."""


def check_shape(
    shape: type[T],
    data: object,
    faults: list[Fault],
    *,
    file: str,
    node: str = "",
    place: str = "",
    context: object = None,
    given: Mapping[str, Any] = types.MappingProxyType({}),
    beside: Collection[str] = (),
) -> T | None:
    """``data`` as the shape's frozen value; None, and all its faults, where it is not of this shape.

    :param place: stands before the settings of this table, as ``[chao] en`` before ``voice``.
    :param context: what the shape's validators may look at (``info.context``).
    :param given: fields that are not the file's: unknown where it has them.
    :param beside: settings of the table that the caller reads.
    """
    if isinstance(data, dict):
        for name in data.keys() & given.keys():
            faults.append(
                Fault(file=file, node=node, setting=_path(place, (name,)), text=_unknown(name, shape, given, beside))
            )
        data = {name: value for name, value in data.items() if name not in beside} | dict(given)
    try:
        return _adapter(shape).validate_python(data, context=context)
    except ValidationError as error:
        for setting, text in explain(shape, error, place=place, given=given, beside=beside):
            faults.append(Fault(file=file, node=node, setting=setting, text=text))
        return None


def explain(
    shape: Any, error: ValidationError, *, place: str = "", given: Collection[str] = (), beside: Collection[str] = ()
) -> list[tuple[str, str]]:
    """Everything pydantic found, as (setting, what is wrong with it) in the reader's language."""
    return [
        (_path(place, found["loc"]), text)
        for found in error.errors(include_url=False)
        for text in _texts(shape, found, given, beside)
    ]


def note_repeated(faults: list[Fault], file: str, items: object, key: str, setting: str, seen: set[Any]) -> None:
    """A fault for each table of the list ``items`` whose ``setting`` was ``seen`` before, in this list or another."""
    for number, item in enumerate(items if isinstance(items, list) else (), 1):
        value = item.get(setting) if isinstance(item, dict) else None
        if not isinstance(value, str | date):
            continue
        if value in seen:
            shown = tr(f"“{value}” được khai hai lần", f'"{value}" is given twice')
            if isinstance(value, date):
                shown = tr(f"ngày {value} được khai hai lần", f"{value} is given twice")
            faults.append(Fault(file=file, setting=f"{key}[{number}].{setting}", text=shown))
        seen.add(value)


def _adapter(shape: type[T]) -> TypeAdapter[T]:
    """Built at the first file of this shape: most programs read only some of them."""
    if shape not in _adapters:
        _adapters[shape] = TypeAdapter(shape)
    return _adapters[shape]


def _path(place: str, loc: Sequence[int | str]) -> str:
    """``categories[3].name`` of ``("categories", 2, "name")``; people count from one."""
    path = place
    for part in loc:
        if part == "[key]":  # pydantic's mark: the key itself is wrong, not what it holds
            continue
        path += f"[{part + 1}]" if isinstance(part, int) else f"{'.' if path else ''}{part}"
    return path


_MUST = {
    "string_type": ("phải là chuỗi ký tự", "must be a string"),
    "bool_type": ("phải là true hoặc false", "must be true or false"),
    "int_type": ("phải là số nguyên", "must be a whole number"),
    "int_parsing": ("phải là số nguyên", "must be a whole number"),
    "int_from_float": ("phải là số nguyên", "must be a whole number"),
    "float_parsing": ("phải là số", "must be a number"),
    "bool_parsing": ("phải là true hoặc false", "must be true or false"),
    "path_type": ("phải là đường dẫn", "must be a path"),
    "float_type": ("phải là số", "must be a number"),
    "finite_number": ("phải là số", "must be a number"),
    "date_type": ("phải là ngày, dạng 2026-02-17", "must be a date like 2026-02-17"),
    "dict_type": ("phải là một bảng", "must be a table"),
    "model_type": ("phải là một bảng", "must be a table"),
    "dataclass_type": ("phải là một bảng", "must be a table"),
    "tuple_type": ("phải là danh sách", "must be a list"),
    "list_type": ("phải là danh sách", "must be a list"),
}
"""What must stand there, by pydantic's kind of error."""


def _texts(shape: Any, found: ErrorDetails, given: Collection[str], beside: Collection[str]) -> Sequence[str]:
    """What is wrong, in our words."""
    context, value, loc = found.get("ctx", {}), found["input"], found["loc"]
    match found["type"]:
        case "missing":
            return [tr("thiếu", "is missing")]
        case "extra_forbidden" | "unexpected_keyword_argument":
            return [_unknown(str(loc[-1]), _inside(shape, loc[:-1]), *((given, beside) if len(loc) == 1 else ((), ())))]
        case "value_error":
            error = context["error"]
            return error.texts if isinstance(error, Wrong) else [str(error)]
        case "greater_than_equal":
            return [tr(f"phải từ {context['ge']:g} trở lên", f"must be at least {context['ge']:g}")]
        case "less_than_equal":
            return [tr(f"chỉ được đến {context['le']:g}", f"must be at most {context['le']:g}")]
        case "literal_error" | "enum":
            known = ", ".join(_members(_inside(shape, loc)))
            return [tr(f"“{value}” không có trong {known}", f'"{value}" is none of {known}')]
        case "tuple_type" | "list_type" if _is_table(get_args(_inside(shape, loc))[0]):
            return [must(f"phải là các bảng [[{loc[-1]}]]", f"must be tables [[{loc[-1]}]]", value)]
        case kind:
            return [must(*_MUST.get(kind, ("viết không đúng", "is not written as it must be")), value)]


def must(vi: str, en: str, value: object) -> str:
    """What must stand there, and what does."""
    return tr(f"{vi}, đang là {value!r}", f"{en}, is {value!r}")


def _unknown(name: str, kind: Any, given: Collection[str] = (), beside: Collection[str] = ()) -> str:
    known = sorted({*_settings(kind), *beside} - {*given})
    if len(known) > MOST_NAMED:
        known = get_close_matches(name, known, cutoff=0.75)
    names = ", ".join(known) or "…"
    return tr(f"không có thiết lập này (có: {names})", f"there is no such setting (known: {names})")


def _settings(kind: Any) -> dict[str, Any]:
    """The settings of a table, as they are written, with their types."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
    return {field.name: get_type_hints(kind)[field.name] for field in fields(kind)} if is_dataclass(kind) else {}


def _inside(kind: Any, loc: Sequence[int | str]) -> Any:
    """The type that stands at a place inside a shape."""
    for part in loc:
        kind = _bare(kind)
        arguments = get_args(kind)
        if arguments and part != "[key]":
            kind = arguments[0 if isinstance(part, int) else -1]
        elif not arguments:
            kind = _settings(kind).get(str(part))
    return _bare(kind)


def _bare(kind: Any) -> Any:
    """Without its conditions, and without "or None": shapes have no other unions."""
    while get_origin(kind) in (Annotated, Union, types.UnionType):
        kind = next(argument for argument in get_args(kind) if argument is not type(None))
    return kind


def _is_table(kind: Any) -> bool:
    bare = _bare(kind)
    return is_dataclass(bare) or (isinstance(bare, type) and issubclass(bare, BaseModel))


def _members(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return [str(member) for member in get_args(kind)]
    return [str(member.value) for member in kind] if isinstance(kind, type) and issubclass(kind, Enum) else []
