// The office's web API as a clerk's browser uses it (sync-server/api/API.md).
import { Client, Problem } from "./http.mjs";

export class Office {
  constructor(origin) {
    this.client = new Client(origin, { "x-huiyin": "1" });
  }
  get(path) {
    return this.client.call("GET", `/api/v1${path}`);
  }
  post(path, body) {
    return this.client.call("POST", `/api/v1${path}`, body);
  }

  /** Signs in; a first password is changed to `password` on the way. */
  async signIn(name, first, password = first) {
    const session = await this.post("/session", { name, password: first });
    if (!session.must_change_password) return;
    await this.post("/session/password", { old: first, new: password });
    await this.post("/session", { name, password });
  }

  /** Every case there is, over all pages of the list. */
  async cases(state = "all") {
    const all = [];
    for (let after = ""; ; ) {
      const page = await this.get(`/cases?state=${state}&limit=50${after && `&after=${after}`}`);
      all.push(...page.cases);
      if (!page.next) return all;
      after = page.next;
    }
  }

  /** Replies; a colleague who was first makes it try once more on the newer version. */
  async reply(id, { text, kind, unit }) {
    for (let attempt = 0; ; ++attempt) {
      const { version } = await this.get(`/cases/${id}`);
      try {
        return await this.post(`/cases/${id}/reply`, { text, kind, unit, version });
      } catch (problem) {
        if (!(problem instanceof Problem) || problem.type !== "huiyin:conflict" || attempt === 3) throw problem;
      }
    }
  }
}
