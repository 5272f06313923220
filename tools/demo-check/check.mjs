// The whole way without a person: node check.mjs --out DIR --bin DIR
// A complaint is left at a kiosk while there is no office, the kiosk is killed, the office comes
// back locked, is unlocked, a clerk answers in the office page, and the resident opens and rates
// the answer at the other village's kiosk. Exit code 0 only if everything was as it must be.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { Studio } from "./browser.mjs";
import { KioskWalk } from "./kiosk_walk.mjs";
import { OfficeWalk } from "./office_walk.mjs";
import { until } from "./wait.mjs";
import { password, sites, World } from "./world.mjs";

const { values } = parseArgs({ options: { out: { type: "string" }, bin: { type: "string" } } });
const out = resolve(values.out);
mkdirSync(out, { recursive: true });

const chinese = { category: 101, feeling: 1, language: "zh", text: "村东头十几户已经停水三天了，要到河边去挑水。请问什么时候能修好？" };
const english = { category: 102, feeling: 2, language: "en", text: "The railing on the small bridge is gone. A child nearly fell in on market day." };
const reply = { kind: "will-do", unit: 1, text: "您好。主管破裂的地方已经找到，水管明天运到，后天傍晚以前恢复供水。这两天每天上午送一车净水到村口。" };

const facts = {
  // Until a text was seen at the office it counts as lost.
  saved_offline: 0, received: 0, duplicates: 0, lost: 2,
  reply_opened_elsewhere: false, wrong_digit_refused: false, unknown_code_says_nothing: false, rating_received: false,
  ledger_verified: false, journals_verified: 0,
  chromium_console_errors: null, axe_violations: null, seconds: null,
};
const wrong = [];
/** What must be so; the walk goes on, the report and the exit code remember. */
function must(condition, words) {
  if (!condition) {
    wrong.push(words);
    console.log(`  NOT SO: ${words}`);
  }
  return condition;
}

const started = Date.now();
const seconds = () => Math.round((Date.now() - started) / 100) / 10;
let stepName = "starting";
async function step(words, act) {
  stepName = words;
  console.log(`tools/demo --check: ${words} (${seconds()} s)`);
  return act();
}

/** Sockets need short paths, and keys do not belong beside pictures: the world lives in /tmp. */
const world = new World(mkdtempSync(join(tmpdir(), "huiyin-check-")), values.bin);
const studio = await Studio.open(out);
const adminPassword = password();
const clerkPassword = password();

async function makeWorld() {
  world.makeOffice();
  await world.startOffice({ unlocked: false });
  const { office, clerkFirst } = await world.people(adminPassword);
  const kiosks = [];
  const walks = [];
  for (const [index, site] of sites.entries()) {
    kiosks.push(await world.startKiosk(index + 1));
    walks.push(new KioskWalk(studio, await studio.visitor(`kiosk ${index + 1}`), world.origin.kiosks[index + 1]));
    const line = await world.enrolLine(office, site, world.devicePort);
    // The first as staff do it, on the page.
    await (index === 0 ? walks : kiosks)[index].enrol(line);
  }
  for (const kiosk of kiosks) await until("a kiosk to be online", async () => (await kiosk.status()).link === "online");
  return { office, clerkFirst, kiosks, walks };
}

async function tellOffline(kiosks, walks) {
  await world.stop("office");
  for (const kiosk of kiosks) await until("a kiosk to be offline", async () => (await kiosk.status()).link === "offline");
  const receipts = [];
  for (const [index, report] of [chinese, english].entries()) {
    receipts.push(await walks[index].tell(report, { pictures: index === 0 }));
    const { unsent, link } = await kiosks[index].status();
    if (must(link === "offline" && unsent >= 1, `kiosk ${index + 1} says ${unsent} unsent and ${link} after a receipt`)) ++facts.saved_offline;
  }
  return receipts;
}

/** The page stays open over the kill, as on a real kiosk whose daemon was restarted. */
async function killAndRestart(kiosks, walk) {
  const port = Number(new URL(world.origin.kiosks[1]).port);
  const before = (await kiosks[0].status()).unsent;
  await studio.expecting(/Failed to load resource: (net::ERR_|the server responded with a status of 401)/, async () => {
    await world.stop("kiosk-1", "SIGKILL");
    await walk.lost();
    kiosks[0] = await world.startKiosk(1, port);
    // By itself: its next poll meets the new daemon and loads the page again.
    await walk.at("start").waitFor();
  });
  const after = await kiosks[0].status();
  must(after.unsent >= before, `kiosk 1 had ${before} unsent before the kill and ${after.unsent} after it`);
}

async function comeBackLocked(office) {
  const { devicePort } = world;
  await world.startOffice({ devicePort, webPort: Number(new URL(world.origin.office).port), unlocked: false });
  await office.signIn("admin", adminPassword);
  must((await office.get("/overview")).locked, "the office started without its key says it is locked");
  await until("both complaints to arrive", async () => (await office.get("/overview")).counts.all >= 2, { withinMs: 150_000, everyMs: 500 });
  await world.huiyin("office", "unlock", "--data", world.officeData, "--text-key", world.textKey);
  await until("the office to be unlocked", async () => !(await office.get("/overview")).locked);
}

/** Which case is whose complaint, by the opened text; every text must be there once. */
async function exactlyOnce(office) {
  const texts = new Map();
  for (const { id } of await office.cases()) {
    const { text } = await office.post(`/cases/${id}/open`, { reason: "check" });
    texts.set(id, text);
  }
  const idsOf = (report) => [...texts].filter(([, text]) => text === report.text).map(([id]) => id);
  for (const report of [chinese, english]) {
    const found = idsOf(report).length;
    facts.received += Math.min(found, 1);
    facts.duplicates += Math.max(0, found - 1);
  }
  facts.lost -= facts.received;
  must(facts.lost === 0, `${facts.lost} of 2 complaints lost`);
  must(facts.duplicates === 0 && texts.size === 2, `${texts.size} cases for 2 complaints`);
  return { water: idsOf(chinese)[0], bridge: idsOf(english)[0] };
}

async function clerkAnswers(ids, clerkFirst) {
  const page = await studio.visitor("office");
  const walk = new OfficeWalk(studio, page, world.origin.office);
  // The page asks who is signed in before anybody is: Chromium writes the 401 down.
  await studio.expecting(/the server responded with a status of 401/, () => walk.signInForTheFirstTime("lin", clerkFirst, clerkPassword));
  await walk.inbox(Object.values(ids));
  const shown = await walk.openText(ids.water, { pictures: true });
  must(shown === chinese.text, `the clerk reads "${shown}"`);
  await walk.reply(reply, { pictures: true });
  return walk;
}

async function openElsewhere(walk, receipt) {
  // Not by asking with the code: five unanswered ones slow a kiosk down.
  await until("the answer to reach kiosk 2", () => world.kioskStatus(2).replies >= 1, { withinMs: 90_000, everyMs: 500 });
  // The last digit is a check digit: any other in its place cannot fit.
  const mistyped = receipt.slice(0, 19) + ((Number(receipt[19]) + 1) % 10);
  const words = await studio.expecting(/status of 422/, () => walk.mistype(mistyped));
  facts.wrong_digit_refused = must(words.length > 0 && !words.includes(reply.text), `a wrong digit is answered with "${words}"`);
  const nothing = await walk.unknown(unknownCode());
  facts.unknown_code_says_nothing = must(nothing.length > 0 && !nothing.includes(reply.text), `a code nobody holds is answered with "${nothing}"`);
  const text = await walk.openAnswer(receipt);
  facts.reply_opened_elsewhere = must(text.includes(reply.text), `kiosk 2 shows "${text}"`);
  await walk.rate("yes", 4);
}

/** 18 digits that nobody drew and the two that fit them (ISO 7064 mod 97-10). */
function unknownCode() {
  const digits = "123456789012345678";
  return digits + String(98n - ((BigInt(digits) * 100n) % 97n)).padStart(2, "0");
}

async function ratingArrives(office, clerk, id) {
  const rated = await until("the rating to arrive", async () => (await office.get(`/cases/${id}`)).rating, { withinMs: 90_000, everyMs: 500 });
  facts.rating_received = must(rated.solved === "yes" && rated.stars === 4, `the rating is ${JSON.stringify(rated)}`);
  await clerk.rating(id);
  const { devices } = await office.get("/devices");
  await clerk.devices(devices.map((device) => device.id));
}

async function verify() {
  for (const number of [1, 2]) {
    await world.stop(`kiosk-${number}`);
    world.huiyin("verify", "journal", "--data", world.kioskData(number));
    ++facts.journals_verified;
  }
  await world.stop("office");
  world.huiyin("verify", "ledger", "--data", world.officeData);
  facts.ledger_verified = true;
}

async function walkTheWay() {
  const { office, clerkFirst, kiosks, walks } = await step("an office and two kiosks of one town, enrolled", makeWorld);
  const receipts = await step("the office is stopped; complaints in Chinese and English at the kiosks", () => tellOffline(kiosks, walks));
  await step("kiosk 1 is killed and started again", () => killAndRestart(kiosks, walks[0]));
  await step("the office comes back locked, receives, and is unlocked", () => comeBackLocked(office));
  const ids = await step("each complaint is there exactly once", () => exactlyOnce(office));
  const clerk = await step("a clerk answers in the office page", () => clerkAnswers(ids, clerkFirst));
  await step("the resident opens and rates the answer at kiosk 2", () => openElsewhere(walks[1], receipts[0]));
  await step("the rating arrives", () => ratingArrives(office, clerk, ids.water));
  await step("journals and ledger are verified", verify);
}

/** What is left running is ended, and what the programs wrote is kept for whoever looks for a reason. */
async function cleanUp() {
  await studio.close();
  for (const name of ["kiosk-1", "kiosk-2", "office"]) {
    try {
      await world.stop(name);
    } catch (problem) {
      must(false, problem.message);
    }
    const log = join(world.folder, `${name}.log`);
    if (existsSync(log)) cpSync(log, join(out, `${name}.log`));
  }
  rmSync(world.folder, { recursive: true });
}

try {
  await walkTheWay();
} catch (problem) {
  must(false, `${stepName}: ${problem.stack ?? problem}`);
  await studio.lastLook();
}
await cleanUp();
facts.chromium_console_errors = studio.consoleErrors.length;
facts.axe_violations = studio.violations.length;
facts.seconds = seconds();
must(facts.chromium_console_errors === 0, `console errors:\n    ${studio.consoleErrors.join("\n    ")}`);
must(facts.axe_violations === 0, `on the screens:\n    ${studio.violations.join("\n    ")}`);

const report = {
  ok: wrong.length === 0, ...facts, wrong, chromium: studio.version, node: process.version,
  pictures: studio.pictures, console_errors: studio.consoleErrors, violations: studio.violations,
  console_expected: studio.expectedErrors.length,
};
writeFileSync(join(out, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
console.log(`  ${Object.entries(facts).map(([key, value]) => `${key}=${value}`).join(" ")}`);
console.log(`tools/demo --check: ${report.ok ? "everything is as it must be" : `FAILED (${wrong.length})`}; ${studio.pictures.length} pictures and report.json in ${out}`);
process.exitCode = report.ok ? 0 : 1;
