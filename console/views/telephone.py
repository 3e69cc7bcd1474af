"""The telephone in an operator's browser: its window, and the login with which it registers at Asterisk."""

from typing import Any

from flask import Blueprint, render_template
from flask_wtf.csrf import generate_csrf

from console import context
from console.access import me, needs
from ivr.asterisk.browser_phones import find_login, socket_address
from ivr.callcentre.browser_phones import browser_phone
from ivr.model.permissions import Permission
from ivr.services import operators

blueprint = Blueprint("telephone", __name__, url_prefix="/telephone")


@blueprint.get("")
@needs(Permission.ANSWER)
def page() -> str:
    """The window."""
    return render_template("telephone/page.html")


@blueprint.get("/login")
@needs(Permission.ANSWER)
def login() -> dict[str, Any]:
    """One's own login, in force while one works at this telephone; and the token for what its window sends later."""
    with context.reading() as session:
        work = operators.find_own(session, context.settings().instance, me())
    works_here = work.operator.phone == browser_phone(me().id)
    found = find_login(context.settings(), me().id) if works_here else None
    return {
        "user": found.user if found else None,
        "secret": found.secret if found else None,
        "socket": socket_address(context.settings()),
        "token": generate_csrf(),
    }
