// The admin as staff uses it: Chromium, a real site over HTTP, at the desk and on a phone.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, test } from "node:test";
import { desktop, Visitor } from "./visitor.js";

const phone = { width: 390, height: 844 };
const ready_timeout_ms = 30_000;
const shots = process.env.THINGTANK_SCREENSHOTS;

const visitor = new Visitor();
let site, url, page;

function start_site() {
  const binary = process.env.ADMIN_SITE_BIN;
  if (!binary) throw new Error("ADMIN_SITE_BIN must name the program admin_site");
  site = spawn(binary, [], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the site was not ready in time")), ready_timeout_ms);
    site.once("exit", (code) => reject(new Error(`the site ended with status ${code}`)));
    createInterface({ input: site.stdout }).on("line", (line) => {
      if (!line.startsWith("ready ")) return;
      clearTimeout(timer);
      resolve(`http://${line.slice(6).replace(/^http:\/\//, "").replace(/\/$/, "")}`);
    });
  });
}

before(async () => {
  url = await start_site();
  await visitor.start();
});

after(async () => {
  await visitor.stop();
  if (site?.exitCode === null) {
    const exited = new Promise((resolve) => site.once("exit", resolve));
    site.kill("SIGTERM");
    await exited;
  }
});

afterEach(() => visitor.leave());

async function open(options) {
  page = await visitor.open(options);
}

async function sign_in(options) {
  await open(options);
  await page.goto(`${url}/admin/`);
  await page.getByLabel("Username").fill("admin");
  await page.getByLabel("Password").fill("right-pony");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Site administration" }).waitFor();
}

async function screenshot(name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  // A window as high as the page, so that what sticks to the window's foot lies at the page's.
  const size = page.viewportSize();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: size.width, height: Math.max(size.height, height) });
  await page.screenshot({ path: join(shots, `admin-${name}.png`) });
  await page.setViewportSize(size);
}

const go = (path) => page.goto(`${url}/admin/${path}`);
const message = (text) => page.getByRole("status").getByText(text).waitFor();
const rows = () => page.locator("#result_list tbody tr");
const names = () => page.locator("#result_list tbody th a").allTextContents();

// Nothing is wider than the screen.
async function fits() {
  const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(width <= 0, `${width} px wider than the screen`);
}

async function fill_reading(timestamp) {
  await page.getByLabel("Timestamp").fill(timestamp);
  await page.getByLabel("Temperature").fill("21.5");
  await page.getByLabel("Lat").fill("30.73");
  await page.getByLabel("Lon").fill("76.78");
}

test("a stranger signs in, with a wrong password first", async () => {
  await open();
  await go("");
  await screenshot("login");
  await page.getByLabel("Username").fill("admin");
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByText("Please enter the correct username and password").waitFor();
  await screenshot("login-wrong");
});

for (const [where, viewport] of [["desktop", desktop], ["phone", phone]]) {
  const options = { viewport, hasTouch: where === "phone" };

  test(`a row is added with each of the three buttons (${where})`, async () => {
    await sign_in(options);
    await screenshot(`index-${where}`);
    await fits();
    await page.getByRole("link", { name: "Add temperature data" }).click();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Please correct the errors below.").waitFor();
    await screenshot(`errors-${where}`);
    await fits();
    await fill_reading("morning");
    await page.getByRole("button", { name: "Save and add another" }).click();
    await message("The temperature data “morning” was added successfully. You may add another temperature data below.");
    await fill_reading("noon");
    await page.getByRole("button", { name: "Save and continue editing" }).click();
    await message("The temperature data “noon” was added successfully. You may edit it again below.");
    await page.getByLabel("Temperature").fill("30");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await message("The temperature data “noon” was changed successfully.");
    await page.getByRole("link", { name: "noon" }).first().click();
    await page.getByRole("link", { name: "History" }).click();
    await page.getByText("Changed Temperature.").waitFor();
    await screenshot(`history-${where}`);
    await fits();
    await page.getByRole("link", { name: "Home" }).click();
    await page.locator(".recent").getByText("noon").first().waitFor();
    await screenshot(`recent-${where}`);
  });

  test(`stations are searched, filtered, sorted and paged (${where})`, async () => {
    await sign_in(options);
    await go("weather/station/");
    assert.equal(await rows().count(), 10);
    await fits();
    await screenshot(`list-${where}`);
    await page.keyboard.press("/");
    await page.keyboard.type("ridge");
    await page.keyboard.press("Enter");
    await page.getByText("3 results").waitFor();
    assert.deepEqual(await names(), ["Ridge 1", "Ridge 2", "Ridge 3"]);
    await page.getByRole("link", { name: "24 total" }).click();
    const panel = page.getByRole("complementary", { name: "Filter" });
    if (where === "phone") await panel.getByRole("heading", { name: "Filter" }).click();
    await panel.getByRole("link", { name: /^indoors/ }).click();
    await page.getByText("6 stations").first().waitFor();
    await screenshot(`filtered-${where}`);
    if (where === "desktop") {
      await page.getByRole("link", { name: /^Elevation/ }).click();
      await page.getByRole("link", { name: /^Elevation/ }).click();
      assert.equal((await names())[0], "School yard 3");
      await page.getByRole("link", { name: "Exposure" }).click();
      assert.equal(await page.locator(".priority").count(), 2);
      await screenshot("sorted");
    }
    await go("weather/station/?o=1");
    await page.getByRole("link", { name: "Page 3" }).click();
    assert.equal(await rows().count(), 4);
  });

  test(`chosen rows are deleted, after a question (${where})`, async () => {
    await sign_in(options);
    await go("weather/owner/add/");
    for (const name of ["Xenia", "Yann"]) {
      await page.getByLabel("Name").fill(name);
      await page.getByRole("button", { name: "Save and add another" }).click();
      await message(`The owner “${name}” was added successfully.`);
    }
    await go("weather/owner/");
    await page.getByLabel("Select Xenia").check();
    await page.getByLabel("Select Yann").check();
    await page.getByText("2 of 5 selected").waitFor();
    await screenshot(`chosen-${where}`);
    await page.getByLabel("Action:").selectOption({ label: "Delete selected owners" });
    await page.getByRole("button", { name: "Go" }).click();
    await page.getByRole("heading", { name: "Are you sure?" }).waitFor();
    await fits();
    await screenshot(`delete-${where}`);
    await page.getByRole("button", { name: "Yes, I’m sure" }).click();
    await message("Successfully deleted 2 owners.");
    assert.equal(await rows().count(), 3);
  });

  test(`a station is edited with its readings (${where})`, async () => {
    await sign_in(options);
    await go("weather/station/");
    await page.getByRole("link", { name: "Harbour 1" }).click();
    await screenshot(`station-${where}`);
    await fits();
    await page.locator("[data-inline-add]").click();
    const value = page.getByLabel("Value").or(page.locator("[name='reading_set-4-value']"));
    await value.last().waitFor();
    await page.locator("[name='reading_set-4-value']").fill("99.5");
    await page.getByRole("button", { name: "Save and continue editing" }).click();
    await message("The station “Harbour 1” was changed successfully. You may edit it again below.");
    assert.equal(await page.locator("[name='reading_set-3-value']").inputValue(), "99.5");
    await page.locator("[name='reading_set-3-DELETE']").check();
    await page.getByRole("button", { name: "Save and continue editing" }).click();
    await message("The station “Harbour 1” was changed successfully.");
  });
}

test("tags are chosen from two lists", async () => {
  await sign_in();
  await go("weather/station/?q=Valley+1");
  await page.getByRole("link", { name: "Valley 1" }).click();
  await page.getByLabel("Filter Available tags").fill("mount");
  await page.getByLabel("Available tags", { exact: true }).selectOption("mountain");
  await page.getByRole("button", { name: "Choose" }).click();
  await screenshot("double-list");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await message("The station “Valley 1” was changed successfully.");
  await page.getByRole("link", { name: "Valley 1" }).click();
  assert.deepEqual(await page.getByLabel("Chosen tags", { exact: true }).locator("option").allTextContents(), ["mountain"]);
});

test("a station is found as one types", async () => {
  await sign_in();
  await go("weather/reading/add/");
  await page.getByRole("combobox", { name: "Station" }).fill("summ");
  await page.getByRole("option", { name: "Summit 2" }).waitFor();
  await screenshot("autocomplete");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByLabel("Value").fill("7");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await message("The reading “7.0” was added successfully.");
});

test("a related row is added in its own window", async () => {
  await sign_in();
  await go("weather/station/add/");
  const [popup] = await Promise.all([
    visitor.context.waitForEvent("page"),
    page.getByRole("link", { name: "Add another Owner" }).click(),
  ]);
  await popup.getByLabel("Name").fill("Zoe");
  await popup.getByRole("button", { name: "Save", exact: true }).click();
  await page.waitForFunction(() => document.getElementById("id_owner").selectedOptions[0]?.text === "Zoe");
});

test("a user is made in two steps", async () => {
  await sign_in();
  await go("auth/user/add/");
  await page.getByLabel("Username").fill("zoe");
  await page.getByLabel("Password", { exact: true }).fill("brave-horse");
  await page.getByLabel("Password confirmation").fill("brave-horse");
  await screenshot("user-add");
  await page.getByRole("button", { name: "Save and continue" }).click();
  await message("The user “zoe” was added successfully. You may edit it again below.");
  await screenshot("user");
  assert.equal(await page.getByText("pbkdf2").count(), 0);
});

test("in the dark", async () => {
  await sign_in({ viewport: desktop, colorScheme: "dark" });
  await go("weather/station/");
  await screenshot("list-dark");
  await page.getByRole("link", { name: "Harbour 1" }).click();
  await screenshot("station-dark");
});

test("without scripts", async () => {
  await open({ viewport: desktop, javaScriptEnabled: false });
  await go("");
  await page.getByLabel("Username").fill("admin");
  await page.getByLabel("Password").fill("right-pony");
  await page.getByRole("button", { name: "Log in" }).click();
  await go("weather/tag/");
  await page.getByLabel("Select coast").check();
  await page.getByLabel("Action:").selectOption({ label: "Delete selected tags" });
  await page.getByRole("button", { name: "Go" }).click();
  await page.getByRole("button", { name: "Yes, I’m sure" }).click();
  await message("Successfully deleted 1 tag.");
  await go("weather/reading/1/change/");
  await screenshot("without-scripts");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await message("was changed successfully.");
});

test("the documentation", async () => {
  await sign_in();
  await page.getByRole("link", { name: "Documentation" }).click();
  await page.getByRole("link", { name: /Models/ }).click();
  await page.getByRole("link", { name: "Station" }).click();
  await page.getByText("Metres above the sea.").waitFor();
  await screenshot("documentation");
});
