"""tools/install against a machine that is made up: its dpkg, apt, sudo, id and node are ours."""

import pathlib
import subprocess
import tempfile
import unittest

from house import ROOT, package_lines

FAKES = {
    # Installed is what stands in $FAKE/installed.
    "dpkg-query": 'name=${!#}; if grep -qxF -- "$name" "$FAKE/installed"; then printf installed; else exit 1; fi',
    "apt-get": 'echo "apt-get $*" >>"$FAKE/calls"; [ "$1" != install ] || exit "$(cat "$FAKE/apt-answer")"',
    "sudo": 'echo "sudo $*" >>"$FAKE/calls"; [ "$1" != -n ] || shift; exec "$@"',
    "id": 'cat "$FAKE/uid"',
    "node": 'if [ "$1" = --version ]; then cat "$FAKE/node-version"; else echo "node ${1##*/}" >>"$FAKE/calls"; fi',
    "npm": 'true',
}
NEEDED_TOOLS = ["bash", "env", "sed", "grep", "cat", "dirname", "true"]


class Machine:
    def __init__(self, folder, without=(), missing=(), uid=0, node="v18.20.4", system="ID=debian\nVERSION_ID=12\n", apt_answer=0):
        self.folder = pathlib.Path(folder)
        bin_folder = self.folder / "bin"
        bin_folder.mkdir()
        for name, body in FAKES.items():
            if name in without:
                continue
            script = bin_folder / name
            script.write_text("#!/bin/bash\n" + body + "\n")
            script.chmod(0o755)
        for tool in NEEDED_TOOLS:
            (bin_folder / tool).symlink_to(f"/usr/bin/{tool}")
        names = [words[0] for _, words in package_lines() if words[0] not in missing]
        (self.folder / "installed").write_text("\n".join(names) + "\n")
        (self.folder / "uid").write_text(f"{uid}\n")
        (self.folder / "node-version").write_text(f"{node}\n")
        (self.folder / "apt-answer").write_text(f"{apt_answer}\n")
        (self.folder / "os-release").write_text(system)
        (self.folder / "calls").write_text("")

    def install(self, *arguments):
        environment = {"PATH": str(self.folder / "bin"), "FAKE": str(self.folder),
                       "HUIYIN_OS_RELEASE": str(self.folder / "os-release")}
        return subprocess.run(["/bin/bash", str(ROOT / "tools" / "install"), *arguments], env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def calls(self):
        return (self.folder / "calls").read_text().splitlines()


class Install(unittest.TestCase):
    def machine(self, **settings):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return Machine(folder.name, **settings)

    def test_nothing_missing_leaves_apt_alone_and_looks_after_npm(self):
        machine = self.machine()
        done = machine.install()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(machine.calls(), ["node install.mjs"])

    def test_as_root_only_what_is_missing_is_installed_and_nothing_removed(self):
        machine = self.machine(missing=["liblmdb-dev", "cmake"])
        done = machine.install("build")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(machine.calls(), [
            "apt-get update",
            "apt-get install --no-remove --no-install-recommends -y cmake liblmdb-dev",
            "node install.mjs"])

    def test_what_another_group_needs_is_not_installed(self):
        machine = self.machine(missing=["chromium"])
        self.assertEqual(machine.install("build", "--no-npm").returncode, 0)
        self.assertEqual(machine.calls(), [])

    def test_not_root_asks_sudo(self):
        machine = self.machine(uid=1000, missing=["cmake"])
        done = machine.install("build", "--no-npm")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("sudo env apt-get update", machine.calls())

    def test_neither_root_nor_sudo_prints_the_command_and_ends_with_3(self):
        machine = self.machine(uid=1000, without=["sudo"], missing=["cmake"])
        done = machine.install("build")
        self.assertEqual(done.returncode, 3)
        self.assertIn("apt-get update && apt-get install --no-remove --no-install-recommends -y cmake", done.stdout)
        self.assertEqual(machine.calls(), [])

    def test_apt_that_refuses_is_an_error(self):
        machine = self.machine(missing=["libboost1.81-dev"], apt_answer=100)
        done = machine.install("build")
        self.assertEqual(done.returncode, 1)
        self.assertIn("without removing", done.stderr)

    def test_absent_node_comes_from_debian(self):
        machine = self.machine(without=["node", "npm"], missing=["nodejs", "npm"])
        machine.install("build", "--no-npm")
        self.assertIn("apt-get install --no-remove --no-install-recommends -y nodejs npm", machine.calls())

    def test_present_node_is_not_replaced_by_debians(self):
        machine = self.machine(missing=["nodejs", "npm"])
        self.assertEqual(machine.install("--no-npm").returncode, 0)
        self.assertEqual(machine.calls(), [])

    def test_old_node_is_named(self):
        done = self.machine(node="v16.20.0").install("build")
        self.assertEqual(done.returncode, 1)
        self.assertIn("v16.20.0", done.stderr)

    def test_old_node_does_not_matter_where_no_page_is_built(self):
        self.assertEqual(self.machine(node="v16.20.0").install("wasm", "bench").returncode, 0)

    def test_another_system_is_told_in_one_line(self):
        done = self.machine(system="ID=ubuntu\nVERSION_ID=24.04\n").install()
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.splitlines(), ["tools/install: this is ubuntu 24.04; only Debian 12 is supported so far."])

    def test_unknown_group_is_refused(self):
        self.assertEqual(self.machine().install("everything").returncode, 2)

    def test_list_prints_the_missing_and_installs_nothing(self):
        machine = self.machine(missing=["cmake", "chromium"])
        done = machine.install("--list")
        self.assertEqual(done.stdout.split(), ["cmake", "chromium"])
        self.assertEqual(machine.calls(), [])


if __name__ == "__main__":
    unittest.main()
