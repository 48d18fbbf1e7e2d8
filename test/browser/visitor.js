// A visitor with Chromium: opens pages, notes what goes wrong in them, takes pictures.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const desktop = { width: 1280, height: 900 };

const step_timeout_ms = 15_000;
const shots = process.env.THINGTANK_SCREENSHOTS;
const quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

// Waits until `condition` gives something true; fails with `what` after `timeout_ms`.
export async function until(what, condition, timeout_ms = step_timeout_ms) {
  const end = Date.now() + timeout_ms;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `${what} within ${timeout_ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export class Visitor {
  // `expected`: what a page may write on its console as an error.
  constructor(expected) {
    this.expected = expected;
    this.problems = [];
  }

  async start() {
    this.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", ...quiet],
    });
  }

  async stop() {
    await this.browser?.close();
  }

  // A new page without cookies; the one before is closed.
  async open(options = { viewport: desktop }) {
    await this.context?.close();
    this.context = await this.browser.newContext({ reducedMotion: "reduce", ...options });
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(step_timeout_ms);
    this.problems = [];
    this.page.on("pageerror", (error) => this.problems.push(error.message));
    this.page.on("console", (message) => {
      const is_expected = this.expected?.test(message.text());
      if (message.type() === "error" && !is_expected) this.problems.push(message.text());
    });
    return this.page;
  }

  // Fails for a script error and for what the security policy refused.
  async leave() {
    await this.context?.close();
    this.context = undefined;
    assert.deepEqual(this.problems, []);
  }

  // Signs in to the cloud's console and ends at `path` of it.
  async sign_in(server, path, { login, password }) {
    await this.page.goto(server.url + path);
    await this.page.getByLabel("User name").fill(login);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await this.page.getByText("live", { exact: true }).first().waitFor();
  }

  // The whole page, or the window if a dialog lies over it.
  async screenshot(name) {
    if (!shots) return;
    mkdirSync(shots, { recursive: true });
    const has_dialog = (await this.page.locator("dialog[open]").count()) > 0;
    // The admin's buttons, which stick to the window's foot, would lie across the picture.
    await this.page.evaluate(() => document.querySelector(".submit-row")?.style.setProperty("position", "static"));
    await this.page.screenshot({ path: join(shots, `${name}.png`), fullPage: !has_dialog });
  }

  async assert_no_sideways_scroll() {
    const [width, shown] = await this.page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    assert.ok(width <= shown, `the page is ${width} px wide, the screen ${shown} px`);
  }
}
