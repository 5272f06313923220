#!/usr/bin/env python3
"""Checks the rules of the house that no compiler knows.

 - one folder each for <lmdb.h> (shared/store), <sodium.h> (shared/crypto), Boost networking and
   OpenSSL (shared/net);
 - pure folders (shared/core, shared/forms without xlsform, shared/civic, protocol, shared/log) read
   no clock, no random number, no file, no environment, and do not walk unordered containers;
 - no cereal headers that take pointers or polymorphic types from the wire;
 - nothing left to do "later" in the sources; headers begin with #pragma once.

A line that must break a rule says why behind "lint: allow".

Usage: check_style.py [--self-test] [ROOT]
Ends with 0 when all is well, with 1 and one line per fault otherwise.
"""

import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from check_layers import source_files  # noqa: E402

PURE = ("shared/core/", "shared/forms/", "shared/civic/", "protocol/", "shared/log/")
NOT_PURE = ("shared/forms/xlsform/",)  # reads spreadsheets, native only

# (name, pattern, where it is forbidden, where it is allowed all the same)
RULES = [
    ("only shared/store includes lmdb.h", r"#\s*include\s*[<\"]lmdb\.h", ("",), ("shared/store/",)),
    ("only shared/crypto includes sodium.h", r"#\s*include\s*[<\"]sodium", ("",),
     ("shared/crypto/", "tests/")),  # tests below crypto bring their own port
    ("only shared/net includes Boost networking and OpenSSL",
     r"#\s*include\s*[<\"](boost/(asio|beast)|openssl/)", ("",), ("shared/net/", "tests/net/")),
    ("no clock in a pure folder",
     r"#\s*include\s*<(chrono|ctime|time\.h|sys/time\.h)>|\b(clock_gettime|gettimeofday|std::time|localtime)\s*\(",
     PURE, NOT_PURE),
    ("no random number in a pure folder but core's Prng",
     r"#\s*include\s*<random>|\b(std::)?(rand|srand|getrandom|random_device)\s*\(", PURE, NOT_PURE),
    ("no unordered container in a pure folder: their order differs from machine to machine",
     r"#\s*include\s*<unordered_(map|set)>", PURE, NOT_PURE),
    ("no file, socket or environment in a pure folder",
     r"#\s*include\s*<(fstream|filesystem|iostream|unistd\.h|fcntl\.h|sys/socket\.h|sys/stat\.h)>"
     r"|\b(std::)?(fopen|getenv)\s*\(", PURE, NOT_PURE),
    ("no pointers and no polymorphic types from the wire",
     r"#\s*include\s*[<\"]cereal/types/(memory|polymorphic)\.hpp", ("",), ()),
    ("no work left in a comment", r"\b(TODO|FIXME|XXX|HACK)\b", ("",), ()),
]


def applies(name, where, exempt):
    return name.startswith(where) and not (exempt and name.startswith(exempt))


def faults(root):
    found = []
    for name in source_files(root):
        text = (root / name).read_text(encoding="utf-8", errors="replace")
        if name.endswith(".hpp") and "#pragma once" not in text[:400]:
            found.append(f"{name}:1: a header begins with #pragma once")
        rules = [(why, re.compile(pattern)) for why, pattern, where, exempt in RULES if applies(name, where, exempt)]
        for number, line in enumerate(text.splitlines(), 1):
            if "lint: allow" in line:
                continue
            found.extend(f"{name}:{number}: {why}" for why, pattern in rules if pattern.search(line))
    return found


def self_test():
    """Each planted fault is found, and what is allowed is not."""
    later = "TO" + "DO"
    cases = [
        ("shared/log/a.cpp", "#include <lmdb.h>", True),
        ("kiosk/a.cpp", "#include <sodium.h>", True),
        ("kiosk/a.cpp", "#include <boost/asio.hpp>", True),
        ("sync-server/a.cpp", "#include <openssl/ssl.h>", True),
        ("protocol/a.cpp", "#include <chrono>", True),
        ("protocol/a.cpp", "auto now = std::time(nullptr);", True),
        ("shared/civic/a.cpp", "#include <unordered_map>", True),
        ("shared/forms/a.cpp", "#include <fstream>", True),
        ("protocol/a.cpp", "#include <cereal/types/memory.hpp>", True),
        ("kiosk/a.cpp", f"// {later}: later", True),
        ("kiosk/a.hpp", "int a;", True),
        ("shared/store/a.cpp", "#include <lmdb.h>", False),
        ("shared/net/a.cpp", "#include <boost/beast.hpp>\n#include <chrono>", False),
        ("shared/forms/xlsform/a.cpp", "#include <fstream>", False),
        ("shared/core/a.cpp", "// time(the) words, operand(1), random.chance(1, 2), coarse_time(2)", False),
        ("kiosk/a.hpp", "/// words\n#pragma once\n", False),
    ]
    for name, text, wrong in cases:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text + "\n")
            if bool(faults(root)) != wrong:
                print(f"self-test: {name} with {text!r} should {'' if wrong else 'not '}be a fault")
                return 1
    print(f"check_style: self-test of {len(cases)} cases passed")
    return 0


def main(arguments):
    if "--help" in arguments or "-h" in arguments:
        print(__doc__.strip())
        return 0
    if "--self-test" in arguments:
        return self_test()
    root = Path(arguments[0] if arguments else Path(__file__).resolve().parent.parent).resolve()
    found = faults(root)
    print("\n".join(found) if found else f"check_style: {len(source_files(root))} files follow the rules")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
