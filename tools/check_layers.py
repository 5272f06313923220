#!/usr/bin/env python3
"""Checks that every #include goes to the same folder or to a lower level of the design.

    core -> forms civic crypto protocol -> log -> store net -> web -> kiosk sync-server -> tools

A folder includes itself and lower levels; folders of one level do not know each other. Tests may
include anything. Paths are written from the root of the repository.

Usage: check_layers.py [--self-test] [ROOT]
Ends with 0 when all is well, with 1 and one line per fault otherwise.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

LEVELS = {
    "shared/core": 0,
    "shared/forms": 1,
    "shared/civic": 1,
    "shared/crypto": 1,
    "protocol": 1,
    "shared/log": 2,
    "shared/store": 3,
    "shared/net": 3,
    "shared/web": 4,
    "kiosk": 5,
    "sync-server": 5,
    "tools": 6,
    "tests": 7,
}
SOURCES = {".hpp", ".cpp", ".h", ".cc", ".inc"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def folder_of(path):
    """The folder of LEVELS that `path` lies in, or None."""
    found = [folder for folder in LEVELS if path == folder or path.startswith(folder + "/")]
    return max(found, key=len) if found else None


def source_files(root):
    """Files git knows or could know (not the ignored ones); without git, all."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, check=False)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
    else:
        names = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    return sorted(name for name in names if Path(name).suffix in SOURCES and (root / name).is_file())


def fault_of(name, bracket, target, root):
    """Why the file `name` may not include `target`, or None."""
    own = folder_of(name)
    if own is None:
        return "lies in no folder of the design"
    theirs = folder_of(target)
    if theirs is None:
        # A system header, or a name that is not written from the root.
        if bracket == '"' and not (root / target).exists():
            return f'includes "{target}": paths are written from the root of the repository'
        return None if bracket == "<" else f'includes "{target}", which lies in no folder of the design'
    if bracket == "<" and (root / target).exists():
        return f"includes <{target}>: our own files stand in quotes"
    if theirs == own:
        return None
    if LEVELS[theirs] == LEVELS[own]:
        return f"includes {target}: {own} and {theirs} do not know each other"
    if LEVELS[theirs] > LEVELS[own]:
        return f"includes {target}: {own} stands below {theirs}"
    return None


def faults(root):
    found = []
    for name in source_files(root):
        text = (root / name).read_text(encoding="utf-8", errors="replace")
        for match in INCLUDE.finditer(text):
            fault = fault_of(name, match.group(1), match.group(2), root)
            if fault:
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{name}:{line}: {fault}")
    return found


def self_test():
    """Each planted fault is found, and what is allowed is not."""
    cases = [
        ("shared/core/a.hpp", '#include "shared/log/b.hpp"', True),
        ("shared/crypto/a.cpp", '#include "protocol/b.hpp"', True),
        ("shared/store/a.cpp", '  #  include "shared/net/b.hpp"', True),
        ("kiosk/a.cpp", '#include "sync-server/b.hpp"', True),
        ("shared/core/a.cpp", '#include "a.hpp"', True),
        ("shared/log/a.cpp", "#include <shared/core/b.hpp>", True),
        ("elsewhere/a.cpp", "#include <vector>", True),
        ("shared/log/a.cpp", '#include "shared/core/b.hpp"\n#include <vector>', False),
        ("sync-server/desk/a.cpp", '#include "sync-server/b.hpp"\n#include "shared/net/b.hpp"', False),
        ("tests/log/a.cpp", '#include "shared/store/b.hpp"\n#include "tests/log/b.hpp"', False),
    ]
    for name, text, wrong in cases:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for target in ("shared/core/b.hpp", name):
                (root / target).parent.mkdir(parents=True, exist_ok=True)
            (root / "shared/core/b.hpp").write_text("#pragma once\n")
            (root / name).write_text(text + "\n")
            if bool(faults(root)) != wrong:
                print(f"self-test: {name} with {text!r} should {'' if wrong else 'not '}be a fault")
                return 1
    print(f"check_layers: self-test of {len(cases)} cases passed")
    return 0


def main(arguments):
    if "--help" in arguments or "-h" in arguments:
        print(__doc__.strip())
        return 0
    if "--self-test" in arguments:
        return self_test()
    root = Path(arguments[0] if arguments else Path(__file__).resolve().parent.parent).resolve()
    found = faults(root)
    print("\n".join(found) if found else f"check_layers: {len(source_files(root))} files, every include goes down")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
