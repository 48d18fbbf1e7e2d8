// Dashboards, their share links, alarms and the audit log, as people use them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { login, password, Server } from "./server.js";
import { desktop, until, Visitor } from "./visitor.js";

const phone = { width: 375, height: 812 };
const live_ms = 3_000;

const visitor = new Visitor(/status of 40[149]|ERR_CONNECTION|WebSocket connection/);
let server, cookie, page;

before(async () => {
  server = await Server.start();
  cookie = await server.session();
  await visitor.start();
});

after(async () => {
  await visitor.stop();
  await server?.remove();
});

async function open(options) {
  page = await visitor.open(options);
}

beforeEach(() => open());

afterEach(() => visitor.leave());

const screenshot = (name) => visitor.screenshot(name);
const sign_in = (path = "/") => visitor.sign_in(server, path, { login, password });

// One request of the console's own interface, as its pages send it.
async function own(method, path, body) {
  const response = await fetch(`${server.url}/console/api${path}`, {
    method,
    headers: { Cookie: cookie, "X-Thingtank-Console": "1", "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

// A device with a reading every half minute.
async function make_device(title, channels, readings = 120) {
  const { location } = await server.api("POST", "/v2/feeds.json", {
    title,
    private: "true",
    location: { name: "Roof", lat: 30.7333, lon: 76.7794 },
    datastreams: channels.map(({ id, symbol }) => ({ id, unit: { symbol, label: id } })),
  });
  const id = Number(location.split("/").at(-1));
  const now = Date.now();
  for (const { id: channel, value } of channels) {
    for (let first = readings; first > 0; first -= 500) {
      const datapoints = [];
      for (let number = first; number > Math.max(0, first - 500); --number) {
        datapoints.push({ at: new Date(now - number * 30_000).toISOString(), value: value(number) });
      }
      await server.api("PUT", `/v2/feeds/${id}.json`, { datastreams: [{ id: channel, datapoints }] });
    }
  }
  return id;
}

const send = (id, values) =>
  server.api("PUT", `/v2/feeds/${id}.json`, {
    datastreams: Object.entries(values).map(([channel, value]) => ({ id: channel, current_value: value })),
  });

async function current(id, channel) {
  const { body } = await server.api("GET", `/v2/feeds/${id}/datastreams/${channel}.json`);
  return body.current_value;
}

const assert_no_sideways_scroll = () => visitor.assert_no_sideways_scroll();
const tile = (title) => page.getByRole("article", { name: title, exact: true });
const dialog = () => page.getByRole("dialog");
const press = (name) => page.getByRole("button", { name, exact: true }).click();

// What the chart says of itself: "temperature: 120 readings, 121 points drawn".
async function readings_of(title) {
  const label = await tile(title).locator(".plot").getAttribute("aria-label");
  const [, readings, points] = /(\d+) readings, (\d+) points/.exec(label ?? "") ?? [0, 0, 0];
  return { readings: Number(readings), points: Number(points) };
}

async function add_widget(kind, { title, channels, options = {} }) {
  await press("Add widget");
  await dialog().locator(".kind-choice", { hasText: kind }).first().click();
  await dialog().getByLabel("Title").fill(title);
  for (const channel of channels) {
    await dialog().locator(".found-channel", { hasText: channel }).first().locator("input").check();
  }
  for (const [label, value] of Object.entries(options)) await dialog().getByLabel(label, { exact: true }).fill(value);
  await dialog().getByRole("button", { name: "Add", exact: true }).click();
  await tile(title).waitFor();
}

const widget = (id, type, box, channels, options = {}, title = "") => ({ id, type, ...box, title, channels, options });

const make_dashboard = (name, widgets, window = { live_s: 3600 }) =>
  own("POST", "/dashboards", { name, layout: { window, widgets } });

const waves = (number) => (20 + 5 * Math.sin(number / 15)).toFixed(2);

test("a dashboard is built, dragged, saved, and is the same after a reload", async () => {
  const id = await make_device("Weather station", [
    { id: "temperature", symbol: "°C", value: waves },
    { id: "humidity", symbol: "%", value: (number) => `${50 + (number % 7)}` },
    { id: "pump", symbol: "", value: () => "0" },
  ]);
  await sign_in("/dashboards");
  await page.getByText("No dashboards yet").waitFor();
  await screenshot("dashboards-none");
  await press("Make your first dashboard");
  await dialog().getByLabel("Name").fill("Garden");
  await dialog().getByRole("button", { name: "Create" }).click();
  await page.getByText("Nothing here yet").waitFor();

  await add_widget("Line chart", { title: "Course", channels: ["temperature", "humidity"] });
  await add_widget("Value", { title: "Now", channels: ["temperature"] });
  await add_widget("Gauge", { title: "Warmth", channels: ["temperature"], options: { Minimum: "0", Maximum: "40" } });
  await add_widget("Table", { title: "All", channels: ["temperature", "humidity"] });
  await add_widget("Switch", { title: "Pump", channels: ["pump"] });
  await add_widget("Map", { title: "Where", channels: ["temperature"] });
  await tile("Where").locator("path.point").waitFor();

  const before_drag = await tile("Now").boundingBox();
  await page.mouse.move(before_drag.x + 40, before_drag.y + 20);
  await page.mouse.down();
  await page.mouse.move(before_drag.x + 40 - 400, before_drag.y + 20, { steps: 8 });
  await page.mouse.up();
  const after_drag = await tile("Now").boundingBox();
  assert.ok(after_drag.x < before_drag.x - 200, "the tile has moved to the left");
  const pushed = await tile("Course").boundingBox();
  assert.ok(pushed.y >= after_drag.y + after_drag.height, "what stood there has made room downwards");

  await press("Undo");
  await until("undone", async () => (await tile("Now").boundingBox()).x === before_drag.x);
  await press("Redo");
  await until("redone", async () => (await tile("Now").boundingBox()).x === after_drag.x);

  const corner = await tile("Pump").boundingBox();
  await page.mouse.move(corner.x + corner.width - 6, corner.y + corner.height - 6);
  await page.mouse.down();
  await page.mouse.move(corner.x + corner.width + 100, corner.y + corner.height + 50, { steps: 5 });
  await page.mouse.up();
  const wider = await tile("Pump").boundingBox();
  assert.ok(wider.width > corner.width + 50 && wider.height > corner.height + 25, "the tile has grown");

  await screenshot("dashboard-editing");
  await press("Save");
  await page.getByRole("button", { name: "Edit", exact: true }).waitFor();
  const places = () =>
    page.locator(".tile").evaluateAll((tiles) =>
      tiles.map(({ ariaLabel, offsetLeft, offsetTop, offsetWidth, offsetHeight }) => [ariaLabel, offsetLeft, offsetTop, offsetWidth, offsetHeight]),
    );
  const saved = await places();
  await page.reload();
  await tile("Where").locator("path.point").waitFor();
  assert.deepEqual(await places(), saved);

  await until("history is drawn", async () => (await readings_of("Course")).readings > 220);
  await send(id, { temperature: "31.25" });
  await tile("Now").locator(".number").filter({ hasText: "31.25" }).waitFor({ timeout: live_ms });
  await tile("Warmth").locator(".gauge-number").filter({ hasText: "31.25" }).waitFor({ timeout: live_ms });
  await tile("All").getByText("31.25 °C").waitFor({ timeout: live_ms });
  await tile("Course").locator(".legend").getByText("31.25 °C").waitFor({ timeout: live_ms });

  const knob = tile("Pump").getByRole("switch");
  await knob.click();
  assert.equal(await knob.getAttribute("aria-checked"), "true");
  await until("the value is written", async () => (await current(id, "pump")) === "1");
  await send(id, { pump: "0" });
  await until("the device's own value is shown", async () => (await knob.getAttribute("aria-checked")) === "false", live_ms);
});

test("a reconnected dashboard draws what it has missed", async () => {
  const id = await make_device("Freezer", [{ id: "cold", symbol: "°C", value: () => "-18.0" }], 10);
  const { id: board } = await make_dashboard("Cold", [widget("w1", "line", { x: 0, y: 0, w: 6, h: 5 }, [{ feed: id, channel: "cold" }])]);
  await sign_in(`/dashboards/${board}`);
  await until("history is drawn", async () => (await readings_of("cold")).readings === 10);
  await server.stop();
  await page.getByText("reconnecting…").waitFor();
  await server.restart();
  await send(id, { cold: "-17.5" });
  await send(id, { cold: "-17.0" });
  await page.locator(".state-open").waitFor({ timeout: 20_000 });
  await until("both missed readings are drawn", async () => (await readings_of("cold")).readings === 12);
});

test("21,600 readings arrive down-sampled, and dragging across looks closer", async () => {
  const { location } = await server.api("POST", "/v2/feeds.json", { title: "Mill", private: "true" });
  const id = Number(location.split("/").at(-1));
  const end = Math.floor(Date.now() / 1000);
  for (let first = 21_600; first > 0; first -= 500) {
    const datapoints = [];
    for (let number = first; number > Math.max(0, first - 500); --number) {
      datapoints.push({ at: new Date((end - number) * 1000).toISOString(), value: waves(number / 10) });
    }
    await server.api("PUT", `/v2/feeds/${id}.json`, { datastreams: [{ id: "speed", datapoints }] });
  }
  const window = { from: new Date((end - 21_600) * 1000).toISOString(), to: new Date(end * 1000).toISOString() };
  const { id: board } = await make_dashboard("Mill", [widget("w1", "line", { x: 0, y: 0, w: 12, h: 8 }, [{ feed: id, channel: "speed" }])], window);
  await sign_in(`/dashboards/${board}`);
  await until("the line is drawn", async () => (await readings_of("speed")).readings === 21_600);
  const { points } = await readings_of("speed");
  assert.ok(points > 1000 && points <= 4001, `${points} points`);
  const box = await tile("speed").locator(".u-over").boundingBox();
  await page.mouse.move(box.x + 100, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + 160, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await until("every reading of the part is drawn", async () => {
    const { readings, points: drawn } = await readings_of("speed");
    return readings > 500 && readings < 3000 && Math.abs(readings - drawn) <= 1;
  });
  await press("Reset zoom");
  await until("everything again", async () => (await readings_of("speed")).readings === 21_600);
});

test("a slider writes, and says so when it could not", async () => {
  const id = await make_device("Heating", [{ id: "target", symbol: "°C", value: () => "20" }], 2);
  const { id: board } = await make_dashboard("Heating", [widget("w1", "slider", { x: 0, y: 0, w: 4, h: 4 }, [{ feed: id, channel: "target" }], { min: 5, max: 30, step: 0.5 })]);
  await sign_in(`/dashboards/${board}`);
  const slider = tile("target").getByRole("slider");
  await until("the value is shown", async () => (await slider.inputValue()) === "20");
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await until("the value is written", async () => (await current(id, "target")) === "20.5");
  await page.route("**/console/api/value", (route) => route.fulfill({ status: 403, json: { errors: "You may not write here." } }));
  page.removeAllListeners("console"); // a 403 is what is asked for
  await page.keyboard.press("ArrowRight");
  await tile("target").getByRole("alert").filter({ hasText: "You may not write here." }).waitFor();
  assert.equal(await slider.inputValue(), "20.5");
});

test("widgets move and grow by keyboard, and unsaved changes are not lost", async () => {
  const id = await make_device("Shed", [{ id: "light", symbol: "lx", value: () => "5" }], 2);
  const { id: board } = await make_dashboard("Shed", [widget("w1", "value", { x: 0, y: 0, w: 3, h: 4 }, [{ feed: id, channel: "light" }])]);
  await sign_in(`/dashboards/${board}`);
  await press("Edit");
  const before_move = await tile("light").boundingBox();
  await tile("light").locator(".tile-handle").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowDown");
  const moved = await tile("light").boundingBox();
  assert.ok(moved.x > before_move.x && moved.height > before_move.height);
  await page.getByRole("link", { name: "Alarms" }).click();
  await dialog().getByText("will be lost").waitFor();
  await dialog().getByRole("button", { name: "Cancel" }).click();
  page.on("dialog", (asked) => asked.accept()); // the browser's own question
  await page.reload();
  await page.getByText("not saved are back").waitFor();
  assert.deepEqual(await tile("light").boundingBox().then(({ x }) => x), moved.x);
  await press("Drop them");
  await until("as it was", async () => (await tile("light").boundingBox()).x === before_move.x);
});

test("who saves second is asked whether to overwrite", async () => {
  const id = await make_device("Barn", [{ id: "light", symbol: "lx", value: () => "5" }], 2);
  const made = await make_dashboard("Barn", [widget("w1", "value", { x: 0, y: 0, w: 3, h: 4 }, [{ feed: id, channel: "light" }])]);
  await sign_in(`/dashboards/${made.id}`);
  await press("Edit");
  await tile("light").locator(".tile-handle").focus();
  await page.keyboard.press("ArrowRight");
  await own("PUT", `/dashboards/${made.id}`, { name: "Barn", version: 1, layout: { window: { live_s: 300 }, widgets: [] } });
  await press("Save");
  await dialog().getByText("Changed elsewhere").waitFor();
  await screenshot("dashboard-conflict");
  await dialog().getByRole("button", { name: "Overwrite" }).click();
  await page.getByRole("button", { name: "Edit", exact: true }).waitFor();
  const now = await own("GET", `/dashboards/${made.id}`);
  assert.equal(now.layout.widgets[0].x, 1);
  assert.equal(now.version, 3);
});

test("a share link shows values without an account, and writes nothing", async () => {
  const id = await make_device("Terrace", [
    { id: "temperature", symbol: "°C", value: () => "20.0" },
    { id: "lamp", symbol: "", value: () => "0" },
    { id: "secret", symbol: "", value: () => "4711" },
  ], 20);
  const at = (channel) => [{ feed: id, channel }];
  const { id: board } = await make_dashboard("Terrace", [
    widget("w1", "line", { x: 0, y: 0, w: 6, h: 5 }, at("temperature"), {}, "Course"),
    widget("w2", "value", { x: 6, y: 0, w: 3, h: 5 }, at("temperature"), {}, "Now"),
    widget("w3", "switch", { x: 9, y: 0, w: 3, h: 5 }, at("lamp"), {}, "Lamp"),
  ]);
  await sign_in(`/dashboards/${board}`);
  await press("Share");
  await dialog().getByRole("button", { name: "Create link" }).click();
  const url = await dialog().getByLabel("Link", { exact: true }).inputValue();
  assert.match(url, /\/share\/[\w-]{32}$/);
  await screenshot("dashboard-share");

  await open({ viewport: phone, hasTouch: true, isMobile: true });
  const writes = [];
  page.on("request", (request) => request.method() !== "GET" && writes.push(request.url()));
  const answer = await page.goto(url);
  assert.equal(answer.headers()["x-robots-tag"], "noindex, nofollow");
  assert.equal(answer.headers()["referrer-policy"], "no-referrer");
  await tile("Now").locator(".number").filter({ hasText: "20.0" }).waitFor();
  await until("history is drawn", async () => (await readings_of("Course")).readings === 20);
  await send(id, { temperature: "22.5" });
  await tile("Now").locator(".number").filter({ hasText: "22.5" }).waitFor({ timeout: 2 * live_ms });
  assert.ok(await tile("Lamp").getByRole("switch").isDisabled());
  assert.ok(!(await page.content()).includes("4711"));
  assert.deepEqual(writes, []);
  await assert_no_sideways_scroll();
  await screenshot("dashboard-shared-phone");
  const token = url.split("/").at(-1);
  const secret = await fetch(`${server.url}/share/${token}/api/series?feed=${id}&channel=secret`);
  assert.equal(secret.status, 404);
  const written = await fetch(`${server.url}/console/api/value`, {
    method: "PUT",
    headers: { "Content-Type": "application/json", "X-Thingtank-Console": "1" },
    body: JSON.stringify({ feed: `${id}`, channel: "lamp", value: "1" }),
  });
  assert.equal(written.status, 401);

  await own("DELETE", `/dashboards/${board}/share`);
  await page.getByText("was withdrawn").waitFor();
  assert.equal((await page.goto(url)).status(), 404);
  await page.getByText("Nothing to see here").waitFor();
});

test("a dashboard is exported and imported, and nothing else is taken for one", async () => {
  const id = await make_device("Orchard", [{ id: "moisture", symbol: "%", value: () => "31" }], 2);
  const { id: board } = await make_dashboard("Orchard", [widget("w1", "gauge", { x: 2, y: 0, w: 4, h: 5 }, [{ feed: id, channel: "moisture" }], { min: 0, max: 60 })]);
  await sign_in(`/dashboards/${board}`);
  await page.locator(".dashboard-tools summary").click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByText("Export as file").click()]);
  assert.equal(download.suggestedFilename(), `dashboard-${board}.json`);
  const text = await readFile(await download.path(), "utf8");
  assert.equal(JSON.parse(text).thingtank_dashboard, 1);

  await page.getByRole("link", { name: "Dashboards" }).first().click();
  const take = (content) => page.locator("input[type=file]").setInputFiles({ name: "board.json", mimeType: "application/json", buffer: Buffer.from(content) });
  page.removeAllListeners("console"); // refusals are what is asked for
  await page.getByRole("heading", { name: "Dashboards" }).waitFor();
  await take("{");
  await page.getByRole("alert").filter({ hasText: "no JSON file" }).waitFor();
  await take(JSON.stringify({ name: "x" }));
  await page.getByRole("alert").filter({ hasText: "no dashboard file" }).waitFor();
  await take(text.replace('"gauge"', '"video"'));
  await page.getByRole("alert").filter({ hasText: "widgets[0].type must be" }).waitFor();
  await take(text);
  await tile("moisture").locator(".gauge-number").filter({ hasText: "31" }).waitFor();
  assert.ok(!page.url().endsWith(`/${board}`));
});

test("a dashboard begins with all channels of a device", async () => {
  await make_device("Cellar", [
    { id: "level", symbol: "m", value: waves },
    { id: "state", symbol: "", value: () => "dry" },
  ], 60);
  await sign_in("/dashboards");
  await press("New dashboard");
  await dialog().getByLabel("Begin with").selectOption({ label: "All channels of Cellar" });
  await dialog().getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name: "Cellar" }).waitFor();
  await until("the line is drawn", async () => (await page.locator(".plot").first().getAttribute("aria-label"))?.includes("60 readings"));
  await page.getByRole("log").getByText("dry").first().waitFor();
});

test("an alarm of a trigger is acknowledged and cleared, and both are written down", async () => {
  const id = await make_device("Boiler", [{ id: "pressure", symbol: "bar", value: () => "1.0" }], 2);
  await own("POST", `/devices/${id}/triggers`, { channel: "pressure", condition: "gt", threshold: "3", severity: "critical" });
  await sign_in("/alarms");
  await page.getByText("No open alarms").waitFor();
  await send(id, { pressure: "4.2" });
  await page.reload();
  const alarm = page.getByRole("listitem").filter({ hasText: "Boiler" });
  await alarm.getByText("critical").waitFor();
  await page.locator(".count").filter({ hasText: "1" }).waitFor();
  await screenshot("alarms");
  await alarm.getByRole("button", { name: "Acknowledge" }).click();
  await alarm.getByText(`acknowledged by ${login}`).waitFor();
  await alarm.getByRole("button", { name: "Clear" }).click();
  await page.getByText("No open alarms").waitFor();
  await press("All");
  await alarm.getByText(`cleared by ${login}`).waitFor();

  await page.getByRole("link", { name: "Audit" }).click();
  await page.getByLabel("Kind of entry").selectOption("alarm");
  await page.getByText("alarm.acknowledge").waitFor();
  await page.getByText("alarm.clear").waitFor();
  await screenshot("audit");
});

for (const [name, options] of Object.entries({
  desktop: { viewport: desktop },
  dark: { viewport: desktop, colorScheme: "dark" },
  phone: { viewport: phone, hasTouch: true, isMobile: true },
})) {
  test(`a whole dashboard, ${name}`, async () => {
    const id = await make_device(`Harbour (${name})`, [
      { id: "temperature", symbol: "°C", value: waves },
      { id: "wind", symbol: "m/s", value: (number) => (4 + 2 * Math.sin(number / 7)).toFixed(1) },
      { id: "lamp", symbol: "", value: () => "1" },
      { id: "target", symbol: "°C", value: () => "21" },
      { id: "report", symbol: "", value: (number) => (number % 3 ? "calm" : "a ship has passed") },
    ], 360);
    const at = (...channels) => channels.map((channel) => ({ feed: id, channel }));
    const thresholds = [{ at: 0, level: "good" }, { at: 22, level: "warn" }, { at: 24, level: "bad" }];
    const { id: board } = await make_dashboard(`Harbour (${name})`, [
      widget("w1", "line", { x: 0, y: 0, w: 6, h: 7 }, at("temperature", "wind"), { thresholds }, "Course"),
      widget("w2", "value", { x: 6, y: 0, w: 3, h: 4 }, at("temperature"), { thresholds }, "Now"),
      widget("w3", "gauge", { x: 9, y: 0, w: 3, h: 4 }, at("temperature"), { min: 0, max: 40, thresholds }, "Warmth"),
      widget("w4", "switch", { x: 6, y: 4, w: 2, h: 3 }, at("lamp"), {}, "Lamp"),
      widget("w5", "slider", { x: 8, y: 4, w: 4, h: 3 }, at("target"), { min: 5, max: 30, step: 0.5 }, "Target"),
      widget("w6", "map", { x: 0, y: 7, w: 6, h: 7 }, at("temperature", "wind"), {}, "Where"),
      widget("w7", "table", { x: 6, y: 7, w: 6, h: 5 }, at("temperature", "wind", "target"), {}, "Everything"),
      widget("w8", "log", { x: 6, y: 12, w: 4, h: 5 }, at("report"), {}, "Report"),
      widget("w9", "text", { x: 10, y: 12, w: 2, h: 5 }, [], { text: "Call the harbour master\nabove 12 m/s." }),
      widget("w10", "line", { x: 0, y: 14, w: 6, h: 4 }, at("wind"), { colour: 3 }),
    ], { live_s: 10_800 });
    await open(options);
    await sign_in(`/dashboards/${board}`);
    await until("history is drawn", async () => (await readings_of("Course")).readings > 700);
    await tile("Where").locator("path.point").waitFor();
    await tile("Report").getByText("calm").first().waitFor();
    await assert_no_sideways_scroll();
    await screenshot(`dashboard-${name}`);
    await press("Edit");
    await press("Add widget");
    await dialog().locator(".found-channel").first().waitFor();
    await assert_no_sideways_scroll();
    await screenshot(`dashboard-add-${name}`);
    await dialog().getByRole("button", { name: "Cancel" }).click();
    for (const path of ["/dashboards", "/alarms", "/audit"]) {
      await page.goto(server.url + path);
      await page.locator(".dashboard-card, .empty, .alarm, .audit-table").first().waitFor();
      await assert_no_sideways_scroll();
      await screenshot(`${path.slice(1)}-${name}`);
    }
  });
}
