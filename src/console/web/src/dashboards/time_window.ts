// The window of time that a dashboard shows: the last so long, or from one time to another.

import { el } from "../dom";
import { open_modal } from "./modal";
import { server_now_ms } from "../time";
import type { TimeWindow } from "./api";

export interface Span {
  start_ms: number;
  end_ms: number;
  is_live: boolean;
}

export function span_of(window: TimeWindow): Span {
  if ("live_s" in window) {
    const end_ms = server_now_ms();
    return { start_ms: end_ms - window.live_s * 1000, end_ms, is_live: true };
  }
  return { start_ms: Date.parse(window.from), end_ms: Date.parse(window.to), is_live: false };
}

// What to ask the server for: its clock may be a little ahead of this one.
export function asked_span(window: TimeWindow): Span {
  const span = span_of(window);
  return span.is_live ? { ...span, end_ms: span.end_ms + clock_margin_ms } : span;
}

const clock_margin_ms = 5000;
const hour_s = 3600;
const day_s = 24 * hour_s;

const choices: { live_s: number; text: string }[] = [
  { live_s: 300, text: "5 minutes" },
  { live_s: 900, text: "15 minutes" },
  { live_s: hour_s, text: "hour" },
  { live_s: 6 * hour_s, text: "6 hours" },
  { live_s: day_s, text: "24 hours" },
  { live_s: 7 * day_s, text: "7 days" },
  { live_s: 30 * day_s, text: "30 days" },
  { live_s: 90 * day_s, text: "90 days" },
];

const date_text = (time: string) =>
  new Date(time).toLocaleString(undefined, { dateStyle: "short", timeStyle: "short" });

// "Last hour", "1/2/2026, 10:00 – 1/3/2026, 10:00"
export function window_text(window: TimeWindow): string {
  if (!("live_s" in window)) return `${date_text(window.from)} – ${date_text(window.to)}`;
  return `Last ${choices.find(({ live_s }) => live_s === window.live_s)?.text ?? duration_text(window.live_s)}`;
}

// "3 hours", "90 minutes"
function duration_text(seconds: number): string {
  if (seconds % day_s === 0) return `${seconds / day_s} days`;
  if (seconds % hour_s === 0) return `${seconds / hour_s} hours`;
  return `${Math.round(seconds / 60)} minutes`;
}

// For <input type="datetime-local">, which knows no zone.
function local_text(ms: number): string {
  const zone_ms = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - zone_ms).toISOString().slice(0, 16);
}

function ask_for_times(window: TimeWindow, choose: (window: TimeWindow) => void, cancelled: () => void): void {
  const { start_ms, end_ms } = span_of(window);
  const input = (id: string, ms: number) =>
    el("input", { class: "input", attributes: { id, type: "datetime-local", required: "", value: local_text(ms) } });
  const from = input("window-from", start_ms);
  const to = input("window-to", end_ms);
  const row = (label: string, node: HTMLInputElement) =>
    el("div", "field", el("label", { text: label, attributes: { for: node.id } }), node);
  let is_chosen = false;
  open_modal({
    title: "Show a fixed time",
    content: [row("From", from), row("To", to)],
    submit: "Show",
    closed: () => !is_chosen && cancelled(),
    apply: () => {
      const [start, end] = [new Date(from.value), new Date(to.value)];
      if (!(start < end)) throw new Error("“From” must be before “To”.");
      is_chosen = true;
      choose({ from: start.toISOString(), to: end.toISOString() });
    },
  });
}

export class WindowPicker {
  readonly element = el("select", { class: "input window-picker", attributes: { "aria-label": "Time shown" } });

  constructor(
    private window: TimeWindow,
    private choose: (window: TimeWindow) => void,
  ) {
    this.element.addEventListener("change", () => this.changed());
    this.show(window);
  }

  show(window: TimeWindow): void {
    this.window = window;
    const option = (value: string, text: string) => el("option", { text, attributes: { value } });
    const options = choices.map(({ live_s, text }) => option(`${live_s}`, `Last ${text}`));
    const is_known = "live_s" in window && choices.some(({ live_s }) => live_s === window.live_s);
    if (!is_known) options.push(option("kept", window_text(window)));
    options.push(option("fixed", "From … to …"));
    this.element.replaceChildren(...options);
    this.element.value = is_known ? `${window.live_s}` : "kept";
  }

  private changed(): void {
    const { value } = this.element;
    if (value === "fixed") return ask_for_times(this.window, this.choose, () => this.show(this.window));
    if (value !== "kept") this.choose({ live_s: Number(value) });
  }
}
