"""Asterisk's configuration files as Jinja2 templates that still read as Asterisk files.

``@{ value }``, ``@% for … %@``, ``@# comment #@``: ``$``, ``{``, ``#`` and ``%`` belong to the dialplan. Jinja2 is
loaded at the first template, not with this module: the FastAGI server imports this package and renders nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from ivr.errors import TongdaiError
from ivr.words import tr

if TYPE_CHECKING:
    from jinja2 import Environment

_PLAIN = re.compile(r"[\w./:+=~ -]+")


class RenderFault(TongdaiError):
    """A value cannot stand in an Asterisk configuration file, or a template is faulty."""


def plain(name: str, value: object) -> Any:
    """The value as templates get it: numbers, yes and no, texts, and lists and mappings of these.

    Every text must be harmless to Asterisk: a line break would begin a setting of its own, a semicolon a comment, a
    comma another argument. :class:`RenderFault` names the value that is not (``softphones[0].password``).
    """
    match value:
        case bool() | int():
            return value
        case str() | Path():
            return _harmless(name, str(value))
        case Mapping():
            return {key: plain(f"{name}.{key}" if name else str(key), inner) for key, inner in value.items()}
        case list() | tuple():
            return [plain(f"{name}[{at}]", inner) for at, inner in enumerate(value)]
        case _:
            raise TypeError(f"{name}: a template cannot print {type(value).__name__}")


def fill(folder: Path, name: str, values: Mapping[str, Any]) -> str:
    """The template ``name`` of ``folder`` with these values; :class:`RenderFault` names file, line and what is wrong.

    Values go in as they are: :func:`plain` makes harmless what comes from people.
    """
    from jinja2 import TemplateError, TemplateSyntaxError  # 20 ms, for those who render alone

    path = folder / name
    try:
        return _environment(folder).get_template(name).render(values)
    except TemplateSyntaxError as error:
        raise _faulty(Path(error.filename or path), error.lineno, error) from error
    except (TemplateError, TypeError) as error:
        names = {str(path), *(str(beside) for beside in folder.iterdir())}
        places = [(frame.filename, frame.lineno) for frame in extract_tb(error.__traceback__)]
        file, line = next((place for place in reversed(places) if place[0] in names), (str(path), None))
        known = ", ".join(sorted(values))
        raise _faulty(Path(file), line, error, tr(f"Các tên dùng được: {known}.", f"Names: {known}.")) from error


def _environment(folder: Path) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    def printable(value: object) -> object:
        """Nothing but a text or a number is written: no None, no list, no method whose brackets were forgotten."""
        if isinstance(value, str | int | StrictUndefined) and not isinstance(value, bool):
            return value
        raise TypeError(f"a template cannot print {type(value).__name__}")

    return Environment(
        loader=FileSystemLoader(folder, encoding="utf-8"),
        undefined=StrictUndefined,
        finalize=printable,
        variable_start_string="@{",
        variable_end_string="}",
        block_start_string="@%",
        block_end_string="%@",
        comment_start_string="@#",
        comment_end_string="#@",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # no HTML: plain() makes values harmless for Asterisk
    )


def _faulty(path: Path, line: int | None, error: Exception, more: str = "") -> RenderFault:
    place = f"{path}:{line}" if line else str(path)
    what = str(error).rstrip(".")
    return RenderFault(
        tr(
            f"{place}: tệp mẫu có lỗi: {what}. {more}".rstrip(),
            f"{place}: the template is faulty: {what}. {more}".rstrip(),
        )
    )


def _harmless(name: str, value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    shown = "…" if name.endswith(("password", "secret")) else repr(value)
    raise RenderFault(
        tr(
            f"{name} = {shown}: có dấu không thể đứng trong tệp cấu hình của Asterisk (chỉ được chữ, số, khoảng trắng "
            "và . / : + = ~ - _). Đổi thiết lập, TONGDAI_HOME hay mật khẩu trong secrets/asterisk.json.",
            f"{name} = {shown}: a sign in it cannot stand in Asterisk's configuration (only letters, figures, spaces "
            "and . / : + = ~ - _ can). Change the setting, TONGDAI_HOME or the password in secrets/asterisk.json.",
        )
    )
