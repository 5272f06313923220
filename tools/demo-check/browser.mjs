// Debian's Chromium with a camera, axe and an ear for the console.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { root } from "./world.mjs";

const require = createRequire(join(root, "shared/web/package.json"));
const { chromium } = require("playwright-core");
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const sizes = [
  { width: 800, height: 480 },
  { width: 1920, height: 1080 },
];

const chromiumFlags = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb",
];

function chromiumPath() {
  const path = process.env.HUIYIN_CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(path)) throw new Error(`${path} is not there; tools/install browser brings it`);
  return path;
}

/** One screen as axe and a person with a ruler see it: what is wrong, in words. */
async function inspect(page, { axe }) {
  // As an expression of the debugger: the pages' content policy rightly refuses foreign scripts.
  if (axe) await page.evaluate(`${axeSource};0`);
  return page.evaluate(async (axe) => {
    const found = axe ? await globalThis.axe.run(document, { preload: false, resultTypes: ["violations"] }) : { violations: [] };
    const wrong = found.violations.map(
      ({ id, impact, nodes }) => `axe ${id} (${impact}): ${nodes.map((node) => node.target.join(" ")).join(", ")}`,
    );
    const wide = document.documentElement;
    if (wide.scrollWidth > wide.clientWidth) wrong.push(`overflow: ${wide.scrollWidth} px wide in ${wide.clientWidth}`);
    return wrong;
  }, axe);
}

/** In the page: fonts are there, the layout is painted, and no button rests after a press. */
async function settled() {
  await document.fonts.ready;
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const resting = () => document.querySelector('[aria-disabled="true"]');
  for (const end = performance.now() + 1500; resting() && performance.now() < end; ) await frame();
  await frame();
  await frame();
}

export class Studio {
  static async open(out) {
    const studio = new Studio();
    studio.out = out;
    // Pictures of an earlier run would pass for this one's.
    for (const file of readdirSync(out)) if (/^(kiosk|office|failed)-.*\.png$/.test(file)) rmSync(join(out, file));
    studio.browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags, headless: true });
    studio.version = studio.browser.version();
    return studio;
  }

  pictures = [];
  violations = [];
  consoleErrors = [];
  /** What Chromium writes by itself when an expected answer is not 2xx, or a daemon is down on purpose. */
  expectedErrors = [];
  #expected = [];

  /** A visitor of their own: nothing is shared with other pages. */
  async visitor(name) {
    const context = await this.browser.newContext({ viewport: sizes[0], reducedMotion: "reduce", locale: "zh-CN", serviceWorkers: "block" });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    const hear = (text) => {
      const entry = `${name}: ${text}`;
      if (this.#expected.some((pattern) => pattern.test(text))) this.expectedErrors.push(entry);
      else this.consoleErrors.push(entry);
    };
    page.on("console", (message) => {
      if (message.type() === "error") hear(`${message.text()} ${message.location().url ?? ""}`.trim());
    });
    page.on("pageerror", (problem) => hear(`uncaught ${problem.message}`));
    return page;
  }

  /** While `act` runs, console errors that fit `pattern` are expected; the last of them may come a moment later. */
  async expecting(pattern, act) {
    this.#expected.push(pattern);
    const answer = await act();
    await new Promise((resolve) => setTimeout(resolve, 500));
    this.#expected.splice(this.#expected.indexOf(pattern), 1);
    return answer;
  }

  /** Pictures of the present screen at every size; axe at each where the layout differs, else at the smallest. */
  async picture(page, screen, language, { scales = false } = {}) {
    for (const [index, size] of sizes.entries()) {
      await page.setViewportSize(size);
      await page.evaluate(settled);
      const file = `${screen}.${language}.${size.width}x${size.height}.png`;
      await page.screenshot({ path: join(this.out, file) });
      this.pictures.push(file);
      for (const wrong of await inspect(page, { axe: index === 0 || !scales })) this.violations.push(`${file}: ${wrong}`);
    }
    await page.setViewportSize(sizes[0]);
  }

  /** Everybody goes home: what is stopped from now on is missed by no page. */
  async leave() {
    for (const context of this.browser.contexts()) await context.close();
  }

  /** Every page as it stands when something went wrong. */
  async lastLook() {
    for (const [index, context] of this.browser.contexts().entries())
      for (const page of context.pages()) await page.screenshot({ path: join(this.out, `failed-${index + 1}.png`) });
  }

  async close() {
    await this.browser.close();
  }
}
