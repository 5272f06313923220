// The kiosk's touch page as a resident walks through it. The data-test names are those of
// kiosk/web/README.md. Buttons rest for a moment after each press; Playwright waits for that.

export class KioskWalk {
  constructor(studio, page, origin) {
    this.studio = studio;
    this.page = page;
    this.origin = origin;
  }

  /** The kiosk's screens are one layout that scales. */
  #picture(screen, language) {
    return this.studio.picture(this.page, `kiosk-${screen}`, language, { scales: true });
  }

  at(test) {
    return this.page.locator(`[data-test="${test}"]`);
  }
  press(test) {
    return this.at(test).click();
  }

  /** From any screen with the two head keys to the same screen in another language. */
  async pick(language) {
    await this.press("language");
    await this.press(`language-${language}`);
    await this.page.waitForFunction((wanted) => document.documentElement.lang.startsWith(wanted), language);
  }

  /**
   * Pictures in Chinese and English; the page is in Chinese before and after. Choosing a language
   * on a side way leads back to where it started, so `opener` goes there again.
   */
  async pictures(screen, { opener } = {}) {
    await this.#picture(screen, "zh");
    await this.pick("en");
    if (opener) await this.#pressForAnotherTitle(opener);
    await this.#picture(screen, "en");
    await this.pick("zh");
    if (opener) await this.#pressForAnotherTitle(opener);
  }

  async #pressForAnotherTitle(test) {
    const before = await this.page.locator("h1").innerText();
    await this.press(test);
    await this.page.waitForFunction((words) => ![words, undefined].includes(document.querySelector("h1")?.innerText), before);
  }

  /** Staff paste the line on a machine that belongs to no office yet. */
  async enrol(line) {
    await this.page.goto(`${this.origin}/`);
    await this.at("enrol-line").waitFor();
    await this.pictures("00-set-up");
    await this.at("enrol-line").fill(line);
    await this.press("enrol");
    await this.at("start").waitFor();
  }

  async begin(language, { pictures } = {}) {
    if (!this.page.url().startsWith(this.origin)) await this.page.goto(`${this.origin}/`);
    await this.at("start").waitFor();
    if (pictures) await this.#picture("01-attract", "zh");
    await this.press("start");
    if (pictures) await this.#languageScreens();
    await this.press(`language-${language}`);
    await this.at("task-say").waitFor();
  }

  async #languageScreens() {
    await this.at("language-zh").waitFor();
    await this.#picture("02-language", "zh");
    await this.press("language-en");
    await this.at("task-say").waitFor();
    await this.press("language");
    await this.at("language-zh").waitFor();
    await this.#picture("02-language", "en");
  }

  /** The card of a category, on whichever page of the list it stands. */
  async #category(code) {
    const card = this.at(`category-${code}`);
    await this.page.locator('[data-test^="category-"]').first().waitFor();
    for (let turned = 0; turned < 10 && !(await card.count()); ++turned) await this.press("more");
    await card.click();
  }

  /** Leaves a report; returns the 20 digits that the page shows. */
  async tell({ category, feeling, text, language }, { pictures = false } = {}) {
    const look = async (screen) => pictures && this.pictures(screen);
    await this.begin(language, { pictures });
    await look("03-home");
    if (pictures) await this.#help();
    await this.press("task-say");
    await this.#category(category);
    await look("05-category");
    await this.press("next");
    await this.press(`feeling-${feeling}`);
    await look("06-feeling");
    await this.press("next");
    await this.at("text").fill(text);
    await look("07-text");
    await this.press("next");
    await this.at("recap-text").waitFor();
    await look("08-confirm");
    if (pictures) await this.#almostDropped();
    await this.press("send");
    await this.at("receipt-digits").waitFor();
    await look("10-receipt");
    const digits = (await this.at("receipt-digits").innerText()).replace(/\D/g, "");
    if (pictures) await this.#keep();
    await this.press("have-it");
    await this.at("start").waitFor();
    if (digits.length !== 20) throw new Error(`the receipt shows ${digits.length} digits`);
    return digits;
  }

  async #help() {
    await this.press("help");
    await this.at("back").waitFor();
    await this.pictures("04-help", { opener: "help" });
    await this.press("back");
    await this.at("task-say").waitFor();
  }

  async #almostDropped() {
    await this.press("drop");
    await this.at("drop-no").waitFor();
    await this.pictures("09-drop", { opener: "drop" });
    await this.press("drop-no");
    await this.at("send").waitFor();
  }

  async #keep() {
    await this.press("home");
    await this.at("back").waitFor();
    await this.pictures("11-keep", { opener: "home" });
  }

  /** The daemon is gone: the page says so by itself. */
  async lost() {
    await this.page.waitForFunction(() => !document.querySelector("button"), null, { timeout: 15_000 });
    await this.#picture("12-lost", "zh");
  }

  async #typeCode(digits) {
    await this.press("pad-clear");
    for (const digit of digits) await this.press(`pad-${digit}`);
  }

  /** Types a code that cannot be right; returns all words of the screen that answers. */
  async mistype(digits) {
    await this.begin("zh");
    await this.press("task-hear");
    await this.at("code").waitFor();
    await this.pictures("13-code");
    await this.#typeCode(digits);
    await this.#pressForAnotherTitle("open");
    await this.pictures("14-mistyped", { opener: "open" });
    return this.page.locator("main").innerText();
  }

  /** A code that fits but that nobody holds; returns the words of the screen that answers. */
  async unknown(digits) {
    await this.#typeCode(digits);
    await this.press("open");
    await this.at("no-answer").waitFor();
    await this.pictures("15-no-answer");
    const words = await this.at("no-answer").innerText();
    await this.press("back");
    await this.at("code").waitFor();
    return words;
  }

  /** Opens the answer, reads it to its end, and returns its text. */
  async openAnswer(digits) {
    await this.#typeCode(digits);
    await this.press("open");
    const text = await this.at("answer-text").innerText();
    await this.pictures("16-answer");
    while (await this.at("read-on").count()) await this.press("read-on");
    return text;
  }

  /** Opens an answer that was corrected, reads it, and goes; returns all words of its screens. */
  async openCorrected(digits) {
    await this.begin("zh");
    await this.press("task-hear");
    await this.at("code").waitFor();
    await this.#typeCode(digits);
    await this.press("open");
    await this.at("answer-text").waitFor();
    await this.pictures("20-corrected");
    const words = [await this.page.locator("main").innerText()];
    while (await this.at("read-on").count()) {
      await this.press("read-on");
      words.push(await this.at("answer-text").innerText());
    }
    await this.press("home");
    await this.press("leave");
    await this.at("start").waitFor();
    return words.join("\n");
  }

  async #staffPictures(screen) {
    for (const [language, other] of [["zh", "en"], ["en", "zh"]]) {
      await this.#picture(screen, language);
      await this.press("language");
      await this.page.waitForFunction((wanted) => document.documentElement.lang.startsWith(wanted), other);
    }
  }

  async #typePin(pin) {
    for (const digit of pin) await this.press(`pad-${digit}`);
    await this.press("enter");
  }

  /** The staff page: a wrong PIN, then the right one; returns what the page says to each. */
  async staff(pin) {
    await this.page.goto(`${this.origin}/staff`);
    await this.at("pad-0").waitFor();
    await this.#staffPictures("21-staff-pin");
    const before = await this.page.locator("main").innerText();
    await this.#typePin(pin.slice(0, 5) + ((Number(pin[5]) + 1) % 10));
    await this.page.waitForFunction((words) => document.querySelector(".pin__wrong") !== null && document.querySelector("main").innerText !== words, before);
    const refused = await this.page.locator(".pin__wrong").innerText();
    await this.#typePin(pin);
    await this.at("gauges").waitFor();
    await this.#staffPictures("22-staff");
    const board = await this.page.locator("main").innerText();
    await this.press("lock");
    await this.at("pad-0").waitFor();
    await this.page.goto(`${this.origin}/`);
    return { refused, board };
  }

  async rate(solved, stars) {
    await this.press("next");
    await this.press(`solved-${solved}`);
    await this.pictures("17-solved");
    await this.press("next");
    await this.press(`star-${stars}`);
    await this.pictures("18-rating");
    await this.press("send-rating");
    await this.at("finish").waitFor();
    await this.pictures("19-thanks");
    await this.press("finish");
    await this.at("start").waitFor();
  }
}
