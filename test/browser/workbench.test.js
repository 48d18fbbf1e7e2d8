// The workbench of a device and the pages that manage products, as people use them: Chromium, the
// real server, requests by HTTP, webhooks that really arrive.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { login, password, Server } from "./server.js";
import { desktop, until, Visitor } from "./visitor.js";

const phone = { width: 375, height: 812 };
const live_ms = 3_000;

const visitor = new Visitor(/status of 4\d\d|ERR_CONNECTION|WebSocket connection/);
let server, page;

before(async () => {
  server = await Server.start();
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
const assert_no_sideways_scroll = () => visitor.assert_no_sideways_scroll();
const sign_in = (path = "/") => visitor.sign_in(server, path, { login, password });

const dialog = () => page.getByRole("dialog");
const panel = (name) => page.getByRole("region", { name, exact: true });
const press = (name, place = page) => place.getByRole("button", { name, exact: true }).click();

// Adds a device through the page and opens it.  Its number and key.
async function add_device(title, privacy = "Private device") {
  await page.getByRole("button", { name: /^Add (your first )?device$/ }).click();
  await dialog().getByLabel("Device name").fill(title);
  await dialog().getByText(privacy, { exact: true }).click();
  await press("Add device", dialog());
  await dialog().getByText("is ready").waitFor();
  const [id, key] = await dialog().locator(".facts code").allTextContents();
  await press("Open device", dialog());
  await page.getByRole("heading", { name: title }).waitFor();
  return { id: Number(id), key };
}

async function add_channel(id, fields = {}) {
  await press("Add channel");
  await dialog().getByLabel("Channel ID").fill(id);
  for (const [label, text] of Object.entries(fields)) await dialog().getByLabel(label, { exact: true }).fill(text);
  await press("Add channel", dialog());
  await page.getByRole("article", { name: id, exact: true }).waitFor();
}

const number_of = (channel) => page.getByRole("article", { name: channel, exact: true }).locator(".number");

// One request of a device; the status of the answer.
async function send(id, key, body, { method = "PUT", path = `/v2/feeds/${id}.json` } = {}) {
  const response = await fetch(server.url + path, {
    method,
    headers: { "X-ApiKey": key, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  await response.text();
  return response.status;
}

const reading = (id, value) => ({ datastreams: [{ id, current_value: value }] });

// Somebody who receives webhooks; `received` are their bodies.
async function open_receiver() {
  const received = [];
  const receiver = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    received.push({ headers: request.headers, body });
    response.end("thank you");
  });
  await new Promise((done) => receiver.listen(0, "127.0.0.1", done));
  const close = () => {
    receiver.closeAllConnections();
    receiver.close();
  };
  return { url: `http://127.0.0.1:${receiver.address().port}/hook`, received, close };
}

test("from nothing to a device with a channel and a value that arrives", async () => {
  await sign_in();
  await page.getByText("Start developing devices").waitFor();
  await screenshot("develop-empty");
  await page.getByRole("button", { name: "Add your first device" }).click();
  await dialog().getByLabel("Device name").fill("Greenhouse");
  await screenshot("develop-add");
  await press("Add device", dialog());
  await dialog().getByText("is ready").waitFor();
  await press("Open device", dialog());
  await page.getByText("Add channels to your device").waitFor();
  await panel("Request log").getByText("Waiting for requests").waitFor();
  await screenshot("device-empty");

  await add_channel("temperature", { Symbol: "°C", Unit: "Celsius", Tags: "roof, outdoor" });
  await page.getByText("outdoor, roof").waitFor();
  const id = Number(/\d+$/.exec(page.url())[0]);
  const keys = panel("API keys");
  await keys.getByRole("button", { name: /^Show the key/ }).click();
  await keys.locator(".secret").filter({ hasNotText: "•" }).waitFor();
  const key = await keys.locator(".secret").textContent();
  assert.equal(await send(id, key, reading("temperature", "21.50")), 200);
  await number_of("temperature").filter({ hasText: "21.50" }).waitFor({ timeout: live_ms });
  await page.locator(".channel .unit").getByText("°C").waitFor();
});

test("a channel whose ID cannot be is refused beside its field", async () => {
  await sign_in();
  await add_device("Attic");
  await press("Add channel");
  await dialog().getByLabel("Channel ID").fill("a b");
  await press("Add channel", dialog());
  await dialog().locator(".field", { hasText: "Channel ID" }).getByRole("alert").filter({ hasText: "without spaces" }).waitFor();
  await page.keyboard.press("Escape");
  await dialog().waitFor({ state: "detached" });
});

test("a trigger is made, tested and fires, and its webhook lands", async () => {
  const receiver = await open_receiver();
  try {
    await sign_in();
    const { id, key } = await add_device("Boiler");
    await add_channel("temperature", { "Current value": "20" });
    await press("Add trigger");
    await dialog().getByLabel("Condition").selectOption("gt");
    await dialog().getByLabel("Value", { exact: true }).fill("30");
    await press("Add trigger", dialog());
    await dialog().getByRole("alert").filter({ hasText: "blank" }).first().waitFor(); // no destination yet
    await dialog().getByLabel("POST to this address").fill(receiver.url);
    await screenshot("trigger-form");
    await press("Add trigger", dialog());
    const row = panel("Triggers").getByRole("listitem").filter({ hasText: "When temperature > 30" });
    await row.getByText(`POST ${receiver.url}`).waitFor();

    await row.getByRole("button", { name: "Send test" }).click();
    await dialog().getByText("thank you").waitFor();
    await screenshot("trigger-test");
    assert.equal(receiver.received.length, 1);
    assert.match(decodeURIComponent(receiver.received[0].body), /"debug":true/);
    await press("Close", dialog());

    assert.equal(await send(id, key, reading("temperature", "31.5")), 200);
    await until("the webhook has landed", () => receiver.received.length === 2, live_ms);
    const body = decodeURIComponent(receiver.received[1].body.replaceAll("+", " "));
    assert.match(body, /31\.5/);
    await until("the log shows the delivery", async () => {
      await row.getByRole("button", { name: "Log" }).click();
      await dialog().locator(".deliveries").waitFor();
      const count = await dialog().getByText("value 31.5").count();
      await press("Close", dialog());
      return count > 0;
    });

    await row.getByRole("button", { name: /^Edit the trigger/ }).click();
    await dialog().getByLabel("Value", { exact: true }).fill("40");
    await press("Save", dialog());
    await panel("Triggers").getByText("temperature > 40").waitFor();
    await panel("Triggers").getByRole("button", { name: /^Delete the trigger/ }).click();
    await press("Delete trigger", dialog());
    await panel("Triggers").getByText("A trigger calls an address").waitFor();
  } finally {
    receiver.close();
  }
});

test("a key that may only read reads, and its writes are refused", async () => {
  await sign_in();
  const { id, key } = await add_device("Display");
  assert.equal(await send(id, key, reading("temperature", "21.5")), 200);
  await press("Add key");
  await dialog().getByLabel("Label").fill("Wall display");
  for (const word of ["UPDATE", "CREATE", "DELETE"]) await dialog().getByLabel(word).uncheck();
  await press("Add key", dialog());
  const made = dialog().filter({ hasText: "The key is ready" });
  const secret = await made.locator(".facts code").textContent();
  await screenshot("key-made");
  await press("Done", made);
  const row = panel("API keys").getByRole("listitem").filter({ hasText: "Wall display" });
  assert.equal(await row.locator(".permissions").textContent(), "READ");
  await row.getByText("private access").waitFor();

  assert.equal(await send(id, secret, undefined, { method: "GET" }), 200);
  assert.equal(await send(id, secret, reading("temperature", "99")), 403);
  await panel("Request log").locator(".status.bad").getByText("403").waitFor({ timeout: live_ms });

  await row.getByRole("button", { name: "Delete Wall display" }).click();
  await press("Delete key", dialog());
  await row.waitFor({ state: "detached" });
  assert.equal(await send(id, secret, undefined, { method: "GET" }), 401);
});

test("the request log is live, holds still when it is paused, and shows a request whole", async () => {
  await sign_in();
  const { id, key } = await add_device("Meter");
  const log = panel("Request log");
  const rows = log.getByRole("listitem");
  assert.equal(await send(id, key, reading("power", "100")), 200);
  await rows.first().getByText("PUT").waitFor({ timeout: live_ms });
  assert.match(await rows.first().textContent(), /200.*PUT.*feed/);
  assert.equal(await send(id, key, { current_value: "101" }, { path: `/v2/feeds/${id}/datastreams/power.json` }), 200);
  await rows.filter({ hasText: "channel power" }).waitFor({ timeout: live_ms });

  await press("Pause", log);
  assert.equal(await send(id, key, undefined, { method: "GET" }), 200);
  await log.getByRole("button", { name: "Resume (1 new)" }).waitFor({ timeout: live_ms });
  assert.equal(await rows.count(), 2);
  await log.getByRole("button", { name: "Resume (1 new)" }).click();
  await rows.filter({ hasText: "GET" }).waitFor();
  assert.equal(await rows.count(), 3);

  await rows.filter({ hasText: "channel power" }).getByRole("button").click();
  await dialog().getByText('"current_value": "101"').waitFor();
  await dialog().getByText("Auto-generated").first().waitFor();
  const whole = await dialog().textContent();
  assert.ok(!whole.includes(key), "the key stays secret");
  assert.match(whole, /x-apikey: …/i);
  await screenshot("request-whole");
});

test("nothing that a device says becomes markup", async () => {
  await sign_in();
  const { id, key } = await add_device("<img src=x onerror=alert(1)>");
  const evil = "<b onmouseover=alert(2)>bold</b>";
  assert.equal(await send(id, key, { ...reading("state", evil), tags: [evil], description: evil }), 200);
  await page.reload();
  await number_of("state").getByText(evil).waitFor();
  await page.locator(".request").first().click();
  await dialog().getByText("onmouseover").first().waitFor();
  assert.equal(await page.locator("main b, main img, dialog b, dialog img").count(), 0);
});

test("title, privacy, metadata and location are edited", async () => {
  await sign_in();
  const { id, key } = await add_device("Buoy");
  await press("Edit the title");
  await page.getByLabel("Title").fill("Lake buoy");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Lake buoy" }).waitFor();

  await page.getByRole("button", { name: "Private device" }).click();
  await press("Make public", dialog());
  await page.getByRole("button", { name: "Public device" }).waitFor();

  await press("Edit metadata");
  await dialog().getByLabel("Tags").fill("water, lake");
  await dialog().getByLabel("Website").fill("javascript:alert(1)");
  await dialog().getByLabel("Description").fill("Two metres below the pier.");
  await press("Save", dialog());
  await panel("Metadata").getByText("Two metres below").waitFor();
  assert.equal(await panel("Metadata").getByRole("link").count(), 0); // a script is no website

  await press("Add location");
  await dialog().locator("tt-map .leaflet-container, tt-map.leaflet-container").waitFor();
  const map = await dialog().locator("tt-map").boundingBox();
  await page.mouse.click(map.x + map.width * 0.6, map.y + map.height * 0.4);
  await until("the press has filled in the position", async () => (await dialog().getByLabel("Latitude").inputValue()) !== "");
  await dialog().getByLabel("Name").fill("Pier");
  await dialog().getByLabel("Latitude").fill("91");
  await press("Save", dialog());
  await dialog().getByRole("alert").filter({ hasText: "-90 to 90" }).waitFor();
  await dialog().getByLabel("Latitude").fill("47.35");
  await dialog().getByLabel("Longitude").fill("8.55");
  await screenshot("location-form");
  await press("Save", dialog());
  await panel("Location").getByText("47.35000° N, 8.55000° E").waitFor();
  const { body } = await server.api("GET", `/v2/feeds/${id}.json`, undefined, key);
  assert.equal(body.title, "Lake buoy");
  assert.equal(body.private, "false");
  assert.deepEqual(body.tags, ["lake", "water"]);
  assert.equal(body.location.name, "Pier");
});

test("graphs are hidden and shown, and a channel is deleted", async () => {
  await sign_in();
  await add_device("Cellar");
  await add_channel("humidity", { "Current value": "61" });
  const chart = page.getByRole("article", { name: "humidity", exact: true }).locator(".chart");
  await chart.waitFor();
  await press("Graphs");
  await chart.waitFor({ state: "hidden" });
  await page.reload();
  await number_of("humidity").getByText("61").waitFor();
  assert.equal(await chart.isVisible(), false);
  await page.getByRole("button", { name: /^humidity/ }).click(); // one alone
  await chart.waitFor();
  await press("Graphs");
  await press("Edit humidity");
  await press("Delete channel", dialog());
  await dialog().last().getByRole("button", { name: "Delete channel" }).click();
  await page.getByRole("article", { name: "humidity", exact: true }).waitFor({ state: "detached" });
});

test("a device is deleted only by typing its name", async () => {
  await sign_in();
  const { id } = await add_device("Old shed");
  await press("Delete this device");
  await dialog().getByRole("textbox").fill("Shed");
  await press("Delete this device", dialog());
  await dialog().getByText("That is not the name.").waitFor();
  await dialog().getByRole("textbox").fill("Old shed");
  await press("Delete this device", dialog());
  await page.getByRole("heading", { name: "Development devices" }).waitFor();
  await assert.rejects(server.api("GET", `/v2/feeds/${id}.json`), /404/);
});

test("a device is deployed: a batch is made, one of it activated by its code, and listed", async () => {
  await sign_in();
  await add_device("Street lamp");
  await add_channel("power", { Unit: "Watt", Symbol: "W" });
  await press("Deploy");
  assert.equal(await dialog().getByLabel("Product name").inputValue(), "Street lamp");
  await dialog().getByLabel("Product name").fill("Street lamp, batch 1");
  await screenshot("deploy");
  await press("Add product", dialog());
  await page.getByRole("heading", { name: "Street lamp, batch 1" }).waitFor();
  await page.getByText("No devices yet.").waitFor();

  await press("Add devices");
  await dialog().getByLabel("Serial numbers").fill('Serial Number\nLAMP-1\n"LAMP-2";note\n\nLAMP-3\n');
  await press("Add devices", dialog());
  await page.getByText("Showing 3 of 3 · 0 % activated").waitFor();
  await press("Add devices");
  await dialog().getByLabel("Serial numbers").fill("LAMP-3");
  await press("Add devices", dialog());
  await dialog().getByRole("alert").filter({ hasText: "already been taken" }).waitFor();
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Show the activation code of LAMP-2" }).click();
  const code = await dialog().locator(".facts code").first().textContent();
  await press("Done", dialog());
  const activation = await fetch(`${server.url}/v2/devices/${code}/activate`);
  assert.equal(activation.status, 200);
  const { feed_id, apikey } = await activation.json();
  assert.equal(await send(feed_id, apikey, reading("power", "40")), 200);
  await page.reload();
  await page.getByText("Showing 3 of 3 · 33 % activated").waitFor();
  await screenshot("batch");
  await press("Activated");
  await page.getByText("Showing 1 of 1").waitFor();
  await press("Not activated");
  await page.getByText("Showing 2 of 2").waitFor();
  await press("All");
  await page.getByLabel("Search serial numbers").fill("amp-2");
  await page.getByText("Showing 1 of 1").waitFor();

  await page.getByRole("link", { name: "LAMP-2" }).click();
  await number_of("power").getByText("40").waitFor();
  await page.getByRole("button", { name: "Deactivate" }).click();
  await press("Deactivate", dialog());
  await page.getByText("not activated", { exact: true }).waitFor();
  assert.equal(await send(feed_id, apikey, reading("power", "41")), 401);
  await page.getByRole("link", { name: "Manage" }).click();
  await page.getByText("0 of 3 activated").waitFor();
  await screenshot("products");
});

test("the theme that was chosen stays", async () => {
  await sign_in();
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(await theme(), "light");
  await page.getByRole("button", { name: /^Colours/ }).click();
  await page.getByRole("button", { name: "Colours: light" }).click();
  assert.equal(await theme(), "dark");
  await page.reload();
  await page.getByRole("button", { name: "Colours: dark" }).waitFor();
  assert.equal(await theme(), "dark");
});

test("the navigation marks where one is, and works without a mouse", async () => {
  await sign_in();
  const current = () => page.locator('nav [aria-current="page"]').textContent();
  assert.equal(await current(), "Develop");
  await page.getByRole("link", { name: "Manage" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Products" }).waitFor();
  assert.equal(await current(), "Manage");
  await page.goBack();
  await page.getByRole("heading", { name: "Development devices" }).waitFor();
  await page.goto(`${server.url}/devices/1/nothing`);
  await page.getByText("There is no such page").waitFor();
});

for (const [name, options] of Object.entries({
  desktop: { viewport: desktop },
  dark: { viewport: desktop, colorScheme: "dark" },
  phone: { viewport: phone, hasTouch: true, isMobile: true },
})) {
  test(`the workbench, ${name}`, async () => {
    await open(options);
    await sign_in();
    const title = `Weather station (${name})`;
    const { id, key } = await add_device(title);
    const now = Date.now();
    const wave = (amount, middle) => (minute) => (middle + amount * Math.sin(minute / 9) + (minute % 5) / 10).toFixed(2);
    for (const [channel, value] of Object.entries({ temperature: wave(3, 18), humidity: wave(9, 62) })) {
      const datapoints = Array.from({ length: 60 }, (_, minute) => ({
        at: new Date(now - (60 - minute) * 60_000).toISOString(),
        value: value(minute),
      }));
      const symbol = channel === "humidity" ? "%" : "°C";
      const body = { datastreams: [{ id: channel, datapoints, unit: { symbol, label: channel } }], tags: ["roof", "demo"] };
      assert.equal(await send(id, key, body), 200);
    }
    const place = { title, description: "On the old pier.", location: { name: "Pier", lat: 47.35, lon: 8.55, disposition: "mobile" } };
    assert.equal(await send(id, key, place), 200);
    assert.equal(await send(id, key, { location: { lat: 46.95, lon: 7.45 } }), 200);
    assert.equal(await send(id, "no such key", reading("temperature", "1")), 401);
    await page.reload();
    await page.getByRole("button", { name: "1 h", exact: true }).click();
    await panel("Location").locator("tt-map.leaflet-container path.land").first().waitFor({ state: "attached" });
    await panel("Request log").locator(".status.bad").waitFor();
    await assert_no_sideways_scroll();
    await screenshot(`workbench-${name}`);
    for (const [button, picture] of [["Add channel", "channel"], ["Add key", "key"], ["Add trigger", "trigger"], ["Connect this device", "connect"], ["Edit location", "location"]]) {
      await press(button);
      await dialog().waitFor();
      if (picture === "connect") await dialog().locator("pre").first().waitFor();
      await assert_no_sideways_scroll();
      await screenshot(`${picture}-${name}`);
      await page.keyboard.press("Escape");
      await dialog().waitFor({ state: "detached" });
    }
    await page.getByRole("link", { name: "Develop" }).click();
    await page.getByRole("link", { name: title }).waitFor();
    await assert_no_sideways_scroll();
    await screenshot(`develop-${name}`);
    await page.getByRole("link", { name: "Manage" }).click();
    await page.getByRole("heading", { name: "Products" }).waitFor();
    await assert_no_sideways_scroll();
    await screenshot(`manage-${name}`);
  });
}
