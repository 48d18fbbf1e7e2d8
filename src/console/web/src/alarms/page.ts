// Alarms: what triggers with a severity have raised, to be acknowledged and cleared.

import { button, el, notice } from "../dom";
import { link, type Page, type Shell } from "../shell";
import { show_ago } from "../time";
import { acknowledge_alarm, clear_alarm, list_alarms, type Alarm } from "./api";

const alarms_per_page = 50;
const poll_ms = 10_000;

function happened(text: string, at: string, by: string): HTMLElement {
  const when = el("time");
  show_ago(when, at);
  return el("span", {}, `${text}${by ? ` by ${by}` : ""} `, when);
}

class AlarmList {
  readonly element: HTMLElement;
  private state: "active" | "all" = "active";
  private shown: Alarm[] = [];
  private total = 0;
  private list = el("ul", { class: "alarms", attributes: { "aria-label": "Alarms" } });
  private body = el("div");
  private messages = el("div");
  private count = el("p", { class: "muted", attributes: { role: "status" } });
  private request = 0;
  private polls = setInterval(() => document.hidden || void this.load(), poll_ms);

  constructor(private shell: Shell) {
    const filter = el("div", { class: "segments", attributes: { role: "group", "aria-label": "Which alarms" } });
    for (const [state, text] of [["active", "Open"], ["all", "All"]] as const) {
      const segment = button(text, "segment", () => {
        this.state = state;
        for (const other of filter.children) other.setAttribute("aria-pressed", `${other === segment}`);
        this.shown = [];
        void this.load();
      });
      segment.setAttribute("aria-pressed", `${state === this.state}`);
      filter.append(segment);
    }
    this.element = el("div", "page", el("div", "page-head", el("div", {}, el("h1", { text: "Alarms" }), this.count), filter), this.messages, this.body);
    void this.load();
  }

  leave(): void {
    ++this.request;
    clearInterval(this.polls);
  }

  // As many as are shown, and the newest besides.
  private async load(more = 0): Promise<void> {
    const mine = ++this.request;
    const limit = Math.min(200, Math.max(alarms_per_page, this.shown.length + more));
    try {
      const page = await list_alarms(this.state, 0, limit);
      if (mine !== this.request) return;
      this.shown = page.alarms;
      this.total = page.total;
      this.messages.replaceChildren();
      this.show(page.active);
    } catch (error) {
      if (mine === this.request) this.messages.replaceChildren(notice(this.shell.failed(error), button("Try again", "", () => void this.load())));
    }
  }

  private show(active: number): void {
    this.count.textContent = active === 0 ? "Nothing waits for you." : active === 1 ? "1 waits for you" : `${active} wait for you`;
    if (this.shown.length === 0) return this.body.replaceChildren(this.nothing());
    const focused = (document.activeElement as HTMLElement | null)?.dataset.key;
    this.list.replaceChildren(...this.shown.map((alarm) => this.row(alarm)));
    const more = button("Show more", "", () => void this.load(alarms_per_page));
    this.body.replaceChildren(this.list, ...(this.shown.length < Math.min(this.total, 200) ? [more] : []));
    if (focused) this.list.querySelector<HTMLElement>(`[data-key="${focused}"]`)?.focus();
  }

  private nothing(): HTMLElement {
    const is_all = this.state === "all";
    return el(
      "div",
      "empty card",
      el("h2", { text: is_all ? "No alarm was ever raised" : "No open alarms" }),
      el("p", { text: "A trigger with a severity raises an alarm when its condition becomes true, and clears it when the condition ends. Add triggers on a device's page." }),
    );
  }

  private row(alarm: Alarm): HTMLElement {
    const history = el("p", "alarm-history muted", happened("raised", alarm.raised_at, ""));
    if (alarm.acknowledged_at) history.append(" · ", happened("acknowledged", alarm.acknowledged_at, alarm.acknowledged_by));
    if (alarm.cleared_at) history.append(" · ", happened(alarm.cleared_by ? "cleared" : "ended", alarm.cleared_at, alarm.cleared_by));
    const device = link(`/devices/${alarm.feed}`, this.shell.go, "", alarm.device || `Feed ${alarm.feed}`);
    const tool = (text: string, key: string, work: (id: number) => Promise<Alarm>) => {
      const node = button(text, "small", () => void this.handle(alarm, work));
      node.dataset.key = `${key}-${alarm.id}`;
      node.setAttribute("aria-label", `${text}: ${alarm.text}`);
      return node;
    };
    return el(
      "li",
      `alarm card ${alarm.state} ${alarm.severity}`,
      el("span", { class: `badge severity-${alarm.severity}`, text: alarm.severity }),
      el("div", "alarm-text", el("p", { text: alarm.text }), el("p", "muted", device, ` · ${alarm.channel}`), history),
      el(
        "div",
        "alarm-tools",
        alarm.state === "active" && tool("Acknowledge", "acknowledge", acknowledge_alarm),
        alarm.state !== "cleared" && tool("Clear", "clear", clear_alarm),
        alarm.state === "cleared" && el("span", { class: "badge plain", text: "cleared" }),
      ),
    );
  }

  private async handle(alarm: Alarm, work: (id: number) => Promise<Alarm>): Promise<void> {
    try {
      await work(alarm.id);
      await this.load();
      dispatchEvent(new Event("alarms-changed"));
    } catch (error) {
      this.messages.replaceChildren(notice(this.shell.failed(error)));
    }
  }
}

export function alarm_page(shell: Shell): Page {
  const list = new AlarmList(shell);
  document.title = "Alarms · Thingtank";
  return { element: list.element, leave: () => list.leave() };
}
