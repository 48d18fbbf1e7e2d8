// The real server for a test: free ports, a data folder that goes away afterwards.

import { spawn, execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const ready_timeout_ms = 30_000;
const stop_timeout_ms = 20_000;

export const login = "admin";
export const password = "correct horse battery staple";
export const master_key = "browser-test-master-key-0000000000000000000000000";

export class Server {
  // Starts the binary of THINGTANK_BIN and waits until it is ready.
  static async start() {
    const server = new Server();
    server.folder = await mkdtemp(join(tmpdir(), "thingtank-browser-"));
    try {
      await server.run("http=127.0.0.1:0", "mqtt=127.0.0.1:0");
    } catch (error) {
      await server.remove();
      throw error;
    }
    return server;
  }

  get url() {
    return `http://${this.addresses.http}`;
  }

  async run(...listeners) {
    const binary = process.env.THINGTANK_BIN;
    if (!binary) throw new Error("THINGTANK_BIN must name the binary");
    const others = ["aws", "skynet", "socket", "wamp"].map((name) => `${name}=127.0.0.1:0`);
    const listen = [...listeners, ...others].flatMap((address) => ["--listen", address]);
    this.log = "";
    // The tests' own receivers of webhooks are at home on this machine.
    const config = join(this.folder, "thingtank.toml");
    await writeFile(config, '[webhooks]\nallowed_networks = ["127.0.0.0/8"]\n');
    this.process = spawn(binary, ["serve", "--config", config, "--data", join(this.folder, "data"), ...listen], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, THINGTANK_ADMIN_PASSWORD: password, THINGTANK_API_KEY: master_key },
    });
    this.process.stderr.on("data", (data) => (this.log += data));
    this.exited = new Promise((resolve) => this.process.once("exit", resolve));
    const line = await this.ready_line();
    this.addresses = Object.fromEntries(line.split(" ").slice(1).map((pair) => pair.split("=")));
  }

  ready_line() {
    return new Promise((resolve, reject) => {
      const fail = (reason) => reject(new Error(`the server ${reason}\n${this.log}`));
      const timer = setTimeout(() => fail("was not ready in time"), ready_timeout_ms);
      this.exited.then((code) => fail(`ended with status ${code}`));
      createInterface({ input: this.process.stdout }).on("line", (line) => {
        if (!line.startsWith("ready ")) return;
        clearTimeout(timer);
        resolve(line);
      });
    });
  }

  // Ends the process as an administrator would; the data stays.
  async stop() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill("SIGTERM");
    const timer = setTimeout(() => this.process.kill("SIGKILL"), stop_timeout_ms);
    await this.exited;
    clearTimeout(timer);
  }

  // Starts again on the same data and the same ports.
  restart() {
    return this.run(`http=${this.addresses.http}`, `mqtt=${this.addresses.mqtt}`);
  }

  async remove() {
    if (this.process) await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  // Signs in through the login page as a browser does.  The answer to the form.
  async sign_in(name = login, secret = password, path = "/login/") {
    const page = await fetch(this.url + path);
    const html = await page.text();
    const token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(html)[1];
    return fetch(this.url + path, {
      method: "POST",
      redirect: "manual",
      headers: { Cookie: page.headers.getSetCookie().map((text) => text.split(";")[0]).join("; ") },
      body: new URLSearchParams({ csrfmiddlewaretoken: token, username: name, password: secret }),
    });
  }

  // The cookie of a new session.
  async session() {
    const answer = await this.sign_in();
    if (answer.status !== 302) throw new Error(`signing in: ${answer.status}`);
    return answer.headers.getSetCookie().find((text) => text.startsWith("thingtank_session=")).split(";")[0];
  }

  // One request of the public API; throws unless it succeeds.
  async api(method, path, body, key = master_key) {
    const response = await fetch(this.url + path, {
      method,
      headers: { "X-ApiKey": key, "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return { location: response.headers.get("location"), body: text.trim() ? JSON.parse(text) : null };
  }
}

// Runs a line that the console shows, exactly as it is printed there.
export const run_line = (line) =>
  promisify(execFile)("/bin/bash", ["-c", line], { timeout: 10_000 }).then((result) => result.stdout);

