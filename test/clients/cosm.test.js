// The npm package cosm 0.1.0, unmodified, against the real server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import cosm from "cosm";
import { Server, master_key } from "../browser/server.js";

let server;
let client;

before(async () => {
  server = await Server.start();
  client = new cosm.Cosm(master_key, { server: server.url });
});
after(() => server.stop());

const create = (members) => promisify(client.create.bind(client))(members);
const read = (feed) => promisify(feed.get.bind(feed))();

test("a feed is made, gets a stream and points, and is read", async () => {
  const id = await create({ title: "node", version: "1.0.0" });
  assert.match(id, /^\d+$/);
  const feed = new cosm.Feed(client, { id });
  await promisify(feed.addStream.bind(feed))({ id: "s" });
  const stream = new cosm.Datastream(client, feed, { id: "s", queue_size: 2 });
  const written = new Promise((resolve, reject) => {
    stream.addPoint(1.25, new Date("2026-03-01T00:00:00Z"));
    stream.addPoint(2.5, new Date("2026-03-01T00:00:01Z"), (error, response) =>
      error ? reject(error) : resolve(response),
    );
  });
  assert.equal((await written).statusCode, 200);
  const document = await read(feed);
  assert.equal(document.title, "node");
  assert.deepEqual(document.datastreams, [
    { id: "s", current_value: "2.5", at: "2026-03-01T00:00:01.000000Z", max_value: "2.5", min_value: "1.25" },
  ]);
});

test("a feed that was read is changed and saved", async () => {
  const id = await create({ title: "before", version: "1.0.0" });
  const feed = await promisify(client.get.bind(client))(id);
  feed.title = "after";
  feed.addTag("tagged");
  const response = await promisify(feed.save.bind(feed))();
  assert.equal(response.statusCode, 200);
  const document = await read(feed);
  assert.deepEqual([document.title, document.tags, document.private], ["after", ["tagged"], "false"]);
});

test("feeds are listed and deleted", async () => {
  const id = await create({ title: "listed", version: "1.0.0" });
  const list = promisify(client.list.bind(client));
  const found = await list({ per_page: 1 });
  assert.equal(found.itemsPerPage, 1);
  assert.deepEqual(found.results.map((feed) => String(feed.id)), [id]);
  const feed = new cosm.Feed(client, { id });
  const response = await promisify(feed.delete.bind(feed))();
  assert.equal(response.statusCode, 200);
  assert.notDeepEqual((await list({ per_page: 1 })).results.map((one) => String(one.id)), [id]);
});

test("what fails comes back as an error", async () => {
  const stranger = new cosm.Cosm("no-such-key", { server: server.url });
  const body = await new Promise((resolve) => stranger.get(1, resolve));
  assert.equal(JSON.parse(body).title, "Unauthorized");
});
