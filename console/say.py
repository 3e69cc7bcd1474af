"""gettext with types: Vietnamese message ids in, the reader's language out."""

from typing import Any

import flask_babel


def gettext(text: str, **values: object) -> str:
    """The sentence in the reader's language, ``%(name)s`` filled in."""
    return str(flask_babel.gettext(text, **values))


def lazy_gettext(text: str) -> Any:
    """A sentence named outside any request; ``str()`` of it is in the language of whoever reads it then."""
    return flask_babel.lazy_gettext(text)
