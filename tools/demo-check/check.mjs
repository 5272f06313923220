// The whole way without a person: node check.mjs --out DIR --bin DIR
// Complaints are left at kiosks while there is no office and while a cable is pulled, a kiosk and
// the office are killed, the office comes back locked and is unlocked, one clerk answers and another
// corrects in the office page, and the resident opens and rates the answer at the other village's
// kiosk. Exit code 0 only if everything was as it must be.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { Studio } from "./browser.mjs";
import { KioskWalk } from "./kiosk_walk.mjs";
import { openLink } from "./link.mjs";
import { OfficeWalk } from "./office_walk.mjs";
import { until } from "./wait.mjs";
import { county, password, sites, World } from "./world.mjs";

const { values } = parseArgs({ options: { out: { type: "string" }, bin: { type: "string" } } });
const out = resolve(values.out);
mkdirSync(out, { recursive: true });

const sample = JSON.parse(readFileSync(join(county, "reports.json"), "utf8")).reports;
const chinese = { category: 101, feeling: 1, language: "zh", text: "村东头十几户已经停水三天了，要到河边去挑水。请问什么时候能修好？" };
const english = { category: 102, feeling: 2, language: "en", text: "The railing on the small bridge is gone. A child nearly fell in on market day." };
const [underCut, ...burst] = sample.filter(({ text }) => text !== chinese.text && text !== english.text).slice(0, 9);
const everything = [chinese, english, underCut, ...burst];
const reply = { kind: "will-do", unit: 1, text: "您好。主管破裂的地方已经找到，水管明天运到，后天傍晚以前恢复供水。这两天每天上午送一车净水到村口。" };
const correction = { kind: "done", unit: 1, text: "更正：水管提前运到，今天中午已经恢复供水。头一个小时水会发黄，放一会儿再用。" };
const railing = { kind: "done", unit: 2, text: "A wooden railing was put up this morning; the steel one follows next month." };

const facts = {
  // Until a text was seen at the office it counts as lost.
  saved_offline: 0, saved_while_office_was_killed: 0, received: 0, duplicates: 0, lost: everything.length,
  locked_shows_no_text: false, reply_opened_elsewhere: false, wrong_digit_refused: false, unknown_code_says_nothing: false,
  rating_received: false, correction_seen: false, second_clerk_answered: false, code_issued_on_page: false, wrong_pin_refused: false, staff_page_read: false,
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

/** The cable of each kiosk, by its number. */
const cables = [];
const online = (kiosk) => until("a kiosk to be online", async () => (await kiosk.status()).link === "online", { withinMs: 90_000 });
const offline = (kiosk) => until("a kiosk to be offline", async () => (await kiosk.status()).link === "offline", { withinMs: 90_000 });

async function makeWorld() {
  world.makeOffice();
  await world.startOffice({ unlocked: false });
  const { office } = await world.people(adminPassword);
  const kiosks = [];
  const walks = [];
  const pins = [];
  for (const [index, site] of sites.entries()) {
    cables[index + 1] = await openLink({ host: "127.0.0.1", port: world.devicePort });
    kiosks.push(await world.startKiosk(index + 1));
    walks.push(new KioskWalk(studio, await studio.visitor(`kiosk ${index + 1}`), world.origin.kiosks[index + 1]));
    const { line, staffPin } = await world.enrolSheet(office, site, cables[index + 1].port);
    pins.push(staffPin);
    // The first as staff do it, on the page.
    await (index === 0 ? walks : kiosks)[index].enrol(line);
  }
  for (const kiosk of kiosks) await online(kiosk);
  return { office, kiosks, walks, pins };
}

/** The kiosk says by itself that it is offline and that it keeps what it was told. */
async function savedOffline(kiosk, name) {
  const { unsent, link } = await kiosk.status();
  if (must(link === "offline" && unsent >= 1, `${name} says ${unsent} unsent and ${link} after a receipt`)) ++facts.saved_offline;
}

async function tellOffline(kiosks, walks) {
  await world.stop("office");
  for (const kiosk of kiosks) await offline(kiosk);
  const receipts = [];
  for (const [index, report] of [chinese, english].entries()) {
    receipts.push(await walks[index].tell(report, { pictures: index === 0 }));
    await savedOffline(kiosks[index], `kiosk ${index + 1}`);
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

const samePorts = () => ({ devicePort: world.devicePort, webPort: Number(new URL(world.origin.office).port) });
const arrived = async (office) => (await office.get("/overview")).counts.all;

/** A page of the office with nobody signed in. It asks who is: Chromium writes the 401 down. */
async function officePage(name, signIn) {
  const walk = new OfficeWalk(studio, await studio.visitor(name), world.origin.office);
  await studio.expecting(/the server responded with a status of 401/, () => signIn(walk));
  return walk;
}

async function comeBackLocked(office) {
  await world.startOffice({ ...samePorts(), unlocked: false });
  await office.signIn("admin", adminPassword);
  must((await office.get("/overview")).locked, "the office started without its key says it is locked");
  await until("both complaints to arrive", async () => (await arrived(office)) >= 2, { withinMs: 150_000, everyMs: 500 });
  const admin = await officePage("office, locked", (walk) => walk.signIn("admin", adminPassword));
  const [{ id }] = await office.cases();
  const words = await admin.lockedCase(id);
  const refused = await office.post(`/cases/${id}/open`, { reason: "check" }).then(() => null, (problem) => problem.type);
  facts.locked_shows_no_text = must(
    refused === "huiyin:locked" && ![chinese, english].some(({ text }) => words.includes(text.slice(0, 8))),
    `a locked office answers ${refused} and shows "${words}"`);
  await admin.page.context().close();
  world.huiyin("office", "unlock", "--data", world.officeData, "--text-key", world.textKey);
  await until("the office to be unlocked", async () => !(await office.get("/overview")).locked);
}

/** The office runs all the while: only the cable of kiosk 2 is pulled. */
async function tellWhileCut(office, kiosk, walk) {
  cables[2].cut();
  await offline(kiosk);
  await walk.tell(underCut);
  await savedOffline(kiosk, "kiosk 2 without its cable");
  must((await arrived(office)) === 2, "nothing arrives through a pulled cable");
  cables[2].join();
  await online(kiosk);
  await until("the complaint to arrive", async () => (await arrived(office)) === 3, { withinMs: 90_000 });
  await until("nothing to be unsent", async () => (await kiosk.status()).unsent === 0);
}

/** kill -9 with a part of the records there, a part on the way and a part not yet told. */
async function killOffice(office, kiosk) {
  await online(kiosk);
  let killed;
  const killing = new Promise((resolve) => (killed = resolve));
  const telling = (async () => {
    for (const [index, report] of burst.entries()) {
      if (index === burst.length - 2) await killing;
      await kiosk.report(report);
      await kiosk.endVisit();
      ++facts.saved_while_office_was_killed;
    }
  })();
  await until("the first of them to arrive", async () => (await arrived(office)) > 3, { everyMs: 10 });
  await world.stop("office", "SIGKILL");
  killed();
  await telling;
  await world.startOffice({ ...samePorts(), unlocked: true });
  await office.signIn("admin", adminPassword);
  await until("every complaint to arrive", async () => (await arrived(office)) >= everything.length, { withinMs: 150_000, everyMs: 500 });
}

/** Which case is whose complaint, by the opened text; every text must be there once. */
async function exactlyOnce(office) {
  const texts = new Map();
  for (const { id } of await office.cases()) {
    const { text } = await office.post(`/cases/${id}/open`, { reason: "check" });
    texts.set(id, text);
  }
  const idsOf = (report) => [...texts].filter(([, text]) => text === report.text).map(([id]) => id);
  for (const report of everything) {
    const found = idsOf(report).length;
    facts.received += Math.min(found, 1);
    facts.duplicates += Math.max(0, found - 1);
  }
  facts.lost -= facts.received;
  must(facts.lost === 0, `${facts.lost} of ${everything.length} complaints lost`);
  must(facts.duplicates === 0 && texts.size === everything.length, `${texts.size} cases for ${everything.length} complaints`);
  return { water: idsOf(chinese)[0], bridge: idsOf(english)[0] };
}

/** The administrator adds two clerks and issues a code for a third kiosk; returns the clerks' first passwords. */
async function administrate() {
  const admin = await officePage("office, administrator", (walk) => walk.signIn("admin", adminPassword));
  const firsts = { zhao: await admin.addClerk("zhao", "赵文书", { pictures: true }), zhou: await admin.addClerk("zhou", "周文书") };
  const { line, pin } = await admin.issueCode("柳树湾 2 号", sites[0].area);
  facts.code_issued_on_page = must(
    /^127\.0\.0\.1:\d+\/[0-9A-Za-z]{26}\/[0-9a-f]{32}$/.test(line) && pin.length === 6, `the page hands out "${line}" and a PIN of ${pin.length} digits`);
  await admin.page.context().close();
  return firsts;
}

async function clerkAnswers(ids, first) {
  const walk = await officePage("office, clerk", (walk) => walk.signInForTheFirstTime("zhao", first, clerkPassword, { pictures: true }));
  await walk.inbox(Object.values(ids));
  const shown = await walk.openText(ids.water, { pictures: true });
  must(shown === chinese.text, `the clerk reads "${shown}"`);
  await walk.reply(reply, { pictures: true });
  return walk;
}

/** The other clerk answers another case and corrects a colleague's answer. */
async function otherClerk(ids, first) {
  const walk = await officePage("office, other clerk", (walk) => walk.signInForTheFirstTime("zhou", first, password()));
  await walk.openText(ids.bridge);
  await walk.reply(railing);
  await walk.openText(ids.water);
  await walk.correct(correction);
  facts.second_clerk_answered = true;
  await walk.page.context().close();
}

async function seeCorrection(kiosk, walk, receipt) {
  await until("the correction to reach kiosk 1", async () => (await kiosk.answer(receipt)).corrected, { withinMs: 90_000, everyMs: 1000 });
  await kiosk.endVisit();
  const words = await walk.openCorrected(receipt);
  facts.correction_seen = must(
    words.includes(correction.text) && !words.includes(reply.text), `kiosk 1 shows "${words}"`);
}

async function staffLook(walk, pin) {
  const { refused, board } = await studio.expecting(/the server responded with a status of 40[13]/, () => walk.staff(pin));
  facts.wrong_pin_refused = must(refused !== "", "a wrong PIN is refused in words");
  facts.staff_page_read = must(board.includes(sites[0].name), `the staff page says "${board}"`);
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
  await studio.leave();
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
  const { office, kiosks, walks, pins } = await step("an office and two kiosks of one town, enrolled", makeWorld);
  const receipts = await step("the office is stopped; complaints in Chinese and English at the kiosks", () => tellOffline(kiosks, walks));
  await step("kiosk 1 is killed and started again", () => killAndRestart(kiosks, walks[0]));
  await step("the office comes back locked, receives, and is unlocked", () => comeBackLocked(office));
  await step("the cable of kiosk 2 is pulled, and put back after a complaint", () => tellWhileCut(office, kiosks[1], walks[1]));
  await step("the office is killed while kiosk 1 sends", () => killOffice(office, kiosks[0]));
  const ids = await step("each complaint is there exactly once", () => exactlyOnce(office));
  const firsts = await step("the administrator adds two clerks and issues a code", administrate);
  const clerk = await step("a clerk answers in the office page", () => clerkAnswers(ids, firsts.zhao));
  await step("the resident opens and rates the answer at kiosk 2", () => openElsewhere(walks[1], receipts[0]));
  await step("the rating arrives", () => ratingArrives(office, clerk, ids.water));
  await step("another clerk answers, and corrects the first answer", () => otherClerk(ids, firsts.zhou));
  await step("the resident sees the correction at kiosk 1", () => seeCorrection(kiosks[0], walks[0], receipts[0]));
  await step("staff look at kiosk 1", () => staffLook(walks[0], pins[0]));
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
  for (const cable of cables.filter(Boolean)) await cable.close();
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
