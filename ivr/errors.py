"""The root of the hotline's errors: whatever a person may see says what, where and what to do."""


class TongdaiError(Exception):
    """An error a person can act on; its text is shown as it stands, without a traceback."""
