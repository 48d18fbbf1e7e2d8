// Channels in rows: last value, when, lowest and highest ever.

import type { Feed } from "../../api";
import { el } from "../../dom";
import { show_ago } from "../../time";
import { is_number, shown } from "../numbers";
import { channel_in } from "../source";
import { level_of, names_of, unit_of, type Context, type WidgetView } from "./widget";

interface Row {
  element: HTMLTableRowElement;
  name: HTMLElement;
  value: HTMLElement;
  updated: HTMLTimeElement;
  min: HTMLElement;
  max: HTMLElement;
}

function make_row(): Row {
  const [name, value, min, max] = [el("th", { attributes: { scope: "row" } }), el("td", "value"), el("td", "number-cell"), el("td", "number-cell")];
  const updated = el("time");
  const element = el("tr", {}, name, value, el("td", "muted", updated), min, max);
  return { element, name, value, updated, min, max };
}

export class TableWidget implements WidgetView {
  readonly element: HTMLElement;
  private rows = new Map<string, Row>();
  private titles = new Map<number, string>();

  constructor(private context: Context) {
    const head = (text: string) => el("th", { text, attributes: { scope: "col" } });
    const body = el("tbody");
    for (const { feed, channel } of context.widget.channels) {
      const row = make_row();
      row.name.textContent = channel;
      this.rows.set(`${feed}/${channel}`, row);
      body.append(row.element);
    }
    const table = el("table", "channel-table", el("thead", {}, el("tr", {}, head("Channel"), head("Value"), head("Updated"), head("Min"), head("Max"))), body);
    this.element = el("div", { class: "table-widget", attributes: { tabindex: "0", role: "region", "aria-label": "Values" } }, table);
  }

  update(feed: Feed): void {
    this.titles.set(feed.id, feed.title);
    const { widget } = this.context;
    const name_of = names_of(widget, this.titles);
    for (const name of widget.channels) {
      const row = this.rows.get(`${name.feed}/${name.channel}`)!;
      row.name.textContent = name_of(name);
      if (name.feed !== feed.id) continue;
      const channel = channel_in(feed, name.channel);
      const value = channel?.current_value;
      const decimals = (text: string | undefined) => (is_number(text) ? shown(text, widget.options.decimals) : "");
      row.value.textContent = value === undefined ? "—" : `${shown(value, widget.options.decimals)} ${unit_of(widget.options, channel)}`.trim();
      row.value.dataset.level = level_of(widget.options, value);
      row.min.textContent = decimals(channel?.min_value);
      row.max.textContent = decimals(channel?.max_value);
      show_ago(row.updated, channel?.at);
    }
  }
}
