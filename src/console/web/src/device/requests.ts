// The request log: what devices and programs asked of this feed, live, until somebody pauses it.

import { button, el, notice } from "../dom";
import { open_dialog } from "../dialog";
import { icon } from "../icons";
import type { Shell } from "../shell";
import { show_ago } from "../time";
import { find_request, list_requests, type RequestSummary, type RequestWhole } from "./api";
import { Panel } from "./panel";
import { LiveRequests } from "./requests_live";

const shown_max = 50;

// "channel temperature", "feed", "history of temperature"
function subject(target: string): string {
  const [path = "", query = ""] = target.split("?");
  const parts = path.replace(/\.(json|csv|xml|png)$/, "").split("/").filter(Boolean);
  const at = parts.indexOf("feeds");
  if (at < 0 || parts.length === at + 1) return "feeds";
  const [kind, name, points, time] = parts.slice(at + 2);
  if (kind !== "datastreams") return /\b(start|end|duration)=/.test(query) ? "history" : "feed";
  if (!name) return "channels";
  const channel = decode(name);
  if (path.endsWith(".png")) return `graph of ${channel}`;
  if (points) return time ? `a datapoint of ${channel}` : `datapoints of ${channel}`;
  return /\b(start|end|duration)=/.test(query) ? `history of ${channel}` : `channel ${channel}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const is_good = (status: number) => status >= 200 && status < 300;

function status_badge(status: number): HTMLElement {
  return el("span", { class: `status ${is_good(status) ? "good" : "bad"}`, text: `${status}` });
}

const duration_text = (us: number) => (us < 1000 ? `${us} µs` : `${(us / 1000).toFixed(1)} ms`);

export class RequestLog {
  private panel = new Panel("Request log", "requests");
  readonly element = this.panel.element;
  private rows = el("ul", "request-rows");
  private waiting = el(
    "div",
    "panel-empty",
    el("p", { class: "waiting-line", text: "Waiting for requests" }),
    el("p", { class: "muted", text: "Each request shows up here as soon as it arrives. Press one to see all of it." }),
  );
  private pause = button("Pause", "small", () => this.toggle());
  private live: LiveRequests;
  private known = new Set<number>();
  private held: RequestSummary[] = []; // that came while the log was paused, the oldest first
  private is_paused = false;

  constructor(
    private shell: Shell,
    private device: number,
  ) {
    this.panel.actions.append(this.pause);
    this.panel.body.append(this.waiting, this.rows);
    this.show_pause();
    this.live = new LiveRequests(device, () => void this.load(), (requests) => this.arrived(requests));
  }

  leave(): void {
    this.live.close();
  }

  private async load(): Promise<void> {
    try {
      this.arrived((await list_requests(this.device)).reverse());
    } catch (error) {
      this.panel.fail(this.shell.failed(error), () => {
        this.panel.body.replaceChildren(this.waiting, this.rows);
        void this.load();
      });
    }
  }

  private arrived(requests: RequestSummary[]): void {
    const fresh = requests.filter(({ number }) => !this.known.has(number));
    for (const { number } of fresh) this.known.add(number);
    if (this.is_paused) {
      this.held.push(...fresh);
      this.held.splice(0, this.held.length - shown_max);
      this.show_pause();
    } else {
      this.show(fresh);
    }
  }

  private show(requests: RequestSummary[]): void {
    for (const request of requests) this.rows.prepend(this.row(request));
    while (this.rows.childElementCount > shown_max) this.rows.lastElementChild!.remove();
    this.waiting.hidden = this.rows.childElementCount > 0;
  }

  private row(request: RequestSummary): HTMLElement {
    const at = el("time", "muted");
    show_ago(at, request.at);
    const method = el("span", { class: "method", text: request.method });
    const what = el("span", { class: "what", text: subject(request.target) });
    const open = el("button", { class: "request", attributes: { type: "button" }, on: { click: () => void this.open(request) } }, status_badge(request.status), method, what, at);
    return el("li", {}, open);
  }

  private toggle(): void {
    this.is_paused = !this.is_paused;
    if (!this.is_paused) this.show(this.held.splice(0));
    this.show_pause();
  }

  private show_pause(): void {
    const count = this.held.length;
    const text = !this.is_paused ? "Pause" : count ? `Resume (${count} new)` : "Resume";
    this.pause.replaceChildren(icon(this.is_paused ? "play" : "pause", 16), text);
    this.pause.setAttribute("aria-pressed", `${this.is_paused}`);
  }

  private async open(summary: RequestSummary): Promise<void> {
    const dialog = open_dialog(`${summary.method} ${subject(summary.target)}`, "wide-dialog");
    dialog.body.append(el("p", { class: "muted", text: "Loading…" }));
    try {
      dialog.body.replaceChildren(...whole(await find_request(this.device, summary.number)));
    } catch (error) {
      dialog.body.replaceChildren(notice(this.shell.failed(error)));
    }
  }
}

function block(title: string, first_line: string, headers: [string, string][], body: string, bytes: number): HTMLElement {
  const head = [first_line, ...headers.map(([name, value]) => `${name}: ${value}`)].join("\n");
  const is_cut = new TextEncoder().encode(body).length < bytes;
  return el(
    "section",
    "exchange",
    el("h3", { text: title }),
    el("pre", { attributes: { tabindex: "0" } }, el("code", { text: body ? `${head}\n\n${pretty(body)}` : head })),
    is_cut && body ? el("p", { class: "hint", text: `The first part of ${bytes} bytes.` }) : null,
    !body && bytes > 0 ? el("p", { class: "hint", text: `${bytes} bytes that are no text.` }) : null,
  );
}

// JSON as people read it; anything else as it is.
function pretty(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    // Numbers keep their digits only in a text that is not parsed: 21.50 would become 21.5.
    const parsed = JSON.parse(text);
    return /\d\.\d*0\b|\d{16,}|[eE]\d/.test(text) ? text : JSON.stringify(parsed, null, 2);
  } catch {
    return text;
  }
}

function whole(request: RequestWhole): HTMLElement[] {
  const facts: [string, string][] = [
    ["When", new Date(request.at).toLocaleString()],
    ["Took", duration_text(request.duration_us)],
    ["Over", request.protocol],
    ["From", request.address || "—"],
    ["Key", request.key_label || "—"],
  ];
  return [
    el("dl", "facts", ...facts.map(([name, value]) => el("div", "copy-row", el("dt", { text: name }), el("dd", { text: value })))),
    block("Request", `${request.method} ${request.target}`, request.request_headers, request.request_body, request.request_body_bytes),
    block("Response", `${request.status}`, request.response_headers, request.response_body, request.response_body_bytes),
  ];
}
