"""tools/packages.txt is the one list of Debian packages."""

import re
import unittest

from house import PACKAGES, ROOT, npm_modules, our_files, package_lines

GROUPS = {"build", "wasm", "check", "browser", "bench", "node"}
# Debian policy 5.6.1.
PACKAGE_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")
APT_INSTALL = re.compile(r"\bapt(?:-get)?\s+(?:-\S+\s+)*install\b(?P<rest>.*)")


def packages_named_after_install(line):
    """The plain words behind `apt-get install`: neither options nor variables nor our own prose about it."""
    found = APT_INSTALL.search(line)
    if not found:
        return []
    words = re.split(r"[\s`\"'()]+", found.group("rest"))
    known = {words_[0] for _, words_ in package_lines()}
    return [word for word in words if word in known or re.fullmatch(r"lib[a-z0-9+.-]+", word)]


class Packages(unittest.TestCase):
    def test_every_line_is_one_package_and_one_known_group(self):
        for number, words in package_lines():
            with self.subTest(line=number):
                self.assertEqual(len(words), 2, words)
                self.assertIsNotNone(PACKAGE_NAME.fullmatch(words[0]), words[0])
                self.assertIn(words[1], GROUPS)

    def test_no_package_stands_there_twice(self):
        names = [words[0] for _, words in package_lines()]
        self.assertEqual(sorted(set(names)), sorted(names))

    def test_every_group_has_a_package(self):
        self.assertEqual({words[1] for _, words in package_lines()}, GROUPS)

    def test_no_other_file_names_packages_to_apt(self):
        for file in our_files():
            if file in (PACKAGES,) or file.parent == ROOT / "tests" / "tools":
                continue
            try:
                text = file.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            for number, line in enumerate(text.splitlines(), 1):
                named = packages_named_after_install(line)
                self.assertEqual(named, [], f"{file.relative_to(ROOT)}:{number} names packages")

    def test_a_named_package_would_be_seen(self):
        self.assertEqual(packages_named_after_install("sudo apt-get install -y --no-remove cmake \"$x\""), ["cmake"])
        self.assertEqual(packages_named_after_install("apt install libfoo-dev"), ["libfoo-dev"])
        self.assertEqual(packages_named_after_install("apt-get install --no-remove \"${missing[@]}\""), [])

    def test_every_package_and_npm_module_has_its_reason_written_down(self):
        reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
        for name in [words[0] for _, words in package_lines()] + npm_modules():
            with self.subTest(name=name):
                self.assertIn(f"`{name}`", reasons)


if __name__ == "__main__":
    unittest.main()
