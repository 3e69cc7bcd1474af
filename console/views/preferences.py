"""The first page, and each person's language and theme."""

from urllib.parse import urlsplit

from flask import Blueprint, g, redirect, request, url_for
from werkzeug.wrappers import Response

from console import context
from console.access import public
from console.language import LANGUAGE_COOKIE, LANGUAGES, THEME_COOKIE, THEMES
from ivr.services import people

blueprint = Blueprint("pages", __name__)
_YEAR = 365 * 24 * 3600


@blueprint.get("/")
@public
def index() -> Response:
    """People of the desk go to the tickets, everybody else to the sign-in page."""
    return redirect(url_for("tickets.index") if g.person else url_for("auth.sign_in"))


@blueprint.post("/preferences")
@public
def preferences() -> Response:
    """Switch language or theme, for the person where one is signed in and for this browser."""
    response = redirect(local_address(request.form.get("next") or request.referrer))
    asked = {
        LANGUAGE_COOKIE: _one_of(request.form.get("language"), LANGUAGES),
        THEME_COOKIE: _one_of(request.form.get("theme"), THEMES),
    }
    for cookie, value in asked.items():
        if value:
            response.set_cookie(
                cookie,
                value,
                max_age=_YEAR,
                httponly=True,
                samesite="Lax",
                secure=context.settings().console_address.startswith("https://"),
            )
    if g.person:
        with context.changing() as session:
            language, theme = asked[LANGUAGE_COOKIE], asked[THEME_COOKIE]
            people.set_preferences(session, g.person.id, language=language, theme=theme)
    return response


def local_address(address: str | None) -> str:
    """Only the path of an address, so that a link from outside cannot lead away from the console."""
    try:
        parts = urlsplit(address or "/")
    except ValueError:  # "//[": no address at all
        return "/"
    path = "/" + parts.path.lstrip("/\\")
    return f"{path}?{parts.query}" if parts.query else path


def _one_of(value: str | None, known: tuple[str, ...]) -> str | None:
    return value if value in known else None
