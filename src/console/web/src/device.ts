// One device's page: what it is, its channels live, and how to connect it.

import { create_device_key, device_keys, find_feed, type Channel, type DeviceKey, type Feed } from "./api";
import { ChannelCard } from "./channel_card";
import { connection_lines, copy_row } from "./connect";
import { button, el, notice } from "./dom";
import { ranges, type Range } from "./series";
import { link, type Page, type Shell } from "./shell";
import { newest_channel, show_badge } from "./status";
import { server_now_ms, show_ago } from "./time";

const tick_ms = 1000;

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

class ConnectBox {
  readonly element = el("details", "card connect");
  private body = el("div");
  private is_key_shown = false;
  private is_loaded = false;

  constructor(
    private shell: Shell,
    private feed: Feed,
  ) {
    this.element.append(el("summary", {}, el("h2", { text: "Connect this device" })), this.body);
    this.element.addEventListener("toggle", () => void this.load());
  }

  open(): void {
    this.element.open = true;
  }

  private async load(): Promise<void> {
    if (this.is_loaded || !this.element.open) return;
    this.is_loaded = true;
    try {
      const { keys } = await device_keys(this.feed.id);
      this.show(keys[0]);
    } catch (error) {
      this.is_loaded = false;
      this.body.replaceChildren(notice(this.shell.failed(error), button("Try again", "", () => void this.load())));
    }
  }

  private show(key: DeviceKey | undefined): void {
    if (!key) {
      this.body.replaceChildren(
        el("p", { text: "No key is limited to this device. Make one, so that the device holds nothing that opens others." }),
        button("Make a key", "primary", () => void this.make_key()),
      );
      return;
    }
    const channel = this.feed.datastreams?.[0];
    const connection = {
      feed: this.feed.id,
      key: key.key,
      channel: channel?.id ?? "temperature",
      value: channel?.current_value ?? "21.5",
      mqtt_port: this.shell.session.mqtt_port,
    };
    const toggle = button(this.is_key_shown ? "Hide key" : "Show key", "quiet small", () => {
      this.is_key_shown = !this.is_key_shown;
      this.show(key);
      this.body.querySelector<HTMLElement>(".show-key")?.focus();
    });
    toggle.classList.add("show-key");
    const shown_key = this.is_key_shown ? key.key : "••••••••";
    this.body.replaceChildren(
      el("dl", "facts", copy_row("Key", key.key, shown_key, toggle)),
      connection_lines(connection, shown_key),
    );
  }

  private async make_key(): Promise<void> {
    try {
      this.show(await create_device_key(this.feed.id));
    } catch (error) {
      this.body.append(notice(this.shell.failed(error)));
    }
  }
}

class DeviceView {
  readonly element: HTMLElement;
  private badge = el("span");
  private updated = el("time");
  private list = el("div", "channel-list");
  private cards = new Map<string, ChannelCard>();
  private connect: ConnectBox;
  private range: Range;

  constructor(
    private shell: Shell,
    private feed: Feed,
  ) {
    this.range = choose_range(newest_channel(feed)?.at);
    this.connect = new ConnectBox(shell, feed);
    const choose = (range: Range) => {
      this.range = range;
      for (const card of this.cards.values()) card.show_range(range);
    };
    this.element = el(
      "div",
      {},
      this.header(),
      el("div", "section-head", el("h2", { text: "Channels" }), range_buttons(this.range, choose)),
      this.list,
      this.connect.element,
    );
    this.update(feed);
    if (!feed.datastreams?.length) this.connect.open();
  }

  update(feed: Feed): void {
    this.feed = feed;
    const newest = newest_channel(feed);
    show_badge(this.badge, newest?.at);
    show_ago(this.updated, newest?.at, "updated ");
    const channels = feed.datastreams ?? [];
    for (const channel of channels) this.card_of(channel).update(channel);
    for (const [id, card] of this.cards) {
      if (channels.some((channel) => channel.id === id)) continue;
      card.leave();
      this.cards.delete(id);
    }
    if (this.cards.size === 0) this.list.replaceChildren(no_channels());
  }

  tick(): void {
    show_badge(this.badge, newest_channel(this.feed)?.at);
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
      if (this.cards.size === 0) this.list.replaceChildren();
      card = new ChannelCard(this.shell, this.feed.id, channel.id, this.cards.size, this.range);
      this.cards.set(channel.id, card);
      this.list.append(card.element);
    }
    return card;
  }

  private header(): HTMLElement {
    const { feed } = this;
    const url = `${location.origin}/v2/feeds/${feed.id}`;
    const place = feed.location;
    const facts = el(
      "dl",
      "facts",
      fact("Feed ID", `${feed.id}`),
      copy_row("Feed URL", url),
    );
    const name = place?.name ?? "";
    const point = place?.lat !== undefined && place.lon !== undefined ? `${place.lat}, ${place.lon}` : "";
    if (name || point) facts.append(fact("Location", [name, point].filter(Boolean).join(" · ")));
    if (feed.tags?.length) facts.append(fact("Tags", feed.tags.join(", ")));
    const is_private = feed.private === "true";
    return el(
      "header",
      "device-head",
      el("div", "title-line", el("h1", { text: feed.title }), this.badge, el("span", { class: "badge plain", text: is_private ? "private" : "public" })),
      el("p", "muted", this.updated),
      feed.description ? el("p", { text: feed.description }) : null,
      facts,
    );
  }
}

function fact(name: string, value: string): HTMLElement {
  return el("div", "copy-row", el("dt", { text: name }), el("dd", { text: value }));
}

function no_channels(): HTMLElement {
  return el(
    "div",
    "empty card",
    el("h2", { text: "No channels yet" }),
    el("p", { text: "A channel is one thing that the device measures. It is made when its first reading arrives: send one with a line from below, and it shows up here at once." }),
  );
}

export function device_page(shell: Shell, id: number): Page {
  const body = el("div", { attributes: { "aria-busy": "true" } });
  let view: DeviceView | null = null;
  let is_left = false;

  const update = (feed: Feed) => {
    if (view) return view.update(feed);
    view = new DeviceView(shell, feed);
    document.title = `${feed.title} · Thingtank`;
    body.removeAttribute("aria-busy");
    body.replaceChildren(view.element);
  };
  const load = async () => {
    try {
      const feed = await find_feed(id);
      if (!is_left) update(feed);
    } catch (error) {
      if (is_left) return;
      const retry = button("Try again", "", () => void load());
      const box = notice(shell.failed(error), retry);
      if (!view) body.replaceChildren(box);
    }
  };
  const resume = () => {
    void load();
    view?.resume();
  };
  const unsubscribe = shell.live.subscribe(id, (feed) => view?.update(feed), resume);
  const ticks = setInterval(() => view?.tick(), tick_ms);
  document.title = "Device · Thingtank";
  void load();
  return {
    element: el("div", "page", el("nav", { class: "crumbs", attributes: { "aria-label": "Breadcrumb" } }, link("/", shell.go, "", "← All devices")), body),
    leave: () => {
      is_left = true;
      unsubscribe();
      clearInterval(ticks);
      view?.leave();
    },
  };
}
