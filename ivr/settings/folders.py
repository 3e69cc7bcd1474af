"""Where in the home folder things lie."""

from pathlib import Path


class HomeFolders:
    """The folders below ``home``."""

    home: Path

    @property
    def spool(self) -> Path:
        """Where reports live until they are filed; one file system with :attr:`recordings`."""
        return self.home / "spool"

    @property
    def recordings(self) -> Path:
        """Where filed recordings live."""
        return self.home / "recordings"

    @property
    def sounds(self) -> Path:
        """Built prompts: ``<language>/<prompt id>.wav`` and ``<language>/words/<word>.wav``."""
        return self.home / "sounds"

    @property
    def logs(self) -> Path:
        """One log file a process."""
        return self.home / "log"

    @property
    def run(self) -> Path:
        """Pid and lock files."""
        return self.home / "run"

    @property
    def codes(self) -> Path:
        """This instance's leased blocks of ticket codes."""
        return self.home / "codes"
