"""Headers every answer carries, above all a Content-Security-Policy without inline scripts or styles; whose page asks.

A change is believed by its CSRF token, and by the ``Origin`` that browsers send with it. ``Referer`` is not asked for:
privacy settings and company proxies take it away.
"""

import secrets
from typing import cast
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from console import context
from ivr.asterisk.browser_phones import socket_address

_LOOPBACK = {"localhost", "127.0.0.1"}
_READING = {"GET", "HEAD", "OPTIONS"}
_PORTS = {"http": 80, "https": 443}


def register(app: Flask) -> None:
    """Give each request a nonce and each answer its headers."""
    app.before_request(_one_address)
    app.before_request(_own_pages_only)
    app.after_request(_headers)
    app.context_processor(lambda: {"csp_nonce": nonce})


def nonce() -> str:
    """This answer's nonce, for the one style element wavesurfer makes."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return cast("str", g.nonce)


def _one_address() -> BaseResponse | None:
    """Lead ``localhost`` and ``127.0.0.1`` to the one the hub knows: for browsers they are two different origins."""
    ours = urlsplit(context.settings().console_address)
    asked = urlsplit(f"//{request.host}")
    mixed = {ours.hostname, asked.hostname} == _LOOPBACK and ours.port == asked.port
    if mixed and request.method == "GET":
        return redirect(f"{context.settings().console_address}{request.full_path.rstrip('?')}")
    return None


def _own_pages_only() -> None:
    """Refuse a change that a page of another address sends; browsers that name no origin are known by the token."""
    origin = request.headers.get("Origin")
    if request.method in _READING or origin in {None, "null"}:
        return
    ours = {_address(context.settings().console_address), _address(request.host_url)}
    if _address(origin or "") not in ours:
        abort(400)


def _address(address: str) -> tuple[str, int | None]:
    """Host and port of an origin; without a port, its scheme's own. The scheme is the proxy's affair."""
    try:
        parts = urlsplit(address)
        return parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
    except ValueError:  # "http://["
        return "", None


def _telephone() -> str:
    """Where the telephone's window, and no other page, reaches Asterisk's WebSocket."""
    if request.endpoint != "telephone.page":
        return ""
    parts = urlsplit(socket_address(context.settings()))
    return f" {parts.scheme}://{parts.netloc}"


def _headers(response: Response) -> Response:
    hub = context.settings().hub_address
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": f"'self' 'nonce-{nonce()}'",
        "img-src": "'self' data:",  # Bootstrap draws its small signs by data: addresses
        "font-src": "'self'",
        "media-src": "'self'",
        "connect-src": f"'self' {hub}{_telephone()}",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "report-uri": "/csp-reports",
    }
    headers = response.headers
    headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(self)"
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")  # pages hold personal data
    if context.settings().console_address.startswith("https://"):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
