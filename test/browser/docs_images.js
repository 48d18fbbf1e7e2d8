// Takes the pictures of docs/images from a running server with the demo weather station:
//
//   node docs_images.js http://127.0.0.1:8080 PASSWORD ../../docs/images

import { join } from "node:path";
import { chromium } from "playwright-core";

const [url, password, folder] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
});

async function take(name, options, path, prepare = async () => {}) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  await page.goto(url + path);
  await page.getByLabel("User name").fill("admin");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator(".state-open").waitFor();
  await prepare(page);
  await page.waitForTimeout(2500); // some live readings
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await context.close();
}

const first_device = async (page) => {
  await page.getByRole("link", { name: "Demo weather station" }).click();
  await page.locator(".chart canvas").first().waitFor();
};
const a_day = async (page) => {
  await first_device(page);
  await page.getByRole("button", { name: "1 day" }).click();
};

await take("console-device", { viewport: { width: 1280, height: 980 } }, "/", first_device);
await take("console-device-dark", { viewport: { width: 1280, height: 980 }, colorScheme: "dark" }, "/", a_day);
await take("console-phone", { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 }, "/", a_day);
await take("console-devices", { viewport: { width: 1280, height: 560 } }, "/", (page) => page.locator(".thing").first().waitFor());

async function new_dashboard(page) {
  await page.getByRole("link", { name: "Dashboards" }).click();
  await page.getByRole("button", { name: "New dashboard" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Begin with").selectOption({ label: "All channels of Demo weather station" });
  await dialog.getByRole("button", { name: "Create" }).click();
  await page.locator(".plot").first().waitFor();
}
await take("console-dashboard", { viewport: { width: 1280, height: 980 } }, "/", new_dashboard);
await browser.close();
