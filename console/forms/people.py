"""The administrator's form of an account; further fields of a person are added here and in ``views/people.py``."""

from console.forms.base import Choice, Choices, Form, Required, TextLine
from console.gettext import lazy_gettext as _l
from console.labels import label
from console.queues import queue_labels
from ivr.model import OFFERED_ROLES


class PersonForm(Form):
    """Name, user name and role of one person."""

    name = TextLine(_l("Họ tên"), 128, [Required()])
    username = TextLine(_l("Tên đăng nhập"), 64, [Required()])
    role = Choice(_l("Vai trò"), lambda: [(role.value, label(role)) for role in OFFERED_ROLES])
    queues = Choices(_l("Nhận cuộc gọi của"), lambda: list(queue_labels().items()))
