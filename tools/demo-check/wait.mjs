import { setTimeout as sleep } from "node:timers/promises";

/** Asks again until the answer is truthy, and returns it; `what` names the thing in the error. */
export async function until(what, ask, { withinMs = 30_000, everyMs = 100 } = {}) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${withinMs / 1000} s for ${what}`);
    await sleep(everyMs);
  }
}
