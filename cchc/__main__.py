"""`python3 -m cchc demo|test|manage|run`: standard library only until the environment exists.

The file keeps to a syntax every Python 3 can read, so that one that is too old is told so in a
sentence rather than by a SyntaxError. It also works as `python3 /path/to/cchc/__main__.py`.
"""

import os
import sys

OLDEST = (3, 11)


def main():
    """Check the interpreter, put the project first on the path, hand over to the launcher."""
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:2])
        sys.stderr.write("cchc: cần Python 3.11 trở lên, máy này đang dùng Python " + found + ".\n")
        return 2
    package = os.path.dirname(os.path.realpath(__file__))
    # Run as a file, Python puts this folder on the path, where our modules would hide others.
    sys.path[:] = [p for p in sys.path if os.path.realpath(p or os.curdir) != package]
    sys.path.insert(0, os.path.dirname(package))
    from cchc.launcher.commands import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
