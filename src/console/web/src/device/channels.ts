// The channels: values as they arrive, graphs over a range that all of them share, adding, editing
// and deleting.

import { find_feed, type Channel, type Feed } from "../api";
import { ChannelCard } from "../channel_card";
import { button, el } from "../dom";
import { confirm_dialog, open_form, text_field } from "../form";
import { icon } from "../icons";
import { ranges, type Range } from "../series";
import type { Shell } from "../shell";
import { newest_channel } from "../status";
import { server_now_ms, show_ago } from "../time";
import { change_channel, create_channel, delete_channel } from "./api";
import { add_button, Panel, split_tags } from "./panel";

const graphs_key = "graphs";

// The range in the address, else the shortest that shows the newest reading.
function choose_range(newest_at: string | undefined): Range {
  const asked = new URLSearchParams(location.search).get("range");
  const named = ranges.find((range) => range.label.replace(" ", "") === asked);
  if (named) return named;
  const age_ms = newest_at ? server_now_ms() - Date.parse(newest_at) : 0;
  return ranges.find((range) => age_ms < range.span_ms) ?? ranges.at(-1)!;
}

function range_buttons(chosen: Range, choose: (range: Range) => void): HTMLElement {
  const group = el("div", { class: "segments", attributes: { role: "group", "aria-label": "Time shown" } });
  for (const range of ranges) {
    const segment = button(range.label, "segment", () => {
      for (const other of group.children) other.setAttribute("aria-pressed", `${other === segment}`);
      history.replaceState(null, "", `?range=${range.label.replace(" ", "")}`);
      choose(range);
    });
    segment.setAttribute("aria-pressed", `${range === chosen}`);
    group.append(segment);
  }
  return group;
}

const units = ["°C", "%", "hPa", "V", "A", "W", "kWh", "m", "lx", "ppm", "dB", "l", "kg", "m/s"];

export class Channels {
  private panel = new Panel("Channels", "channels-panel");
  readonly element = this.panel.element;
  private updated = el("time", "muted");
  private list = el("div", "channel-list");
  private cards = new Map<string, ChannelCard>();
  private range: Range;
  private with_graphs = localStorage.getItem(graphs_key) !== "off";
  private empty = el(
    "div",
    "panel-empty",
    el("h3", { text: "Add channels to your device" }),
    el("p", { class: "muted", text: "A channel is one thing that the device measures or does. Add it here, or send a reading: its channel is made when it arrives." }),
  );

  constructor(
    private shell: Shell,
    private feed: Feed,
  ) {
    this.range = choose_range(newest_channel(feed)?.at);
    const toggle = button("Graphs", "small graphs-toggle", () => this.toggle_graphs(toggle));
    toggle.prepend(icon("chart", 18));
    toggle.setAttribute("aria-pressed", `${this.with_graphs}`);
    const choose = (range: Range) => {
      this.range = range;
      for (const card of this.cards.values()) card.show_range(range);
    };
    this.panel.actions.append(this.updated, toggle);
    this.panel.body.append(
      range_buttons(this.range, choose),
      this.list,
      add_button("Add channel", () => this.open_form(null)),
    );
    this.update(feed);
  }

  update(feed: Feed): void {
    this.feed = feed;
    const channels = feed.datastreams ?? [];
    const newest = newest_channel(feed)?.at;
    show_ago(this.updated, newest, "last updated ");
    if (!newest) this.updated.textContent = "";
    for (const channel of channels) this.card_of(channel).update(channel);
    for (const [id, card] of this.cards) {
      if (channels.some((channel) => channel.id === id)) continue;
      card.leave();
      this.cards.delete(id);
    }
    this.element.classList.toggle("has-none", this.cards.size === 0);
    if (this.cards.size === 0) this.list.replaceChildren(this.empty);
    else this.empty.remove();
  }

  tick(): void {
    for (const card of this.cards.values()) card.tick();
  }

  // The connection was away: fetch what it missed.
  resume(): void {
    for (const card of this.cards.values()) void card.fetch();
  }

  leave(): void {
    for (const card of this.cards.values()) card.leave();
  }

  private card_of(channel: Channel): ChannelCard {
    let card = this.cards.get(channel.id);
    if (!card) {
      card = new ChannelCard(this.shell, channel.id, {
        feed: this.feed.id,
        index: this.cards.size,
        range: this.range,
        graph: this.with_graphs,
        edit: () => this.open_form(this.feed.datastreams!.find(({ id }) => id === channel.id) ?? channel),
      });
      this.cards.set(channel.id, card);
      this.list.append(card.element);
    }
    return card;
  }

  private toggle_graphs(toggle: HTMLElement): void {
    this.with_graphs = !this.with_graphs;
    localStorage.setItem(graphs_key, this.with_graphs ? "on" : "off");
    toggle.setAttribute("aria-pressed", `${this.with_graphs}`);
    for (const card of this.cards.values()) card.show_graph(this.with_graphs);
  }

  private async changed(): Promise<void> {
    this.update(await find_feed(this.feed.id));
  }

  // For a new channel if `channel` is null.
  private open_form(channel: Channel | null): void {
    const id = text_field({ name: "id", also: ["datastreams_id"], label: "Channel ID", required: true, placeholder: "temperature", hint: "Letters, digits and _ - + . without spaces; stands in the channel's address." });
    const tags = text_field({ name: "tags", also: ["datastreams_tags"], label: "Tags", value: (channel?.tags ?? []).join(", "), placeholder: "roof, outdoor", hint: "Separated by commas." });
    const label = text_field({ name: "label", also: ["datastreams_unit_label"], label: "Unit", value: channel?.unit?.label ?? "", placeholder: "Celsius" });
    const symbol = text_field({ name: "symbol", also: ["datastreams_unit_symbol"], label: "Symbol", value: channel?.unit?.symbol ?? "", placeholder: "°C", list: units });
    const value = text_field({ name: "value", also: ["datastreams_current_value"], label: "Current value", placeholder: channel?.current_value ?? "21.5", hint: channel ? "Leave it empty to keep what the device sent." : "May be empty until the device sends one." });
    const draft = () => ({ tags: split_tags(tags.value()), label: label.value(), symbol: symbol.value(), value: value.value() });
    const remove = channel && button("Delete channel", "danger-text", () => this.delete(channel.id, dialog.close));
    const two = el("div", "field-row", label.element, symbol.element);
    const dialog = open_form({
      title: channel ? `Channel ${channel.id}` : "Add channel",
      fields: channel ? [tags, label, symbol, value] : [id, tags, label, symbol, value],
      layout: [...(channel ? [] : [id.element]), tags.element, two, value.element],
      submit: channel ? "Save" : "Add channel",
      more: remove ? [remove] : [],
      failed: this.shell.failed,
      send: async () => {
        if (channel) await change_channel(this.feed.id, channel.id, draft());
        else await create_channel(this.feed.id, { id: id.value(), ...draft() });
        await this.changed();
      },
    });
  }

  private delete(channel: string, deleted: () => void): void {
    confirm_dialog({
      title: `Delete ${channel}?`,
      text: "Its whole history and its triggers go with it. This cannot be undone.",
      submit: "Delete channel",
      send: async () => {
        await delete_channel(this.feed.id, channel);
        deleted();
        await this.changed();
      },
      failed: this.shell.failed,
    });
  }
}
