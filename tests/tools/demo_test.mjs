// What the demo is made of, without the programs: cables, processes, ports.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { running, start, stop } from "../../tools/demo-check/daemon.mjs";
import { openLink } from "../../tools/demo-check/link.mjs";
import { freePort } from "../../tools/demo-check/ports.mjs";
import { until } from "../../tools/demo-check/wait.mjs";

function folder(t) {
  const path = mkdtempSync(join(tmpdir(), "huiyin-demo-test-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

async function echo(t) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: "127.0.0.1", port: server.address().port };
}

/** A port that the kernel has just given out and taken back. */
async function portOfNobody() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** What comes back for one word, or the code of the error. */
function ask(port, socket = connect(port, "127.0.0.1")) {
  return new Promise((resolve) => {
    socket.once("data", (bytes) => resolve(bytes.toString()));
    socket.once("error", (problem) => resolve(problem.code));
    socket.once("close", () => resolve("closed"));
    socket.write("hello");
  });
}

test("Link_joined_passes_bytes_both_ways", async (t) => {
  const link = await openLink(await echo(t));
  t.after(() => link.close());
  const socket = connect(link.port, "127.0.0.1");
  assert.equal(await ask(link.port, socket), "hello");
  socket.destroy();
});

test("Link_cut_drops_what_is_open_and_refuses_what_comes", async (t) => {
  const link = await openLink(await echo(t));
  t.after(() => link.close());
  const socket = connect(link.port, "127.0.0.1");
  assert.equal(await ask(link.port, socket), "hello");
  const dropped = new Promise((resolve) => socket.once("close", () => resolve("dropped")));
  link.cut();
  assert.equal(await dropped, "dropped");
  assert.notEqual(await ask(link.port), "hello");
});

test("Link_joined_again_passes_bytes_again", async (t) => {
  const link = await openLink(await echo(t));
  t.after(() => link.close());
  link.cut();
  link.join();
  const socket = connect(link.port, "127.0.0.1");
  assert.equal(await ask(link.port, socket), "hello");
  socket.destroy();
});

test("Link_with_the_office_gone_closes_instead_of_hanging", async (t) => {
  const link = await openLink({ host: "127.0.0.1", port: await portOfNobody() });
  t.after(() => link.close());
  assert.notEqual(await ask(link.port), "hello");
});

const patient = ["-c", "echo getting up; echo ready here; sleep 300"];

test("Start_waits_for_the_ready_line_and_stop_ends_the_process", async (t) => {
  const at = folder(t);
  assert.equal(await start(at, "one", "bash", patient), "ready here");
  const pid = running(at, "one");
  assert.ok(pid);
  await assert.rejects(start(at, "one", "bash", patient), /running already/);
  assert.equal(await stop(at, "one"), true);
  assert.equal(running(at, "one"), null);
  assert.equal(await stop(at, "one"), false);
});

test("Start_of_a_program_that_ends_tells_what_it_said", async (t) => {
  await assert.rejects(start(folder(t), "one", "bash", ["-c", "echo the disk is full; exit 3"]), /ended with 3:\nthe disk is full/);
});

test("Start_of_a_program_that_is_never_ready_ends_it", async (t) => {
  const at = folder(t);
  await assert.rejects(start(at, "one", "bash", ["-c", "sleep 300"], { readyWithinMs: 100 }), /not ready/);
  assert.equal(running(at, "one"), null);
});

test("Running_of_a_program_that_ended_before_it_was_noted_is_false", (t) => {
  const at = folder(t);
  writeFileSync(join(at, "one.pid"), JSON.stringify({ pid: 4194304 + 1, ticks: null }));
  assert.equal(running(at, "one"), null);
});

test("Stop_leaves_a_stranger_with_our_old_pid_alone", async (t) => {
  const at = folder(t);
  writeFileSync(join(at, "one.pid"), JSON.stringify({ pid: process.pid, ticks: "1" }));
  assert.equal(running(at, "one"), null);
  assert.equal(await stop(at, "one"), false);
});

test("Stop_of_a_program_that_does_not_listen_kills_it_and_says_so", async (t) => {
  const at = folder(t);
  await start(at, "one", "bash", ["-c", "trap '' TERM; echo ready; while true; do sleep 0.1; done"]);
  await assert.rejects(stop(at, "one", "SIGTERM", { withinMs: 200 }), /was killed/);
  await until("the process to be gone", () => running(at, "one") === null);
});

test("Free_port_passes_over_ports_in_use", async (t) => {
  const { port } = await echo(t);
  assert.ok((await freePort(port)) > port);
  assert.notEqual(await freePort(port + 1, [port + 1]), port + 1);
});

test("Links_program_obeys_its_file", async (t) => {
  const at = folder(t);
  const target = await echo(t);
  const file = join(at, "links.json");
  const port = await portOfNobody();
  const plan = { office: target.port, links: { 1: { port, joined: false } } };
  writeFileSync(file, JSON.stringify(plan));
  const script = new URL("../../tools/demo-check/links.mjs", import.meta.url).pathname;
  await start(at, "links", process.execPath, [script, file]);
  t.after(() => stop(at, "links"));
  assert.notEqual(await ask(port), "hello");
  plan.links[1].joined = true;
  writeFileSync(`${file}.new`, JSON.stringify(plan));
  renameSync(`${file}.new`, file);
  await until("the link to be joined", () => readFileSync(join(at, "links.log"), "utf8").includes("joined"));
  const socket = connect(port, "127.0.0.1");
  assert.equal(await ask(port, socket), "hello");
  socket.destroy();
});
