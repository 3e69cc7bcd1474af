"""gettext with types: Vietnamese message ids in, the reader's language out."""

from functools import cache
from typing import Any

import flask_babel
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from console.language import language


def gettext(text: str, **values: object) -> str:
    """The sentence in the reader's language, ``%(name)s`` filled in."""
    found = _sentence(text, language())
    return found % values if values else found


def lazy_gettext(text: str) -> Any:
    """A sentence named outside any request; ``str()`` of it is in the language of whoever reads it then."""
    return LazyString(gettext, text)


def written(text: str, **values: object) -> Markup:
    """``_()`` of the templates: the sentence as HTML, values escaped; ``%%`` is a percent sign, values or not."""
    locale = language()
    return _markup(text, locale) % values if values else _plain(text, locale)


# A page says a hundred sentences, and the way to the catalogue through the request costs ten microseconds each. They
# are as many as the console's code holds.
@cache
def _sentence(text: str, locale: str) -> str:
    with flask_babel.force_locale(locale):
        return str(flask_babel.gettext(text))


@cache
def _markup(text: str, locale: str) -> Markup:
    return Markup(_sentence(text, locale))  # noqa: S704  # our own words


@cache
def _plain(text: str, locale: str) -> Markup:
    return _markup(text, locale) % {}
