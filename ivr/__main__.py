"""``tongdai``: one program, its subcommands found through the entry-point group ``tongdai.commands``."""

import argparse
import sys
from importlib.metadata import EntryPoint, entry_points

from ivr.commands.usage import translate_argparse
from ivr.errors import TongdaiError
from ivr.settings import load_settings
from ivr.words import tr

GROUP = "tongdai.commands"


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand and return its exit status; a :class:`TongdaiError` becomes one line and 1."""
    translate_argparse()
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    given = sys.argv[1:] if arguments is None else arguments
    try:
        namespace = _parser(found, given).parse_args(given)
        status: int = namespace.command.run(load_settings(), namespace)
    except TongdaiError as error:
        print(f"tongdai: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0
    except OSError as error:
        if error.filename is None:
            raise  # no folder or file of a person's: a fault of the program, whose place must be seen
        print(f"tongdai: {_unusable(error)}", file=sys.stderr)
        return 1
    return status


def _unusable(error: OSError) -> str:
    """A folder or file that the system refuses is a person's to mend, and no fault of the program."""
    where = f"{error.filename}: "
    return tr(
        f"{where}{error.strerror or error}. Kiểm tra đường dẫn và quyền; TONGDAI_HOME phải là thư mục ghi được.",
        f"{where}{error.strerror or error}. Check the path and its rights; TONGDAI_HOME must be a writable folder.",
    )


def _parser(found: dict[str, EntryPoint], given: list[str]) -> argparse.ArgumentParser:
    """All subcommands for ``--help``, else only the one asked for: importing every package costs a second."""
    parser = argparse.ArgumentParser(
        prog="tongdai",
        description=tr("Tổng đài 1022: chạy, kiểm tra và vận hành.", "The 1022 hotline: run, check and operate it."),
        epilog=tr("Xem thêm: tongdai LỆNH --help", "More: tongdai COMMAND --help"),
    )
    subparsers = parser.add_subparsers(required=True, metavar=tr("LỆNH", "COMMAND"))
    asked = next((word for word in given if word in found), None)
    for name in [asked] if asked else sorted(found):
        command = found[name].load()
        child = subparsers.add_parser(name, help=command.help, description=command.help)
        command.configure(child)
        child.set_defaults(command=command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
