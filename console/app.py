"""The Flask factory: one application on one store; blueprints are one per noun."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from console import access, drawn_once, entrance, errors, language, security, template_helpers
from console.cities import Cities
from console.portal import lookup
from console.views import (
    account,
    board,
    call_backs,
    calls,
    desk,
    doctor,
    health,
    jobs,
    listening,
    modes,
    numbers,
    people,
    preferences,
    recordings,
    search,
    telephone,
    tickets,
)
from ivr.secrets import get_secret
from ivr.settings import Settings
from ivr.store import Store, open_store

MOST_POSTED = 256 * 1024
"""Bytes of a request's body: the longest text somebody types is a corrected transcript."""


def create_app(settings: Settings, store: Store | None = None, *, clock: Callable[[], datetime] | None = None) -> Flask:
    """The console on ``settings``; ``store`` and ``clock`` are given by tests.

    The database may be away: pages say so (503) and recover by themselves.
    """
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=get_secret(settings, "console.key"),
        SESSION_COOKIE_NAME=settings.session_cookie.replace(
            "session", "form"
        ),  # holds the CSRF token alone; who is signed in stands in the database
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.console_address.startswith("https://"),
        WTF_CSRF_SSL_STRICT=False,  # no Referer is asked for: token and Origin decide (console/security.py)
        WTF_CSRF_TIME_LIMIT=None,  # a page may stand all day; the token lives as long as the browser's session
        MAX_CONTENT_LENGTH=MOST_POSTED,
        MAX_FORM_MEMORY_SIZE=MOST_POSTED,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),  # every asset's address carries the build's checksum
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.extensions["tongdai.settings"] = settings
    app.extensions["tongdai.store"] = store or open_store(settings)
    app.extensions["tongdai.clock"] = clock or (lambda: datetime.now(UTC))
    app.extensions["tongdai.cities"] = Cities(settings.config)
    if settings.public_url and settings.bind in {"127.0.0.1", "::1", "localhost"}:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]  # Flask's own way
    entrance.register(app)
    errors.register(app)
    security.register(app)
    CSRFProtect(app).exempt(health.csp_reports)  # browsers send those by themselves
    language.register(app)
    access.register(app)
    template_helpers.register(app)
    drawn_once.register(app)
    for room in (
        preferences,
        account,
        tickets,
        calls,
        board,
        desk,
        telephone,
        call_backs,
        numbers,
        recordings,
        listening,
        people,
        jobs,
        doctor,
        search,
        lookup,
        health,
        modes,
    ):
        app.register_blueprint(room.blueprint)
    return app
