"""The base of every form: text is composed and cleaned where it comes in, faults are said beside their fields.

A field is drawn by ``field()`` of ``templates/forms.html``, which ties label, hint and fault to the control. The CSRF
token is checked for every request before any view (``console/app.py``), so forms hold no field for it. Every message is
the console's own; WTForms' catalogue is not used.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import Form as PlainForm
from wtforms import PasswordField, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.fields.core import Field
from wtforms.meta import DefaultMeta
from wtforms.widgets import CheckboxInput, ListWidget

from console.entrance import REPLACED
from console.gettext import gettext as _
from ivr.model.text import clean

LAYOUT = frozenset("\t\n\r")
"""Control characters that pasted text may hold: in a field of one line they become spaces."""


class Form(PlainForm):
    """One form of a page, filled from the request that brings it."""

    class Meta(DefaultMeta):
        """How values come in."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """The one entrance: letters are composed (NFC), whatever keyboard or system typed them."""
            if formdata is None:
                return None
            return MultiDict((name, unicodedata.normalize("NFC", value)) for name, value in formdata.items(multi=True))

    focus: str = ""
    """Name of the field that gets the focus where none is faulty; the first one by default."""

    @classmethod
    def sent(cls, **given: Any) -> Self:
        """The form as this request brings it."""
        return cls(request.form, **given)

    def refuse(self, message: str, name: str = "") -> None:
        """Add a fault that only a service found: beside the field of that name, else above the form."""
        field = self._fields.get(name)
        if field is None:
            self.form_errors.append(message)
        else:
            field.errors = [*field.errors, message]

    def focused(self) -> str:
        """Name of the field where typing goes on: the first faulty one, else :attr:`focus`, else the first."""
        faulty = (name for name, field in self._fields.items() if field.errors)
        return next(faulty, self.focus or next(iter(self._fields), ""))


class Required:
    """Something has to be typed or chosen."""

    def __init__(self) -> None:
        self.field_flags = {"required": True}

    def __call__(self, form: PlainForm, field: Field) -> None:
        """Raise :class:`ValidationError` for an empty field."""
        if not field.data:
            raise ValidationError(_("Xin điền mục này."))


class TextLine(StringField):
    """One line of text as it is kept: composed, no line breaks, no invisible signs, spaces single."""

    def __init__(self, label: Any, longest: int, validators: Iterable[Callable[..., None]] = (), **given: Any) -> None:
        super().__init__(label, [*validators], **given)
        self.longest = longest

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the submitted text; one that is too long is kept whole, so that the person can shorten it."""
        if valuelist:
            self.data = clean(valuelist[0], len(valuelist[0]))

    def pre_validate(self, form: Any) -> None:
        """Refuse control characters and what is too long."""
        _no_control(self)
        if len(self.data or "") > self.longest:
            raise ValidationError(_("Nhiều nhất %(count)s ký tự.", count=self.longest))


class Secret(PasswordField):
    """A password: every character counts, so nothing is cleaned away; it is never sent back to the browser."""

    def pre_validate(self, form: Any) -> None:
        """Refuse control characters."""
        _no_control(self)


class Choice(SelectField):
    """One of the values offered; ``choices`` gives pairs of value and words in the reader's language."""

    def __init__(
        self,
        label: Any,
        choices: Callable[[], Sequence[tuple[str, str]]],
        validators: Iterable[Callable[..., None]] = (),
        **given: Any,
    ) -> None:
        super().__init__(label, [*validators], choices=choices, validate_choice=False, **given)

    def pre_validate(self, form: Any) -> None:
        """Refuse what was not offered."""
        _only_offered(self, self.data)


class Choices(SelectMultipleField):
    """Several of the values offered."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any, choices: Callable[[], Sequence[tuple[str, str]]], **given: Any) -> None:
        super().__init__(label, choices=choices, validate_choice=False, **given)

    def pre_validate(self, form: Any) -> None:
        """Refuse what was not offered."""
        _only_offered(self, *self.data or ())


def _only_offered(field: SelectField | SelectMultipleField, *chosen: Any) -> None:
    if not {*chosen} <= {choice[0] for choice in field.choices or ()}:
        raise ValidationError(_("Xin chọn một trong các mục."))


def _no_control(field: Field) -> None:
    raw = "".join(str(value) for value in field.raw_data or ())
    if REPLACED in raw or any(unicodedata.category(sign) == "Cc" and sign not in LAYOUT for sign in raw):
        raise ValidationError(_("Có ký tự điều khiển hoặc ký tự hỏng. Xin xóa rồi gõ lại."))
