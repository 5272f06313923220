"""Where things stand in the tree, for the tests of this folder."""

import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "tools" / "packages.txt"


def package_lines():
    """(line number, words) of every line that is not a comment."""
    lines = PACKAGES.read_text(encoding="utf-8").splitlines()
    return [(number, line.split()) for number, line in enumerate(lines, 1)
            if line.strip() and not line.startswith("#")]


def npm_modules():
    """What shared/web/package.json asks for by name."""
    wanted = json.loads((ROOT / "shared" / "web" / "package.json").read_text(encoding="utf-8"))
    return sorted([*wanted.get("dependencies", {}), *wanted.get("devDependencies", {})])


def our_files():
    """Every file of the project: what git knows and what it would add, so that a new file counts at once."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, check=True).stdout
    return [ROOT / name.decode() for name in listed.split(b"\0") if name and (ROOT / name.decode()).is_file()]
