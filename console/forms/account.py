"""Forms of one's own account: signing in, choosing a password."""

from wtforms import HiddenField

from console.forms.base import Form, Required, Secret, TextLine
from console.gettext import lazy_gettext as _l


class SignInForm(Form):
    """User name and password; where to go afterwards."""

    username = TextLine(_l("Tên đăng nhập"), 64, [Required()])
    password = Secret(_l("Mật khẩu"), [Required()])
    next = HiddenField()


class NewPasswordForm(Form):
    """A password of one's own, by somebody who has just signed in with one that was handed over."""

    new = Secret(_l("Mật khẩu mới"), [Required()])


class PasswordForm(Form):
    """Another password; the one in use shows that it is the person themselves who asks."""

    old = Secret(_l("Mật khẩu đang dùng"), [Required()])
    new = Secret(_l("Mật khẩu mới"), [Required()])
