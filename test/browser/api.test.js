// The console's JSON interface: who may use it, and what it answers.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { login, master_key, password, Server } from "./server.js";

let server;
before(async () => (server = await Server.start()));
after(() => server?.remove());

const json = { "Content-Type": "application/json", "X-Thingtank-Console": "1" };

async function call(method, path, { headers = {}, body, cookie } = {}) {
  const response = await fetch(`${server.url}/console/api${path}`, {
    method,
    headers: { ...headers, ...(cookie ? { Cookie: cookie } : {}) },
    body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function sign_in() {
  const answer = await call("POST", "/session", { headers: json, body: { login, password } });
  assert.equal(answer.status, 200);
  return answer.headers.get("set-cookie").split(";")[0];
}

test("signing in sets a cookie that scripts and other sites cannot use", async () => {
  const answer = await call("POST", "/session", { headers: json, body: { login, password } });
  assert.equal(answer.status, 200);
  assert.equal(answer.body.login, login);
  assert.equal(`127.0.0.1:${answer.body.mqtt_port}`, server.addresses.mqtt);
  const cookie = answer.headers.get("set-cookie");
  assert.match(cookie, /^thingtank_session=[\w-]{20,};/);
  for (const attribute of ["HttpOnly", "SameSite=Strict", "Path=/"]) assert.ok(cookie.includes(attribute));
  assert.equal(answer.headers.get("cache-control"), "no-store");
});

test("a wrong password, name or body is refused", async () => {
  const cases = [
    [401, { login, password: "wrong" }],
    [401, { login: "nobody", password }],
    [422, { login }],
    [422, { login, password: 5 }],
    [400, "{"],
    [400, "[]"],
  ];
  for (const [status, body] of cases) {
    const answer = await call("POST", "/session", { headers: json, body });
    assert.equal(answer.status, status, JSON.stringify(body));
    assert.equal(answer.headers.get("set-cookie"), null);
    assert.equal(typeof answer.body.errors, "string");
  }
});

test("without a session there is nothing to see, and an API key is no session", async () => {
  for (const path of ["/session", "/devices", "/devices/1/keys"]) {
    assert.equal((await call("GET", path)).status, 401);
    assert.equal((await call("GET", path, { headers: { "X-ApiKey": master_key } })).status, 401);
    assert.equal((await call("GET", path, { cookie: "thingtank_session=made-up" })).status, 401);
  }
});

test("a request that another site can make a browser send changes nothing", async () => {
  const cookie = await sign_in();
  const body = { title: "Forged", private: true };
  const without_header = { "Content-Type": "application/json" };
  const as_text = { "Content-Type": "text/plain", "X-Thingtank-Console": "1" };
  assert.equal((await call("POST", "/devices", { cookie, headers: without_header, body })).status, 403);
  assert.equal((await call("POST", "/devices", { cookie, headers: as_text, body })).status, 415);
  assert.equal((await call("DELETE", "/session", { cookie })).status, 403);
  assert.equal((await call("GET", "/devices?q=Forged", { cookie })).body.total, 0);
  assert.equal((await call("GET", "/session", { cookie })).status, 200);
});

test("the session cookie cannot write through the public API", async () => {
  const cookie = await sign_in();
  const { location } = await server.api("POST", "/v2/feeds.json", { title: "Guarded" });
  const path = new URL(location).pathname;
  const response = await fetch(`${server.url}${path}.json`, {
    method: "PUT",
    headers: { Cookie: cookie, "Content-Type": "text/plain", Origin: "http://127.0.0.1:3000" },
    body: '{"title":"Forged"}',
  });
  assert.ok([401, 403].includes(response.status), `status ${response.status}`);
  assert.equal((await server.api("GET", `${path}.json`)).body.title, "Guarded");
});

test("a new device comes with a key that opens it and nothing else", async () => {
  const cookie = await sign_in();
  const body = { title: "Greenhouse", private: true };
  const created = await call("POST", "/devices", { cookie, headers: json, body });
  assert.equal(created.status, 201);
  const { id, key } = created.body;
  const reading = { datastreams: [{ id: "temperature", current_value: "21.50" }] };
  await server.api("PUT", `/v2/feeds/${id}.json`, reading, key);
  const other = await call("POST", "/devices", { cookie, headers: json, body: { ...body, title: "Other" } });
  await assert.rejects(server.api("GET", `/v2/feeds/${other.body.id}.json`, undefined, key), /40[13]/);
  const keys = await call("GET", `/devices/${id}/keys`, { cookie });
  assert.deepEqual(keys.body.keys.map((entry) => entry.key), [key]);

  const { devices } = (await call("GET", "/devices?q=greenhouse", { cookie })).body;
  assert.equal(devices.length, 1);
  assert.equal(devices[0].channels, 1);
  assert.equal(devices[0].private, true);
  assert.equal(devices[0].last.channel, "temperature");
  assert.equal(devices[0].last.value, "21.50");
  assert.match(devices[0].last.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
});

test("bad devices are refused with a reason", async () => {
  const cookie = await sign_in();
  const cases = [[422, { title: "", private: true }], [422, { private: true }], [422, { title: "x", private: "yes" }]];
  for (const [status, body] of cases) {
    const answer = await call("POST", "/devices", { cookie, headers: json, body });
    assert.equal(answer.status, status, JSON.stringify(body));
  }
  assert.equal((await call("GET", "/devices/999999/keys", { cookie })).status, 404);
  assert.equal((await call("GET", "/devices?offset=-1", { cookie })).status, 400);
});

test("the list comes in pages", async () => {
  const cookie = await sign_in();
  for (const title of ["Page one", "Page two", "Page three"]) {
    await call("POST", "/devices", { cookie, headers: json, body: { title, private: false } });
  }
  const first = (await call("GET", "/devices?q=page&limit=2", { cookie })).body;
  const second = (await call("GET", "/devices?q=page&limit=2&offset=2", { cookie })).body;
  assert.equal(first.total, 3);
  assert.equal(first.devices.length, 2);
  assert.equal(second.devices.length, 1);
  const titles = [...first.devices, ...second.devices].map((device) => device.title).sort();
  assert.deepEqual(titles, ["Page one", "Page three", "Page two"]);
});

test("after signing out the cookie opens nothing", async () => {
  const cookie = await sign_in();
  const answer = await call("DELETE", "/session", { cookie, headers: json });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("set-cookie"), /^thingtank_session=; .*Max-Age=0/);
  assert.equal((await call("GET", "/session", { cookie })).status, 401);
});

test("pages and files carry the headers that protect and cache them", async () => {
  const page = await fetch(`${server.url}/devices/1`);
  assert.equal(page.status, 200);
  assert.match(page.headers.get("content-security-policy"), /^default-src 'self'/);
  const script = await fetch(`${server.url}/static/console.js`);
  assert.equal(script.headers.get("content-encoding"), "gzip");
  const etag = script.headers.get("etag");
  const again = await fetch(`${server.url}/static/console.js`, { headers: { "If-None-Match": etag } });
  assert.equal(again.status, 304);
});
