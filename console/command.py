"""``tongdai console``: the console behind gunicorn (a few processes of many threads), and its checks for doctor."""

import argparse
import gc
import logging
import os
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from console.app import create_app
from console.template_helpers import DIST
from ivr.command import Check, Command, Finding
from ivr.process.logs import configure_logs
from ivr.services.passwords import share_hashing
from ivr.settings import Settings
from ivr.words import tr

GRACE = 3
"""Seconds a request in work gets at the end: the supervisor kills after four."""


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": f"{self._settings.bind}:{self._settings.console_port}",
            "worker_class": "gthread",
            "workers": self._settings.console_processes,  # drawing pages holds the GIL: one process, one core
            "threads": self._settings.console_threads,
            "graceful_timeout": GRACE,
            "timeout": 60,
            "keepalive": 15,
            "worker_tmp_dir": _heartbeat_folder(),
            "proc_name": f"tongdai-console-{self._settings.instance}",
            "control_socket_disable": True,
            "loglevel": self._settings.log_level,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application of one process, made after the fork: a database engine must not cross it."""
        share_hashing(self._settings.console_processes)
        app = create_app(self._settings)
        for name in app.jinja_env.list_templates():  # else the first visitors after a start wait for the compiler
            app.jinja_env.get_template(name)
        gc.collect()
        gc.freeze()  # else every few pages a collection walks all modules again: 5–10 ms in which no thread answers
        return app


def _heartbeat_folder() -> str | None:
    """gunicorn's heartbeat must not wait for a slow disk; where memory may not be written, its own choice."""
    memory = "/dev/shm"  # noqa: S108  # gunicorn makes a private file in it
    return memory if os.access(memory, os.W_OK | os.X_OK) else None


def _run(settings: Settings, _arguments: argparse.Namespace) -> int:
    configure_logs(settings)
    logging.captureWarnings(True)
    gc.freeze()  # the modules, all loaded by now, stay one copy for all processes
    _Server(settings).run()
    return 0


def _check_assets(_settings: Settings) -> list[Finding]:
    name = tr("Giao diện trình duyệt", "Browser assets")
    missing = [file for file in ("app.js", "style.css", "theme.js", "icons.svg") if not (DIST / file).is_file()]
    if missing:
        text = tr(f"thiếu {', '.join(missing)} trong {DIST}", f"{', '.join(missing)} missing in {DIST}")
        return [Finding(name=name, ok=False, text=text, remedy=tr("Chạy: make web", "Run: make web"))]
    return [Finding(name=name, ok=True, text=tr("đã đóng gói", "built"))]


COMMAND = Command(
    help=tr("bàn điều hành trên trình duyệt (Flask, gunicorn)", "the console in the browser (Flask, gunicorn)"),
    configure=lambda parser: None,
    run=_run,
)
CHECKS = [
    Check(name=tr("Giao diện trình duyệt", "Browser assets"), check=_check_assets, at_start=True),
]
