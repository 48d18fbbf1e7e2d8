// The console as people use it: Chromium, the real server, readings by HTTP and MQTT.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { login, password, run_line, Server } from "./server.js";
import { desktop, until, Visitor } from "./visitor.js";

const phone = { width: 390, height: 844 };
const live_ms = 3_000; // pushed, not polled; a second on a machine that is not overloaded

const visitor = new Visitor(/status of 40[14]|ERR_CONNECTION|WebSocket connection/);
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
const sign_in = (path = "/") => visitor.sign_in(server, path, { login, password });

async function add_device(title) {
  await page.getByRole("button", { name: /^Add (your first )?device$/ }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(title);
  await dialog.getByRole("button", { name: "Add device" }).click();
  await dialog.getByText("is ready").waitFor();
  return dialog;
}

// A device by the public API, with one reading a minute.
async function make_device(title, channels, minutes) {
  const { location } = await server.api("POST", "/v2/feeds.json", {
    title,
    private: "true",
    tags: ["test"],
    location: { name: "Roof", lat: 30.73, lon: 76.78 },
    datastreams: channels.map(({ id, symbol }) => ({ id, unit: { symbol, label: id } })),
  });
  const id = Number(location.split("/").at(-1));
  const now = Date.now();
  for (const { id: channel, value } of channels) {
    for (let start = minutes; start > 0; start -= 500) {
      const datapoints = [];
      for (let minute = start; minute > Math.max(0, start - 500); --minute) {
        datapoints.push({ at: new Date(now - minute * 60_000).toISOString(), value: value(minute) });
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

const card = (channel) => page.getByRole("article", { name: channel, exact: true });
const number_of = (channel) => card(channel).locator(".number");
const chart_of = (channel) => card(channel).locator(".chart");

// What the chart says of itself: "temperature, last 5 minutes: from 20.00 to 21.00, 5 points".
async function points_of(channel) {
  const label = await chart_of(channel).getAttribute("aria-label");
  return Number(/, (\d+) points/.exec(label ?? "")?.[1] ?? 0);
}

// The pixels of the chart; different when its line has changed.
const picture_of = (channel) => chart_of(channel).locator("canvas").evaluate((canvas) => canvas.toDataURL());

const assert_no_sideways_scroll = () => visitor.assert_no_sideways_scroll();

test("a wrong password shows what to do", async () => {
  await page.goto(server.url);
  await page.getByLabel("User name").fill(login);
  await page.getByLabel("Password").fill("wrong");
  await page.getByLabel("Password").press("Enter");
  await page.getByRole("alert").filter({ hasText: "do not match" }).waitFor();
  assert.equal(await page.getByLabel("User name").inputValue(), login);
  await screenshot("sign-in-wrong");
});

test("the login page leads back to where one wanted to go, and nowhere else", async () => {
  await page.goto(`${server.url}/admin/registry/feedrow/`);
  await page.getByLabel("User name").fill(login);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Feeds" }).waitFor();
  await visitor.context.clearCookies();
  await page.goto(`${server.url}/login/?next=https://evil.example/`);
  await page.getByLabel("User name").fill(login);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Development devices" }).waitFor();
  assert.equal(new URL(page.url()).origin, server.url);
});

test("a session that ends while a page is open leads to the login page and back", async () => {
  await sign_in();
  // What the page asks for while it opens must not meet the missing cookie: the search shall.
  await page.waitForLoadState("networkidle");
  await visitor.context.clearCookies();
  await page.getByLabel("Search devices").fill("anything");
  await page.getByLabel("Password").waitFor();
  assert.equal(new URL(page.url()).pathname, "/login/");
});

test("a device is added, and the lines that the dialog shows bring its first readings", async () => {
  await sign_in();
  await page.getByText("No devices yet").waitFor();
  await screenshot("devices-none");
  const dialog = await add_device("Balcony");
  await dialog.getByText("Waiting for the first reading").waitFor();
  await screenshot("device-added");
  const lines = await dialog.locator("pre").allTextContents();
  assert.equal(lines.length, 3);
  const [curl, mosquitto, python] = lines;
  assert.match(curl, /^curl /);
  assert.match(mosquitto, /^mosquitto_pub /);
  assert.match(python, /^import /);

  await run_line(curl);
  await dialog.getByText("It works: temperature is 21.5.").waitFor();
  await screenshot("device-first-reading");
  await dialog.getByRole("button", { name: "Open device" }).click();
  await page.getByRole("heading", { name: "Balcony" }).waitFor();
  await number_of("temperature").filter({ hasText: "21.5" }).waitFor();

  await run_line(mosquitto.replace("'21.5'", "'22.75'"));
  await number_of("temperature").filter({ hasText: "22.75" }).waitFor({ timeout: live_ms });
  await run_line(`/usr/bin/python3 - <<'END'\n${python.replace("21.5", "23.25")}\nEND`);
  await number_of("temperature").filter({ hasText: "23.25" }).waitFor({ timeout: live_ms });
  await until("the chart has all points", async () => (await points_of("temperature")) === 3);
});

test("number and chart change within a second of a reading, and a reload keeps them", async () => {
  const id = await make_device("Greenhouse", [{ id: "temperature", symbol: "°C", value: (m) => (20 + (m % 7) / 10).toFixed(2) }], 4);
  await sign_in(`/devices/${id}`);
  await until("history is shown", async () => (await points_of("temperature")) >= 3);
  const before_it = await points_of("temperature");
  const picture = await picture_of("temperature");

  await send(id, { temperature: "27.25" });
  const sent = Date.now();
  await number_of("temperature").filter({ hasText: "27.25" }).waitFor({ timeout: live_ms });
  await until("the chart has the reading", async () => (await points_of("temperature")) === before_it + 1, live_ms);
  assert.ok(Date.now() - sent < live_ms);
  await until("the line has moved", async () => (await picture_of("temperature")) !== picture, live_ms);

  const { mqtt } = server.addresses;
  const [host, port] = mqtt.split(":");
  await page.getByText("Connect this device").click();
  await page.getByRole("button", { name: "Make a key" }).click();
  await page.getByRole("button", { name: "Show key" }).click();
  const line = (await page.locator("pre").allTextContents()).find((text) => text.startsWith("mosquitto_pub"));
  assert.ok(line.includes(`-h ${host} -p ${port} `));
  await run_line(line.replace(/-m '.*'$/, "-m '26.50'"));
  await number_of("temperature").filter({ hasText: "26.50" }).waitFor({ timeout: live_ms });

  await page.reload();
  await number_of("temperature").filter({ hasText: "26.50" }).waitFor();
  await until("history has both readings", async () => (await points_of("temperature")) === before_it + 2);
});

test("the list shows last values live and finds devices by their words", async () => {
  const id = await make_device("Wine cellar", [{ id: "humidity", symbol: "%", value: () => "61.0" }], 3);
  await make_device("Attic", [{ id: "humidity", symbol: "%", value: () => "40.0" }], 1);
  await sign_in();
  const row = page.getByRole("listitem").filter({ hasText: "Wine cellar" });
  await row.getByText("61.0 %").waitFor();
  await send(id, { humidity: "63.5" });
  await row.getByText("63.5 %").waitFor({ timeout: live_ms });
  await screenshot("devices");
  await page.getByLabel("Search devices").fill("cellar");
  await page.getByText("Attic").waitFor({ state: "detached" });
  await row.waitFor();
  await page.getByLabel("Search devices").fill("no such device");
  await page.getByText("No device matches").waitFor();
});

test("ranges show what they name, and stay in the address", async () => {
  const id = await make_device("Pier", [{ id: "level", symbol: "m", value: (m) => (2 + Math.sin(m / 200)).toFixed(3) }], 1400);
  await sign_in(`/devices/${id}`);
  await until("five minutes", async () => (await points_of("level")) === 4 || (await points_of("level")) === 5);
  const least = { "30 min": 29, "1 h": 55, "6 h": 350, "1 day": 270 };
  for (const [label, count] of Object.entries(least)) {
    await page.getByRole("button", { name: label }).click();
    await until(`${label} has ${count} points`, async () => (await points_of("level")) >= count);
  }
  await page.reload();
  await page.getByRole("button", { name: "1 day", pressed: true }).waitFor();
  await until("a day is shown", async () => (await points_of("level")) >= 270);
});

test("texts are listed where numbers are drawn", async () => {
  const id = await make_device("Pump", [{ id: "state", symbol: "", value: (m) => (m % 2 ? "on" : "off") }], 4);
  await sign_in(`/devices/${id}`);
  await number_of("state").filter({ hasText: "on" }).waitFor();
  await send(id, { state: "<b>stuck</b>" });
  await number_of("state").filter({ hasText: "<b>stuck</b>" }).waitFor({ timeout: live_ms });
  await card("state").getByRole("list").getByText("<b>stuck</b>").waitFor();
  assert.equal(await page.locator("article b").count(), 0);
});

test("a text that arrives while the history is on its way stays in the list", async () => {
  const id = await make_device("Gate", [{ id: "state", symbol: "", value: () => "open" }], 2);
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const history = /datastreams\/state\.json/;
  await page.route(history, async (route) => {
    const response = await route.fetch();
    await released;
    await route.fulfill({ response });
  });
  await sign_in(`/devices/${id}`);
  await number_of("state").filter({ hasText: "open" }).waitFor();
  await send(id, { state: "jammed" });
  await number_of("state").filter({ hasText: "jammed" }).waitFor({ timeout: live_ms });
  release();
  const texts = card("state").getByRole("list").getByRole("listitem");
  await until("history and live value are listed", async () => (await texts.count()) === 3);
  assert.match(await texts.first().textContent(), /jammed/);
  await page.unroute(history);
});

test("when the server was away the page says so, comes back and shows what it missed", async () => {
  const id = await make_device("Freezer", [{ id: "temperature", symbol: "°C", value: () => "-18.0" }], 2);
  await sign_in(`/devices/${id}`);
  await until("history is shown", async () => (await points_of("temperature")) === 2);
  await server.stop();
  await page.getByText("reconnecting…").waitFor();
  await screenshot("reconnecting");
  await server.restart();
  await send(id, { temperature: "-17.5" });
  await page.locator(".state-open").waitFor({ timeout: 20_000 });
  await number_of("temperature").filter({ hasText: "-17.5" }).waitFor();
  await until("the missed reading is drawn", async () => (await points_of("temperature")) === 3);
});

// Subscribes from the page that is shown; the first message, or null if the socket is refused.
const subscribe_from_page = (url, id) =>
  page.evaluate(
    ([address, resource]) =>
      new Promise((resolve) => {
        const socket = new WebSocket(address);
        socket.onopen = () => socket.send(JSON.stringify({ method: "subscribe", resource, token: "t" }));
        socket.onmessage = (event) => resolve(JSON.parse(event.data));
        socket.onclose = () => resolve(null);
      }),
    [url.replace("http:", "ws:") + "/", `/feeds/${id}`],
  );

test("a page of another origin cannot listen with the session of the person who opened it", async () => {
  const id = await make_device("Safe", [{ id: "door", symbol: "", value: () => "1" }], 1);
  await sign_in(`/devices/${id}`);
  assert.equal((await subscribe_from_page(server.url, id)).status, 200);
  const stranger = createServer((_, response) => response.end("<!doctype html><title>stranger</title>"));
  await new Promise((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  try {
    await page.goto(`http://127.0.0.1:${stranger.address().port}/`);
    const message = await subscribe_from_page(server.url, id);
    assert.ok(message === null || [401, 403].includes(message.status), JSON.stringify(message));
  } finally {
    stranger.closeAllConnections();
    stranger.close();
  }
});

test("a device that is not there says so", async () => {
  await sign_in("/devices/999999");
  await page.getByRole("alert").waitFor();
  await page.getByRole("link", { name: "All devices" }).click();
  await page.getByRole("heading", { name: "Development devices" }).waitFor();
});

test("the login page fits a phone", async () => {
  await open({ viewport: phone, hasTouch: true, isMobile: true });
  await page.goto(server.url);
  await page.getByLabel("Password").waitFor();
  await assert_no_sideways_scroll();
  await screenshot("sign-in-phone");
});

test("signing out ends the session", async () => {
  await sign_in();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Password").waitFor();
  await page.reload();
  await page.getByLabel("Password").waitFor();
  await page.goto(`${server.url}/devices/1`);
  await page.getByLabel("Password").waitFor();
});

test("everything can be reached by keyboard", async () => {
  await page.goto(server.url);
  await page.locator("#login:focus").waitFor();
  await page.keyboard.type(login);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Development devices" }).waitFor();
  await page.getByRole("button", { name: "Add device" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

// --- the admin -------------------------------------------------------------------------------

const admin = (path) => page.goto(`${server.url}/admin/${path}`);
const told = (text) => page.getByRole("status").getByText(text).first();
const save = () => page.getByRole("button", { name: "Save", exact: true }).click();

async function make_key(label) {
  await admin("identity/keyrow/add/");
  await page.getByLabel("Label").fill(label);
  await page.getByLabel("Private access").check();
  await save();
  const text = await told("copy it now").textContent();
  return / is (\S{48}) — /.exec(text)[1];
}

const with_key = (key, path = "/v2/feeds.json") => fetch(server.url + path, { headers: { "X-ApiKey": key } });

test("a feed that is added in the admin is a device of the console", async () => {
  await sign_in();
  await page.getByRole("link", { name: "Admin" }).click();
  await page.getByRole("heading", { name: "Administration" }).waitFor();
  await screenshot("cloud-admin");
  await page.getByRole("link", { name: "Feeds", exact: true }).click();
  await page.getByRole("link", { name: "Add feed" }).first().click();
  await page.getByLabel("Title").fill("Orchard");
  await page.getByLabel("Tags").first().fill("fruit, trees");
  await page.getByLabel("Latitude").fill("47.5");
  await page.locator("[name=channelrow_set-0-name]").fill("moisture");
  await page.locator("[name=channelrow_set-0-unit_symbol]").fill("%");
  await screenshot("cloud-admin-feed-add");
  await save();
  await told("was added successfully").waitFor();
  await screenshot("cloud-admin-feeds");
  await page.getByRole("link", { name: "View site" }).click();
  await page.getByText("Orchard").click();
  await page.getByRole("heading", { name: "Orchard" }).waitFor();
  await card("moisture").waitFor();
});

test("a key made in the admin works until it is deleted there", async () => {
  await sign_in();
  const key = await make_key("Gate");
  await screenshot("cloud-admin-key-made");
  assert.equal((await with_key(key)).status, 200);
  const { location } = await server.api("POST", "/v2/feeds.json", { title: "Gate" }, key);
  assert.ok(location);
  await admin("identity/keyrow/");
  assert.ok(!(await page.content()).includes(key));
  await screenshot("cloud-admin-keys");
  await page.getByRole("link", { name: "Gate", exact: true }).click();
  await screenshot("cloud-admin-key");
  await page.getByRole("link", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Yes, I’m sure" }).click();
  await told("was deleted successfully").waitFor();
  assert.ok([401, 403].includes((await with_key(key)).status));
});

test("a key gets a new secret, and the old one ends", async () => {
  await sign_in();
  const old = await make_key("Harbour");
  await page.getByLabel("Select Harbour").check();
  await page.getByLabel("Action").selectOption("renew");
  await page.getByRole("button", { name: "Go", exact: true }).click();
  const text = await told("copy it now").textContent();
  const renewed = / is (\S{48}) — /.exec(text)[1];
  assert.notEqual(renewed, old);
  assert.equal((await with_key(renewed)).status, 200);
  assert.ok([401, 403].includes((await with_key(old)).status));
});

test("an account is made, and its person signs in but is no administrator", async () => {
  await sign_in();
  await admin("identity/accountrow/add/");
  await page.getByLabel("Login").fill("visitor");
  await page.getByLabel("Password").fill("12345678");
  await save();
  await page.getByText("too common").first().waitFor();
  await screenshot("cloud-admin-account-wrong");
  await page.getByLabel("Password").fill("a visitor of the pier");
  await save();
  await told("was added successfully").waitFor();
  await screenshot("cloud-admin-accounts");
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByLabel("User name").fill("visitor");
  await page.getByLabel("Password").fill("a visitor of the pier");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("No devices yet").waitFor(); // those of others are not listed
  assert.equal(await page.getByRole("link", { name: "Admin" }).count(), 0);
  await admin("");
  await page.getByText("You are signed in as visitor").waitFor();
  await screenshot("sign-in-other");
});

for (const [name, options] of Object.entries({
  desktop: { viewport: desktop },
  "desktop-dark": { viewport: desktop, colorScheme: "dark" },
  phone: { viewport: phone, hasTouch: true, isMobile: true },
})) {
  test(`a weather station, ${name}`, async () => {
    const day = (minute) => Math.sin(((1440 - minute) / 1440) * 2 * Math.PI);
    const id = await make_device(
      `Weather station (${name})`,
      [
        { id: "temperature", symbol: "°C", value: (m) => (18 + 6 * day(m) + ((m * 7919) % 13) / 40).toFixed(2) },
        { id: "humidity", symbol: "%", value: (m) => (60 - 18 * day(m) + ((m * 104729) % 11) / 10).toFixed(1) },
      ],
      1439,
    );
    await open(options);
    await sign_in(`/devices/${id}?range=1day`);
    await until("a day is shown", async () => (await points_of("humidity")) > 270);
    await page.getByText("Connect this device").click();
    await page.getByRole("button", { name: "Make a key" }).click();
    await page.locator("pre").first().waitFor();
    await assert_no_sideways_scroll();
    await screenshot(`device-${name}`);
    await page.goto(`${server.url}/admin/registry/feedrow/${id}/change/`);
    await page.getByLabel("Title").waitFor();
    await assert_no_sideways_scroll();
    await screenshot(`cloud-admin-feed-${name}`);
    await page.goto(`${server.url}/admin/identity/keyrow/`);
    await assert_no_sideways_scroll();
    await screenshot(`cloud-admin-keys-${name}`);
    await page.goto(server.url);
    await page.getByText(`Weather station (${name})`).waitFor();
    await assert_no_sideways_scroll();
    await screenshot(`devices-${name}`);
    await add_device(`Shed (${name})`);
    await assert_no_sideways_scroll();
    await screenshot(`added-${name}`);
  });
}
