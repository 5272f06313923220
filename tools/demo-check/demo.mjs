// The demo behind tools/demo: node demo.mjs up|stop|cut|join --dir DIR [--bin DIR] [--fresh] [--number N]
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { start } from "./daemon.mjs";
import { Office } from "./office.mjs";
import { freePort } from "./ports.mjs";
import { until } from "./wait.mjs";
import { county, password, root, sites, World } from "./world.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dir: { type: "string" },
    bin: { type: "string" },
    fresh: { type: "boolean", default: false },
    number: { type: "string" },
  },
});
const folder = resolve(values.dir);
const stateFile = join(folder, "demo.json");
const linksFile = join(folder, "links.json");
const world = new World(folder, values.bin ?? ".");
const programs = ["kiosk-1", "kiosk-2", "links", "office"];
const say = (words) => console.log(`tools/demo: ${words}`);

const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));
/** In one step: links.mjs reads its file while it is written. */
function writeJson(file, value) {
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

async function stopAll() {
  let ended = 0;
  for (const name of programs) if (await world.stop(name)) ++ended;
  return ended;
}

function setLink(number, joined) {
  const plan = readJson(linksFile);
  plan.links[number].joined = joined;
  writeJson(linksFile, plan);
}

/** A folder is emptied only if this script made it. */
async function clear() {
  if (!existsSync(folder)) return;
  if (!existsSync(stateFile) && !existsSync(linksFile)) {
    if (readdirSync(folder).length) throw new Error(`${folder} is not a demo's folder; choose another with --dir`);
    return;
  }
  await stopAll();
  rmSync(folder, { recursive: true });
}

async function choosePorts() {
  const device = await freePort(7443);
  const links = [await freePort(device + 1)];
  links.push(await freePort(links[0] + 1));
  const web = await freePort(7080);
  const kiosks = [await freePort(web + 1)];
  kiosks.push(await freePort(kiosks[0] + 1));
  return { device, web, kiosks, links };
}

async function startLinks() {
  const script = fileURLToPath(new URL("links.mjs", import.meta.url));
  await start(folder, "links", process.execPath, [script, linksFile]);
}

async function startAll(state) {
  const { ports } = state;
  await world.startOffice({ devicePort: ports.device, webPort: ports.web, unlocked: true });
  await startLinks();
  const kiosks = [];
  for (const index of sites.keys()) kiosks.push(await world.startKiosk(index + 1, ports.kiosks[index]));
  return kiosks;
}

/** Each report goes to the kiosks in turn; returns them with kiosk and receipt. */
async function submit(kiosks, reports) {
  const told = [];
  for (const [index, report] of reports.entries()) {
    const at = index % kiosks.length;
    told.push({ ...report, kiosk: at + 1, receipt: await kiosks[at].report(report) });
    await kiosks[at].endVisit();
    if ((index + 1) % 12 === 0 || index + 1 === reports.length) say(`  ${index + 1} of ${reports.length} reports told to the kiosks`);
  }
  return told;
}

/** The answers of the county, each to the case whose text it fits. */
async function answer(office, answers) {
  let given = 0;
  for (const { id } of await office.cases("new")) {
    const { text } = await office.post(`/cases/${id}/open`, { reason: "answer" });
    const fitting = answers.find((one) => text.includes(one.match));
    if (!fitting) continue;
    await office.reply(id, fitting);
    ++given;
  }
  return given;
}

/** Some residents come back, to the other village's kiosk, and say whether it helped. */
async function comeBack(kiosks, answered, given) {
  const opinions = [["yes", 5], ["partly", 3], ["no", 1], ["yes", 4], ["yes", 5]];
  let rated = 0;
  for (const number of sites.keys()) await until("the answers to reach the kiosks", () => world.kioskStatus(number + 1).replies >= given, { everyMs: 500 });
  for (const [index, [solved, stars]] of opinions.entries()) {
    const one = answered[index];
    if (!one) break;
    const kiosk = kiosks[one.kiosk % kiosks.length];
    if (!(await kiosk.answer(one.receipt)).found) throw new Error("an answer that reached the kiosk does not open there");
    await kiosk.rate(one.receipt, solved, stars);
    await kiosk.endVisit();
    ++rated;
  }
  return rated;
}

async function fill(state, kiosks, office) {
  const sample = readJson(join(county, "reports.json"));
  const told = await submit(kiosks, sample.reports);
  const sent = told.filter(({ kiosk }) => kiosk !== state.offline).length;
  await until("the office to have every report", async () => (await office.get("/overview")).counts.all >= sent);
  say(`the office has ${sent}` + (state.offline ? `; ${told.length - sent} wait at kiosk ${state.offline}, which is offline` : ""));
  const given = await answer(office, sample.answers);
  say(`${given} answered by the office`);
  const answered = told.filter(({ kiosk, text }) => kiosk !== state.offline && sample.answers.some(({ match }) => text.includes(match)));
  if (!state.offline) say(`${await comeBack(kiosks, answered, given)} opened and rated at the other village's kiosk`);
  // The last ones have not been opened yet: whoever looks at the demo may.
  state.receipts = answered.slice(-3).map(({ receipt, text }) => ({ receipt, text }));
}

async function make() {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const state = {
    made: new Date().toISOString(),
    complete: false,
    ports: await choosePorts(),
    admin: password(),
    clerk: password(),
    offline: values.number ? Number(values.number) : null,
  };
  writeJson(stateFile, state);
  const links = Object.fromEntries(state.ports.links.map((port, index) => [index + 1, { port, joined: true }]));
  writeJson(linksFile, { office: state.ports.device, links });
  say("making the office's keys (throw-away: they lie in the demo's folder, in the clear)");
  world.makeOffice();
  say("starting the office and two kiosks");
  const kiosks = await startAll(state);
  const { office, clerkFirst } = await world.people(state.admin);
  await new Office(world.origin.office).signIn("lin", clerkFirst, state.clerk);
  state.staffPins = [];
  for (const [index, site] of sites.entries()) {
    const { line, staffPin } = await world.enrolSheet(office, site, state.ports.links[index]);
    await kiosks[index].enrol(line);
    state.staffPins.push(staffPin);
  }
  say("both kiosks are enrolled");
  for (const kiosk of kiosks) await until("a kiosk to reach the office", async () => (await kiosk.status()).link === "online");
  if (state.offline) {
    setLink(state.offline, false);
    await until("the kiosk to notice", async () => (await kiosks[state.offline - 1].status()).link === "offline", { withinMs: 90_000 });
  }
  await fill(state, kiosks, office);
  state.complete = true;
  writeJson(stateFile, state);
}

async function startAgain(state) {
  const alive = programs.filter((name) => world.running(name));
  if (alive.length === programs.length) return say("it is running already");
  await stopAll();
  say("starting what was made before (tools/demo --fresh makes a new one)");
  await startAll(state);
}

function show() {
  const state = readJson(stateFile);
  const { links } = readJson(linksFile);
  const rows = [
    ["office", `http://127.0.0.1:${state.ports.web}/`, "sign in: lin (clerk) or admin"],
    ...sites.map((site, index) => [
      `kiosk ${index + 1}`,
      `http://127.0.0.1:${state.ports.kiosks[index]}/`,
      `${site.name}, link ${links[index + 1].joined ? "joined" : "CUT"}`,
    ]),
  ];
  console.log("");
  for (const [what, where, note] of rows) console.log(`  ${what.padEnd(9)} ${where.padEnd(25)} ${note}`);
  console.log(`\n  password of lin    ${state.clerk}\n  password of admin  ${state.admin}`);
  console.log(`  staff page         /staff of each kiosk, PIN ${state.staffPins.join(" and ")}`);
  for (const { receipt, text } of state.receipts ?? [])
    console.log(`  answered receipt   ${receipt.match(/..../g).join(" ")}  (${text.slice(0, 16)}…)`);
  console.log(`\n  Keys and passwords of this demo are throw-away: never give a real office these.`);
  const where = folder === join(root, "build/demo") ? "" : `--dir ${folder} `;
  console.log(`  tools/demo ${where}--cut 1 pulls kiosk 1's cable, --join 1 puts it back, --stop ends everything.\n`);
}

async function up() {
  if (values.fresh) await clear();
  if (existsSync(stateFile) && !readJson(stateFile).complete) {
    say("the last start was not finished; beginning again");
    await clear();
  }
  if (existsSync(stateFile)) await startAgain(readJson(stateFile));
  else {
    await clear();
    await make();
  }
  show();
  say("running.");
}

function link(joined) {
  const number = values.number;
  if (!existsSync(linksFile) || !world.running("links")) throw new Error(`no demo is running in ${folder}`);
  if (!(number in readJson(linksFile).links)) throw new Error(`there is no kiosk ${number}`);
  setLink(number, joined);
  say(`kiosk ${number}'s link is ${joined ? "joined" : "cut"}.`);
}

const commands = {
  up,
  stop: async () => say((await stopAll()) ? "stopped." : "nothing was running."),
  cut: () => link(false),
  join: () => link(true),
};
try {
  await commands[positionals[0]]();
} catch (problem) {
  if (positionals[0] === "up") await stopAll();
  console.error(`tools/demo: FAILED: ${problem.message}`);
  process.exitCode = 1;
}
