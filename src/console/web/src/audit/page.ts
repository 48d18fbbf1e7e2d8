// Audit: who changed what, when and from where.

import { call } from "../api";
import { button, el, notice } from "../dom";
import { link, type Page, type Shell } from "../shell";

interface Entry {
  id: string;
  at: string;
  actor: string;
  address: string;
  action: string;
  object: string;
  detail: string;
}

interface EntryPage {
  entries: Entry[];
  next: string | null;
}

const filter_delay_ms = 250;

const actions = ["", "feed", "channel", "key", "trigger", "alarm", "product", "device", "dashboard", "account", "login", "retention", "backup"];

// "feeds/504/temperature" leads to the device, "dashboards/3" to the dashboard.
function object_link(object: string, go: (path: string) => void): Node | string {
  const [, kind, id] = /^(feeds|dashboards)\/(\d+)/.exec(object) ?? [];
  if (!kind) return object;
  return link(`${kind === "feeds" ? "/devices" : "/dashboards"}/${id}`, go, "", object);
}

class AuditList {
  readonly element: HTMLElement;
  private rows = el("tbody");
  private body = el("div");
  private action = el("select", { class: "input", attributes: { "aria-label": "Kind of entry" } });
  private object = el("input", {
    class: "input search",
    attributes: { type: "search", placeholder: "Object: feeds/504, keys …", "aria-label": "Object" },
  });
  private timer = 0;
  private request = 0;

  constructor(private shell: Shell) {
    this.action.append(...actions.map((name) => el("option", { text: name || "Everything", attributes: { value: name } })));
    this.action.addEventListener("change", () => void this.load(""));
    this.object.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.load(""), filter_delay_ms);
    });
    this.element = el("div", "page", el("div", "page-head audit-head", el("h1", { text: "Audit" }), this.action, this.object), this.body);
    void this.load("");
  }

  leave(): void {
    ++this.request;
    clearTimeout(this.timer);
  }

  private async load(before: string): Promise<void> {
    const mine = ++this.request;
    const query = new URLSearchParams({ action: this.action.value, object: this.object.value.trim(), before });
    try {
      const page = await call<EntryPage>("GET", `/console/api/audit?${query}`);
      if (mine === this.request) this.show(page, before !== "");
    } catch (error) {
      if (mine === this.request) this.body.replaceChildren(notice(this.shell.failed(error), button("Try again", "", () => void this.load(""))));
    }
  }

  private show({ entries, next }: EntryPage, is_more: boolean): void {
    if (!is_more) this.rows.replaceChildren();
    this.rows.append(...entries.map((entry) => this.row(entry)));
    if (this.rows.childElementCount === 0) {
      const is_filtered = this.action.value !== "" || this.object.value !== "";
      this.body.replaceChildren(
        el("div", "empty card", el("h2", { text: is_filtered ? "No entry matches" : "No entries yet" }), el("p", { text: "Every change of devices, keys, triggers, dashboards and accounts, and every login is written down here." })),
      );
      return;
    }
    const head = (text: string) => el("th", { text, attributes: { scope: "col" } });
    const table = el("table", "audit-table", el("thead", {}, el("tr", {}, ...["When", "Who", "What", "Object", "Detail"].map(head))), this.rows);
    const more = next ? [button("Show older entries", "", () => void this.load(next))] : [];
    this.body.replaceChildren(el("div", "card audit-card", table), ...more);
  }

  private row({ at, actor, address, action, object, detail }: Entry): HTMLElement {
    const cell = (label: string, ...content: (Node | string)[]) => el("td", { attributes: { "data-label": label } }, el("span", {}, ...content));
    const time = el("time", { text: new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" }), attributes: { title: at } });
    return el(
      "tr",
      {},
      cell("When", time),
      cell("Who", el("span", { text: actor || "the server" }), address ? el("span", { class: "muted", text: ` ${address}` }) : ""),
      cell("What", el("code", { text: action })),
      cell("Object", object_link(object, this.shell.go)),
      cell("Detail", detail),
    );
  }
}

export function audit_page(shell: Shell): Page {
  const list = new AuditList(shell);
  document.title = "Audit · Thingtank";
  return { element: list.element, leave: () => list.leave() };
}
