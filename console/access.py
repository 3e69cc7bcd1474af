"""Who is asking, and whether they may: the cookie's token is looked up in the database on every request."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import Flask, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from console import context, entrance
from console.language import settle
from ivr.model import Person
from ivr.model.permissions import Permission
from ivr.services import people, rights
from ivr.words import speak

P = ParamSpec("P")
R = TypeVar("R")


def register(app: Flask) -> None:
    """Know the person of every request before its view runs."""
    app.before_request(_find_person)
    app.teardown_request(_forget_reader)
    public(app.view_functions["static"])
    app.context_processor(lambda: {"me": g.get("person"), "may": may})


def me() -> Person:
    """The signed-in person; only for views behind :func:`needs`."""
    person = g.get("person")
    if person is None:
        abort(401)
    return cast("Person", person)


def may(permission: Permission | str) -> bool:
    """Whether the signed-in person's role gives this permission."""
    person = g.get("person")
    return person is not None and rights.may(person, Permission(permission))


def needs(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Only for people whose role gives the permission: 403 for others, the sign-in page for who is not signed in."""

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if g.get("person") is None:
                if wants_fragment():
                    abort(401)
                return cast("R", sign_in_first())
            if not may(permission):
                abort(403)
            return view(*args, **kwargs)

        guarded.guarded_by = permission  # type: ignore[attr-defined]  # read by the test of all routes
        return guarded

    return guard


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Say that a page is for everybody, signed in or not."""
    view.guarded_by = None  # type: ignore[attr-defined]  # as above
    return view


def wants_fragment() -> bool:
    """Whether a script asks, so that an error must be a short answer and not a page."""
    return request.headers.get("HX-Request") == "true"


def sign_in_first() -> Response:
    """To the sign-in page, and back to here afterwards."""
    here = request.full_path.rstrip("?") if request.method == "GET" else request.referrer or "/"
    return redirect(url_for("auth.sign_in", next=here))


def source() -> str:
    """Where the request comes from, for limits of attempts."""
    return entrance.read_source()


def _forget_reader(_error: BaseException | None) -> None:
    """The thread serves others next, or is a program's own: nothing of this reader's language stays."""
    speak(None)


def _find_person() -> None:
    g.person = None
    settle()  # errors of the desk's verbs, in the reader's language even while the database is away
    token = request.cookies.get(context.settings().session_cookie)
    if token and request.endpoint not in {"static", "health.healthz", "health.metrics", "health.csp_reports"}:
        with context.reading() as session:
            # the newest change before the page reads anything: it may hear of one twice, and misses none
            g.person, g.live_after = people.find_reader(session, token, context.now()) or (None, 0)
        settle()
