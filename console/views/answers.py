"""What a page gets after an act: scripts make its regions fetch anew, without scripts the page is shown again."""

import json

from flask import Response, redirect
from werkzeug.wrappers import Response as BaseResponse

from console.access import wants_fragment


def done(page: str, text: str) -> BaseResponse:
    """The act is done; ``page`` is the address of the page it was done on, ``text`` what is said."""
    if not wants_fragment():
        return redirect(page, code=303)
    response = Response(status=204)
    # Header values are Latin-1: JSON escapes keep Vietnamese whole.
    response.headers["HX-Trigger"] = json.dumps({"changed": True, "notice": {"text": text}})
    return response
