// What the browser tests of the office page share: the browser, one page at a fake office, axe.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { startOffice } from '../web-office/fake_office.mjs';
import { require } from '../web-office/page.mjs';

const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export function launch() {
  return chromium.launch({
    executablePath: process.env.HUIYIN_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--font-render-hinting=none',
    ],
  });
}

// The browser itself reports every refused call; those the tests provoke are not faults of the page.
const kRefused = /Failed to load resource.*status of (401|409|410|422|423|429)/;
const kOffline = /Failed to load resource: net::ERR_/;

/** One person at one browser window. */
export class Visit {
  static async begin(
    browser,
    pages,
    { width = 1440, height = 900, locale = 'zh-CN', ...more } = {},
  ) {
    const office = await startOffice({ pages });
    const context = await browser.newContext({
      viewport: { width, height },
      locale,
      // No answer may come out of a cache or from anywhere else.
      serviceWorkers: 'block',
      ...more,
    });
    const page = await context.newPage();
    const visit = new Visit(office, context, page);
    page.on('pageerror', (error) => visit.errors.push(String(error)));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      if (kRefused.test(text) || kOffline.test(text)) return;
      visit.errors.push(text);
    });
    page.setDefaultTimeout(8000);
    await page.goto(office.url);
    await visit.at('name').waitFor();
    return visit;
  }

  constructor(office, context, page) {
    Object.assign(this, { office, context, page, errors: [], faults: [] });
  }

  at(test) {
    return this.page.locator(`[data-test="${test}"]`);
  }

  async signIn(name = 'zhoumin', password = 'huiyin-demo-1') {
    await this.at('name').fill(name);
    await this.at('password').fill(password);
    await this.at('sign-in').click();
  }

  async openCase(id) {
    await this.page.evaluate((hash) => (location.hash = hash), `#/inbox/${id}`);
    await this.page.locator(`article[aria-label*="${id.slice(0, 4)} ${id.slice(4, 8)}"]`).waitFor();
  }

  /** Changes something behind the page's back, and waits until its poll has seen it. */
  async meanwhile(change) {
    change(this.office);
    await this.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  }

  async axe(where) {
    await this.page
      .evaluate((source) => window.axe ?? (0, eval)(source), axe)
      .catch(async () => {
        // The page's own policy forbids eval, as it should: the tool goes in beside it.
        await this.page.evaluate(axe);
      });
    const violations = await this.page.evaluate(async () => {
      const result = await window.axe.run(document, { resultTypes: ['violations'] });
      return result.violations.map(
        (v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(' | ')}`,
      );
    });
    this.faults.push(...violations.map((v) => `${where}: axe ${v}`));
  }

  async fits(where) {
    const wide = await this.page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= width) return [];
      return [...document.querySelectorAll('body *')]
        .filter((e) => e.getBoundingClientRect().right > width + 1)
        .slice(0, 5)
        .map((e) => `${e.tagName}.${e.getAttribute('class')}`);
    });
    this.faults.push(...wide.map((e) => `${where}: wider than the window: ${e}`));
  }

  async end() {
    await this.context.close();
    await this.office.close();
    assert.deepEqual([...this.errors, ...this.faults], [], 'errors and faults');
  }
}
