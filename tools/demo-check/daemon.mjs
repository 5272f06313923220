// Programs that go on running after the script that started them: log, pid file, ready line.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** When the kernel started this process, in its own ticks: with the pid it names one process for ever. */
function startTicks(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may hold anything; the fields after it are plain. A zombie is not running.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : fields[19];
  } catch (problem) {
    if (problem.code === "ENOENT" || problem.code === "ESRCH") return null;
    throw problem;
  }
}

const pidFile = (folder, name) => join(folder, `${name}.pid`);

/** The pid of `name` if the very process we started still runs, else null. */
export function running(folder, name) {
  let noted;
  try {
    noted = JSON.parse(readFileSync(pidFile(folder, name), "utf8"));
  } catch (problem) {
    if (problem.code === "ENOENT") return null;
    throw problem;
  }
  // Without ticks it had ended before it was noted.
  return noted.ticks !== null && startTicks(noted.pid) === noted.ticks ? noted.pid : null;
}

/**
 * Starts a program and waits for its line that begins with "ready". Returns that line.
 * Its output goes to FOLDER/NAME.log; a program that ends or says nothing in time is an error with the log's end.
 */
export async function start(folder, name, command, args, { readyWithinMs = 30_000 } = {}) {
  if (running(folder, name)) throw new Error(`${name} is running already`);
  const log = join(folder, `${name}.log`);
  const output = openSync(log, "w", 0o600);
  const child = spawn(command, args, { detached: true, stdio: ["ignore", output, output] });
  closeSync(output);
  let ended = null;
  child.on("error", (problem) => (ended = problem.message));
  child.on("exit", (code, signal) => (ended ??= `ended with ${signal ?? code}`));
  if (child.pid) writeFileSync(pidFile(folder, name), JSON.stringify({ pid: child.pid, ticks: startTicks(child.pid) }));
  const deadline = Date.now() + readyWithinMs;
  for (;;) {
    const text = readFileSync(log, "utf8");
    const line = text.split("\n").slice(0, -1).find((one) => one.startsWith("ready"));
    if (line) {
      child.unref();
      return line;
    }
    if (ended !== null || Date.now() > deadline) {
      const reason = ended ?? `was not ready within ${readyWithinMs / 1000} s`;
      await stop(folder, name, "SIGKILL");
      throw new Error(`${name} ${reason}:\n${text.slice(-2000)}`);
    }
    await sleep(25);
  }
}

/** Ends what we started, and nothing else. Returns whether there was something to end. */
export async function stop(folder, name, signal = "SIGTERM", { withinMs = 15_000 } = {}) {
  const pid = running(folder, name);
  try {
    if (pid) process.kill(pid, signal);
  } catch (problem) {
    // It ended by itself in between.
    if (problem.code !== "ESRCH") throw problem;
  }
  const deadline = Date.now() + withinMs;
  while (running(folder, name)) {
    if (Date.now() > deadline) {
      process.kill(pid, "SIGKILL");
      throw new Error(`${name} did not end within ${withinMs / 1000} s of ${signal} and was killed`);
    }
    await sleep(20);
  }
  rmSync(pidFile(folder, name), { force: true });
  return pid !== null;
}
