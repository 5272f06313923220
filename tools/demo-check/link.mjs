// A cable between a kiosk and the office that can be pulled out: a TCP proxy on loopback.
import { once } from "node:events";
import { connect, createServer } from "node:net";

/**
 * Listens on `port` (0: any) and passes everything on to `target` {host, port}, until cut.
 * A cut link resets what is open and every new connection, as a router without an uplink does.
 */
export async function openLink(target, port = 0) {
  const open = new Set();
  let joined = true;
  const server = createServer((near) => {
    if (!joined) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(target);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      open.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const drop = () => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    port: server.address().port,
    get joined() {
      return joined;
    },
    cut() {
      joined = false;
      drop();
    },
    join() {
      joined = true;
    },
    async close() {
      drop();
      server.close();
      await once(server, "close");
    },
  };
}
