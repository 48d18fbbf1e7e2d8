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

const sign_in = () => server.session();

test("signing in sets a cookie that scripts and other sites cannot use", async () => {
  const answer = await server.sign_in();
  assert.equal(answer.status, 302);
  assert.equal(answer.headers.get("location"), "/");
  const cookie = answer.headers.getSetCookie().find((text) => text.startsWith("thingtank_session="));
  assert.match(cookie, /^thingtank_session=[\w-]{20,};/);
  for (const attribute of ["HttpOnly", "SameSite=Lax", "Path=/"]) assert.ok(cookie.includes(attribute), cookie);
  assert.match(answer.headers.get("cache-control"), /no-store/);

  const session = await call("GET", "/session", { cookie: cookie.split(";")[0] });
  assert.equal(session.status, 200);
  assert.equal(session.body.login, login);
  assert.equal(session.body.is_admin, true);
  assert.equal(`127.0.0.1:${session.body.mqtt_port}`, server.addresses.mqtt);
  assert.equal(session.headers.get("cache-control"), "no-store");
});

test("a wrong password or name opens nothing, and a login leads nowhere else", async () => {
  for (const [name, secret] of [[login, "wrong"], ["nobody", password]]) {
    const answer = await server.sign_in(name, secret);
    assert.equal(answer.status, 200);
    assert.ok(!answer.headers.getSetCookie().some((text) => text.startsWith("thingtank_session=")));
  }
  for (const next of ["https://evil.example/", "//evil.example/", "/%5Cevil.example"]) {
    const answer = await server.sign_in(login, password, `/login/?next=${next}`);
    assert.equal(answer.headers.get("location"), "/", next);
  }
  const back = await server.sign_in(login, password, "/login/?next=/devices/7");
  assert.equal(back.headers.get("location"), "/devices/7");
});

test("a login that another site sends is refused", async () => {
  const answer = await fetch(`${server.url}/login/`, {
    method: "POST",
    body: new URLSearchParams({ username: login, password }),
  });
  assert.equal(answer.status, 403);
  assert.ok(!answer.headers.getSetCookie().some((text) => text.startsWith("thingtank_session=")));
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
  assert.equal(keys.body.keys.length, 1);
  const secret = await call("GET", `/devices/${id}/keys/${keys.body.keys[0].id}/secret`, { cookie });
  assert.equal(secret.body.key, key);

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
  const page = await fetch(`${server.url}/`, { headers: { Cookie: cookie }, redirect: "manual" });
  assert.equal(page.headers.get("location"), "/login/?next=/");
});

test("pages and files carry the headers that protect and cache them", async () => {
  const stranger = await fetch(`${server.url}/devices/1`, { redirect: "manual" });
  assert.equal(stranger.status, 302);
  assert.equal(stranger.headers.get("location"), "/login/?next=/devices/1");
  const page = await fetch(`${server.url}/devices/1`, { headers: { Cookie: await sign_in() } });
  assert.equal(page.status, 200);
  assert.match(page.headers.get("content-security-policy"), /^default-src 'self'/);
  const script = await fetch(`${server.url}/static/console.js`);
  assert.equal(script.headers.get("content-encoding"), "gzip");
  const etag = script.headers.get("etag");
  const again = await fetch(`${server.url}/static/console.js`, { headers: { "If-None-Match": etag } });
  assert.equal(again.status, 304);
});
