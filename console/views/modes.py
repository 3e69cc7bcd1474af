"""The band that says which switches are on, by itself: a page fetches it when one is thrown."""

from flask import Blueprint, render_template

from console.access import needs
from ivr.model.permissions import Permission

blueprint = Blueprint("modes", __name__)


@blueprint.get("/modes")
@needs(Permission.OWN_ACCOUNT)
def band() -> str:
    """It concerns everybody who is signed in: callers speak of it to the desk."""
    return render_template("modes.html")
