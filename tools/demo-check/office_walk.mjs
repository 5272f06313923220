// The office's pages as a clerk walks through them. The data-test names are those of
// sync-server/web/README.md.

/** The office page of one person, with pictures of each screen in both languages. */
export class OfficeWalk {
  constructor(studio, page, origin) {
    this.studio = studio;
    this.page = page;
    this.origin = origin;
  }

  at(test) {
    return this.page.locator(`[data-test="${test}"]`);
  }

  /** Pictures in Chinese and English; the page is in Chinese before and after. */
  async pictures(screen) {
    await this.studio.picture(this.page, `office-${screen}`, "zh");
    await this.page.locator('[data-test="lang"]:visible').first().click();
    await this.page.waitForFunction(() => document.documentElement.lang === "en");
    await this.studio.picture(this.page, `office-${screen}`, "en");
    await this.page.locator('[data-test="lang"]:visible').first().click();
    await this.page.waitForFunction(() => document.documentElement.lang.startsWith("zh"));
  }

  async #signIn(name, password, { pictures }) {
    await this.page.goto(`${this.origin}/`);
    await this.at("name").waitFor();
    if (pictures) await this.pictures("01-sign-in");
    await this.at("name").fill(name);
    await this.at("password").fill(password);
    await this.at("sign-in").click();
  }

  async signIn(name, password) {
    await this.#signIn(name, password, { pictures: false });
    await this.at("nav-inbox").waitFor();
  }

  async signInForTheFirstTime(name, first, password, { pictures = false } = {}) {
    await this.#signIn(name, first, { pictures });
    await this.at("new-password").waitFor();
    if (pictures) await this.pictures("02-first-password");
    // The page may still know the first password from the sign-in; only then the field is missing.
    if (await this.at("old-password").count()) await this.at("old-password").fill(first);
    await this.at("new-password").fill(password);
    await this.at("change-password").click();
    await this.at("nav-inbox").waitFor();
  }

  async inbox(ids) {
    for (const id of ids) await this.at(`case-${id}`).waitFor();
    await this.pictures("03-inbox");
  }

  /** A case while the office has no key; returns the words of the page. */
  async lockedCase(id) {
    await this.at(`case-${id}`).click();
    await this.at("sealed").waitFor();
    await this.pictures("00-locked");
    return this.page.locator("main").innerText();
  }

  /** Adds a clerk on the people page; returns the first password, which is shown once. */
  async addClerk(name, display, { pictures = false } = {}) {
    await this.at("nav-people").click();
    await this.at("person-display").fill(display);
    await this.at("person-name").fill(name);
    await this.at("person-role").selectOption("clerk");
    if (pictures) await this.pictures("10-people");
    await this.at("person-add").click();
    await this.at("first-password").waitFor();
    // Under the sheet the language key is out of reach: one language shows the sheet.
    if (pictures) await this.studio.picture(this.page, "office-11-first-sheet", "zh");
    const first = (await this.at("first-password").innerText()).trim();
    await this.at("sheet-close").click();
    await this.at(`person-${name}`).waitFor();
    return first;
  }

  /** Issues an enrolment code on the devices page; returns its line and the staff's PIN, shown once. */
  async issueCode(name, area) {
    await this.at("nav-devices").click();
    await this.at("code-name").fill(name);
    await this.at("code-area").selectOption(String(area));
    await this.pictures("14-enrol");
    await this.at("code-issue").click();
    await this.at("code-sheet").waitFor();
    await this.studio.picture(this.page, "office-15-code-sheet", "zh");
    const [line, pin] = [await this.at("code-line").innerText(), await this.at("staff-pin").innerText()];
    await this.at("sheet-close").click();
    return { line: line.trim(), pin: pin.replace(/\D/g, "") };
  }

  /** Opens the sealed text of a case; returns it as the page shows it. */
  async openText(id, { pictures = false } = {}) {
    await this.at("tab-all").click();
    await this.at(`case-${id}`).click();
    await this.at("open-text").waitFor();
    if (pictures) await this.pictures("04-case-sealed");
    await this.at("open-text").click();
    const text = await this.at("case-text").innerText();
    if (pictures) await this.pictures("05-case-open");
    return text;
  }

  async reply({ kind, unit, text }, { pictures = false } = {}) {
    await this.at(`reply-kind-${kind}`).click();
    await this.at("reply-unit").selectOption(String(unit));
    await this.at("reply-text").fill(text);
    if (pictures) await this.pictures("06-reply");
    await this.at("reply-send").click();
    await this.at("reply-sent").waitFor();
    if (pictures) await this.pictures("07-replied");
  }

  /** A second reply to the open case; the page asks before it sends a correction. */
  async correct({ kind, unit, text }) {
    await this.at(`reply-kind-${kind}`).click();
    await this.at("reply-unit").selectOption(String(unit));
    await this.at("reply-text").fill(text);
    await this.at("reply-send").click();
    await this.at("reply-confirm").waitFor();
    await this.studio.picture(this.page, "office-12-correct", "zh");
    await this.at("reply-confirm").click();
    await this.at("reply-sent").waitFor();
    await this.pictures("13-corrected");
  }

  /** The resident's rating as the page of the case shows it. */
  async rating(id) {
    await this.at("tab-all").click();
    await this.at(`case-${id}`).click();
    await this.at("rating").waitFor();
    await this.pictures("08-rated");
    return this.at("rating").innerText();
  }

  async devices(ids) {
    await this.at("nav-devices").click();
    for (const id of ids) await this.at(`device-${id}`).waitFor();
    await this.pictures("09-devices");
  }
}
