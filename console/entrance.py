"""Where everything that comes from outside is cleaned, before a view, a service or a driver meets it.

The application's request, JSON reader and number in addresses are those of this module, so a new route has nothing to
do for it:

* text: NUL, which PostgreSQL refuses, and halves of surrogate pairs, which no encoding can write, become U+FFFD, as
  browsers replace them; what is no UTF-8 as well;
* numbers no column can hold are none: left out in queries and forms, 404 in addresses;
* JSON that cannot be read, also because it is nested too deeply, is none;
* a ``Host`` that is none is refused (400): addresses are built from it;
* the address of who asks is one, or ``unknown``.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, abort, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1
"""The largest number that a key or a counter of ours can be."""
REPLACED = "\ufffd"
"""Stands where a character was that nothing can hold."""
_UNHOLDABLE = re.compile("[\0\ud800-\udfff]")
_NO_ASCII = re.compile(r"[^\x21-\x7e]")


def register(app: Flask) -> None:
    """Let every request come in through here; before any route is added."""
    app.request_class = CleanRequest
    app.json = _Json(app)
    app.url_map.converters["int"] = _Number
    app.before_request(_refuse_what_is_no_host)


def clean_text(text: str) -> str:
    """The text as it can be stored, compared, logged and sent."""
    return _UNHOLDABLE.sub(REPLACED, text)


def read_object() -> Mapping[str, Any]:
    """The JSON object that came, else the fields of the form that came; empty for anything else."""
    found = request.get_json(silent=True)
    return found if isinstance(found, dict) else request.form


def read_source() -> str:
    """The address that the request comes from."""
    try:
        return str(ip_address(request.remote_addr or ""))
    except ValueError:
        return "unknown"


class Sent(ImmutableMultiDict[str, Any]):
    """Fields of a query, a form or cookies, cleaned; files are left as they are."""

    def __init__(self, mapping: Any = None) -> None:
        plain: MultiDict[str, Any] = MultiDict(mapping)
        super().__init__([(clean_text(name), _cleaned(value)) for name, value in plain.items(multi=True)])

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]  # Werkzeug's own names
        """The first value of that name; ``default`` for a number that no column can hold."""
        found = super().get(key, default, type)
        return default if isinstance(found, int) and abs(found) > LARGEST else found


class CleanRequest(Request):
    """A request whose address and fields are clean."""

    parameter_storage_class = Sent
    dict_storage_class = Sent

    def __init__(self, environ: dict[str, Any], populate_request: bool = True, shallow: bool = False) -> None:
        path = environ.get("PATH_INFO", "").encode("latin1").decode(errors="replace")
        environ["PATH_INFO"] = clean_text(path).encode().decode("latin1")
        query = environ.get("QUERY_STRING", "")
        environ["QUERY_STRING"] = _NO_ASCII.sub(lambda sign: f"%{ord(sign[0]):02X}", query)  # bytes as they are written
        super().__init__(environ, populate_request, shallow)


class _Json(DefaultJSONProvider):
    def loads(self, s: str | bytes, **given: Any) -> Any:
        """What the text says, cleaned. Raises ValueError for what cannot be read."""
        try:
            return _cleaned(super().loads(s, **given))
        except RecursionError:
            raise ValueError("nested too deeply") from None


class _Number(IntegerConverter):
    regex = r"\d{1,10}"

    def __init__(self, map: Map) -> None:  # Werkzeug's own name
        super().__init__(map, max=LARGEST)


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return clean_text(value)
        case list():
            return [_cleaned(item) for item in value]
        case dict():
            return {clean_text(name): _cleaned(item) for name, item in value.items()}
        case _:
            return value


def _refuse_what_is_no_host() -> None:
    try:
        parts = urlsplit(f"//{request.host}")
        known = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # "[", or a port that is none
        known = False
    if not known:
        abort(400)
