import { once } from "node:events";
import { createServer } from "node:net";

async function isFree(port) {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return true;
  } catch (problem) {
    if (problem.code === "EADDRINUSE" || problem.code === "EACCES") return false;
    throw problem;
  } finally {
    server.close();
  }
}

/** The first port from `first` on that nobody listens on and that is not in `taken`. */
export async function freePort(first, taken = []) {
  for (let port = first; port < first + 500; ++port)
    if (!taken.includes(port) && (await isFree(port))) return port;
  throw new Error(`no free port from ${first} to ${first + 499}`);
}
