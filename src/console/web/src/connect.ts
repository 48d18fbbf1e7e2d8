// The lines that connect a device: filled in, ready to be copied into a terminal.

import { button, el } from "./dom";
import { icon } from "./icons";

export interface Connection {
  feed: number;
  key: string;
  channel: string;
  value: string;
  mqtt_port: number | null;
}

interface Line {
  title: string;
  command: string;
}

const shell_quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const csv_cell = (text: string) => (/[",\s]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

// Python's own library: nothing has to be installed on the device.
function python_lines({ feed, key, channel, value }: Connection): string {
  const literal = (text: string) => JSON.stringify(text);
  return [
    "import json, urllib.request",
    "",
    `reading = {"datastreams": [{"id": ${literal(channel)}, "current_value": ${literal(value)}}]}`,
    "request = urllib.request.Request(",
    `    ${literal(`${location.origin}/v2/feeds/${feed}.json`)},`,
    '    method="PUT",',
    "    data=json.dumps(reading).encode(),",
    `    headers={"X-ApiKey": ${literal(key)}, "Content-Type": "application/json"},`,
    ")",
    "urllib.request.urlopen(request)",
  ].join("\n");
}

function lines({ feed, key, channel, value, mqtt_port }: Connection): Line[] {
  const header = `-H 'X-ApiKey: ${key}'`;
  const url = `${location.origin}/v2/feeds/${feed}`;
  const row = shell_quote(`${csv_cell(channel)},${csv_cell(value)}`);
  const mqtt = `-h ${location.hostname.replace(/^\[|\]$/g, "")} -p ${mqtt_port} -u ${key}`;
  const topic = shell_quote(`feeds/${feed}/${channel}`);
  return [
    { title: "Send a reading over HTTP", command: `curl -X PUT ${header} -d ${row} ${url}.csv` },
    {
      title: "Send a reading over MQTT",
      command: `mosquitto_pub ${mqtt} -t ${topic} -m ${shell_quote(value)}`,
    },
    { title: "Send a reading from Python", command: python_lines({ feed, key, channel, value, mqtt_port }) },
    { title: "Read the device", command: `curl ${header} ${url}.json` },
    { title: "Watch every reading over MQTT", command: `mosquitto_sub ${mqtt} -v -t 'feeds/${feed}/+'` },
  ].filter((line) => mqtt_port !== null || !line.command.startsWith("mosquitto"));
}

// Outside of https and localhost there is no navigator.clipboard.
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = el("textarea", { class: "off-screen", attributes: { readonly: "" } });
    area.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    const is_copied = document.execCommand("copy");
    area.remove();
    return is_copied;
  }
}

export function copy_button(what: string, text: () => string): HTMLButtonElement {
  const node = button("", "quiet small icon-only copy", async () => {
    if (await copy(text())) node.replaceChildren(icon("check", 18));
    else node.textContent = "Select it instead";
    setTimeout(() => node.replaceChildren(icon("copy", 18)), 1500);
  });
  node.append(icon("copy", 18));
  node.title = `Copy ${what}`;
  node.setAttribute("aria-label", `Copy ${what}`);
  return node;
}

// `shown_key` is what stands on the screen; what is copied holds the key itself.
export function connection_lines(connection: Connection, shown_key: string, purpose = ""): HTMLElement {
  const is_wanted = (line: Line) => line.title.startsWith(purpose);
  const real = lines(connection).filter(is_wanted);
  const shown = lines({ ...connection, key: shown_key }).filter(is_wanted);
  return el(
    "ul",
    "commands",
    ...real.map((line, index) =>
      el(
        "li",
        "command",
        el("div", "command-head", el("span", { text: line.title }), copy_button(line.title, () => line.command)),
        el("pre", { attributes: { tabindex: "0" } }, el("code", { text: shown[index]!.command })),
      ),
    ),
  );
}

// A name and its value in one row, with a button that copies it.
export function copy_row(name: string, value: string, shown = value, ...more: Node[]): HTMLElement {
  return el(
    "div",
    "copy-row",
    el("dt", { text: name }),
    el("dd", {}, el("code", { text: shown }), copy_button(name, () => value), ...more),
  );
}
