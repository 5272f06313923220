// One office and its kiosks in a folder, made, started and stopped. Every key made here is
// throw-away: recovery key, text key and passwords stand in the same folder in the clear.
import { randomInt } from "node:crypto";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { running, start, stop } from "./daemon.mjs";
import { Kiosk } from "./kiosk.mjs";
import { Office } from "./office.mjs";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const county = join(root, "tools/county");

/** Two villages of one town: an answer given at one kiosk opens at the other. */
export const sites = [
  { name: "柳树湾 1 号", area: 10101 },
  { name: "石桥头 1 号", area: 10102 },
];

export function password() {
  const letters = "abcdefghjkmnpqrstuvwxyz23456789";
  const part = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join("");
  return [part(), part(), part(), part()].join("-");
}

export class World {
  /** `bin` holds the three programs; `folder` is the world's own. */
  constructor(folder, bin) {
    this.folder = resolve(folder);
    this.bin = resolve(bin);
    this.officeData = join(this.folder, "office");
    this.textKey = join(this.folder, "keys", "text-key");
    this.origin = { office: null, kiosks: [] };
  }

  program(name) {
    const path = join(this.bin, name);
    if (!existsSync(path)) throw new Error(`${path} is not there; build it first`);
    return path;
  }

  /** Runs the command line; an error carries what it said. */
  huiyin(...args) {
    return execFileSync(this.program("huiyin"), args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 60_000 });
  }

  kioskData(number) {
    return join(this.folder, `kiosk-${number}`);
  }

  /** Makes the office's keys; to be done once. */
  makeOffice() {
    mkdirSync(join(this.folder, "keys"), { recursive: true, mode: 0o700 });
    const said = this.huiyin(
      "office", "init", "--data", this.officeData, "--rules", county,
      "--recovery", join(this.folder, "keys", "recovery"), "--text-key", this.textKey);
    writeFileSync(join(this.folder, "keys", "recovery-code.txt"), said, { mode: 0o600 });
  }

  /** Starts the office on these ports (0: any); `unlocked` gives it the text key at once. */
  async startOffice({ devicePort = 0, webPort = 0, unlocked }) {
    const args = ["--data", this.officeData, "--rules", county, "--device-port", `${devicePort}`, "--web-port", `${webPort}`];
    if (unlocked) args.push("--text-key-file", this.textKey);
    const line = await start(this.folder, "office", this.program("huiyin-server"), args);
    const [, device, web] = /devices=\S+:(\d+)\s+web=(\S+)/.exec(line) ?? [];
    if (!device) throw new Error(`the office's ready line is "${line}"`);
    this.devicePort = Number(device);
    this.origin.office = web.replace(/\/$/, "");
    return this.origin.office;
  }

  async startKiosk(number, port = 0) {
    const line = await start(this.folder, `kiosk-${number}`, this.program("huiyin-kiosk"), [
      "--data", this.kioskData(number), "--port", `${port}`]);
    const origin = /ready (http:\/\/\S+)/.exec(line)?.[1];
    if (!origin) throw new Error(`the kiosk's ready line is "${line}"`);
    this.origin.kiosks[number] = origin.replace(/\/$/, "");
    return new Kiosk(this.origin.kiosks[number]).load();
  }

  /** What the office hands out for a kiosk at this site: its line, by way of the link's port, and the staff's PIN. */
  async enrolSheet(office, { name, area }, linkPort) {
    const { line, staff_pin: staffPin } = await office.post("/devices/codes", { name, area });
    return { line: line.replace(/^[^/]+/, `127.0.0.1:${linkPort}`), staffPin };
  }

  /** What `huiyin kiosk status` says about a running kiosk. */
  kioskStatus(number) {
    return JSON.parse(this.huiyin("kiosk", "status", "--data", this.kioskData(number), "--json"));
  }

  firstPassword() {
    return readFileSync(join(this.officeData, "first-password.txt"), "utf8").trim();
  }

  /** The administrator with a changed password, and a clerk who still has the first one. */
  async people(adminPassword) {
    const office = new Office(this.origin.office);
    await office.signIn("admin", this.firstPassword(), adminPassword);
    const clerk = await office.post("/people", { name: "lin", display: "林文书", role: "clerk" });
    return { office, clerkFirst: clerk.first_password };
  }

  running(name) {
    return running(this.folder, name);
  }
  stop(name, signal) {
    return stop(this.folder, name, signal);
  }
  log(name) {
    const file = join(this.folder, `${name}.log`);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }
}
