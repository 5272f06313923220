// The kiosk daemon's API as its touch page uses it (kiosk/API.md).
import { setTimeout as sleep } from "node:timers/promises";

import { Client, Problem } from "./http.mjs";

export class Kiosk {
  constructor(origin) {
    this.client = new Client(origin);
  }

  /** As a page that is loaded: the cookie and the token of this start of the daemon. */
  async load() {
    const { status, text } = await this.client.fetch("GET", "/");
    const token = /<meta name="huiyin-token" content="([^"]+)">/.exec(text)?.[1];
    if (status !== 200 || !token) throw new Error(`the kiosk's page has no token (status ${status})`);
    this.client.headers = { "x-huiyin-token": token };
    return this;
  }

  /** Loads the page again after a restart of the daemon, and waits where the daemon asks for it. */
  async call(method, path, body) {
    for (let attempt = 0; ; ++attempt) {
      try {
        return await this.client.call(method, path, body);
      } catch (problem) {
        const again = problem instanceof Problem && attempt < 40;
        if (again && problem.type === "huiyin:reload") await this.load();
        else if (again && problem.type === "huiyin:try-again")
          await sleep(1000 * Math.min(problem.body.retry_after_seconds ?? 1, 5));
        else throw problem;
      }
    }
  }

  status() {
    return this.call("GET", "/api/status");
  }
  enrol(line) {
    return this.call("POST", "/api/enrol", { line });
  }
  /** Leaves a report; returns the 20 digits. */
  async report({ category, feeling, text, language }) {
    const saved = await this.call("POST", "/api/feedback", { category, feeling, text, language });
    return saved.receipt.groups.join("");
  }
  answer(code) {
    return this.call("POST", "/api/answer", { code });
  }
  rate(code, solved, stars) {
    return this.call("POST", "/api/rating", { code, solved, stars });
  }
  endVisit() {
    return this.call("POST", "/api/session/end", {});
  }
}
