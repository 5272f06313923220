// The demo's cables as a program of their own: node links.mjs FILE
// FILE is JSON, {"office": PORT, "links": {"1": {"port": P, "joined": true}, …}}; it is read again
// whenever it was replaced (in one step: rename), which is how `tools/demo --cut 1` reaches this program.
import { readFileSync, statSync } from "node:fs";

import { openLink } from "./link.mjs";

const file = process.argv[2];
const read = () => JSON.parse(readFileSync(file, "utf8"));
const plan = read();
const links = {};
for (const [name, wish] of Object.entries(plan.links))
  links[name] = await openLink({ host: "127.0.0.1", port: plan.office }, wish.port);

function obey() {
  for (const [name, wish] of Object.entries(read().links)) {
    if (wish.joined === links[name].joined) continue;
    if (wish.joined) links[name].join();
    else links[name].cut();
    console.log(`${new Date().toISOString()} link ${name} ${wish.joined ? "joined" : "cut"}`);
  }
}
let seen = statSync(file).mtimeMs;
obey();
console.log("ready");
setInterval(() => {
  const now = statSync(file).mtimeMs;
  if (now === seen) return;
  seen = now;
  obey();
}, 100);
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
