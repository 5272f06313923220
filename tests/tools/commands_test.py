"""The commands a newcomer types first: they explain themselves and refuse what they do not know."""

import os
import subprocess
import unittest

from house import ROOT

COMMANDS = ["tools/install", "tools/test", "tools/demo"]
SCRIPTS = COMMANDS + [".ci/run"]


def run(*words):
    return subprocess.run([str(ROOT / words[0]), *words[1:]], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, cwd="/")


class Commands(unittest.TestCase):
    def test_scripts_can_be_run_and_parse(self):
        for script in SCRIPTS:
            with self.subTest(script=script):
                self.assertTrue(os.access(ROOT / script, os.X_OK))
                checked = subprocess.run(["bash", "-n", str(ROOT / script)], capture_output=True, text=True)
                self.assertEqual((checked.returncode, checked.stderr), (0, ""))

    def test_help_says_how_it_is_used_and_does_nothing(self):
        for command in COMMANDS:
            with self.subTest(command=command):
                done = run(command, "--help")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(f"Usage: {command}", done.stdout)

    def test_unknown_option_is_refused(self):
        for command in COMMANDS:
            with self.subTest(command=command):
                done = run(command, "--no-such-option")
                self.assertEqual(done.returncode, 2)
                self.assertIn("Usage:", done.stderr)

    def test_ci_runs_what_a_developer_runs(self):
        self.assertIn("tools/test", (ROOT / ".ci" / "run").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
