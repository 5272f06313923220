// JSON over HTTP the way our two APIs speak it: one cookie, problem documents.

export class Problem extends Error {
  constructor(method, path, status, body) {
    super(`${method} ${path}: ${status} ${body.type ?? ""} ${body.detail ?? body.title ?? ""}`.trim());
    this.status = status;
    this.type = body.type ?? null;
    this.body = body;
  }
}

export class Client {
  constructor(origin, headers = {}) {
    this.origin = origin;
    this.headers = headers;
    this.cookie = null;
  }

  /** The answer as {status, text}; keeps the cookie. */
  async fetch(method, path, body) {
    const headers = { ...this.headers };
    if (this.cookie) headers.cookie = this.cookie;
    if (body !== undefined) headers["content-type"] = "application/json";
    const answer = await fetch(this.origin + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const cookie = answer.headers.get("set-cookie");
    if (cookie) this.cookie = cookie.split(";")[0];
    return { status: answer.status, text: await answer.text() };
  }

  /** The parsed answer (null for an empty one); anything but 2xx is a Problem. */
  async call(method, path, body) {
    const { status, text } = await this.fetch(method, path, body);
    if (status >= 200 && status < 300) return text ? JSON.parse(text) : null;
    let problem = {};
    try {
      problem = JSON.parse(text);
    } catch {
      problem = { detail: text.slice(0, 200) };
    }
    throw new Problem(method, path, status, problem);
  }
}
