// Develop: the devices as cards with their last values live, search, and "Add device" before them.

import { list_devices, type DeviceSummary, type Feed } from "../api";
import { open_add_device } from "./add_device";
import { button, el, notice } from "../dom";
import { icon } from "../icons";
import { link, type Page, type Shell } from "../shell";
import { newest_channel, show_badge } from "../status";
import { show_ago } from "../time";

const search_delay_ms = 200;
const badge_check_ms = 10_000;

class Card {
  readonly element: HTMLLIElement;
  private badge = el("span");
  private channels = el("span");
  private value = el("span", "card-value");
  private channel = el("span", "muted");
  private updated = el("time");
  private at: string | undefined;

  constructor(device: DeviceSummary, go: (path: string) => void) {
    const privacy = device.private ? "Private" : "Public";
    const sign = el("span", { class: "privacy-sign", attributes: { title: `${privacy} device` } }, icon(device.private ? "lock" : "globe", 15));
    this.element = el(
      "li",
      "card thing",
      el("div", "card-head", link(`/devices/${device.id}`, go, "card-link", device.title), this.badge),
      el("div", "card-last", this.value, this.channel),
      el("div", "card-foot muted", sign, el("span", { text: `feed ${device.id}` }), this.channels, this.updated),
    );
    this.show_channels(device.channels);
    this.show_last(device.last ?? undefined);
  }

  update(feed: Feed): void {
    this.show_channels(feed.datastreams?.length ?? 0);
    const newest = newest_channel(feed);
    if (!newest) return;
    this.show_last({
      channel: newest.id,
      value: newest.current_value ?? "",
      symbol: newest.unit?.symbol ?? "",
      at: newest.at!,
    });
  }

  check_badge(): void {
    show_badge(this.badge, this.at);
  }

  private show_channels(count: number): void {
    this.channels.textContent = count === 1 ? "1 channel" : `${count} channels`;
  }

  private show_last(last: NonNullable<DeviceSummary["last"]> | undefined): void {
    this.at = last?.at;
    this.value.textContent = last ? `${last.value} ${last.symbol}`.trim() : "—";
    this.channel.textContent = last?.channel ?? "";
    show_ago(this.updated, last?.at);
    this.check_badge();
  }
}

function first_steps(add: () => void): HTMLElement {
  return el(
    "div",
    "empty card",
    el("h2", { text: "Start developing devices" }),
    el("p", { class: "muted", text: "No devices yet" }),
    el("p", {
      text: "A device is anything that sends readings: a sensor, a phone, a script. Add one and you get its key and a line to copy; the first reading shows up here at once.",
    }),
    button("Add your first device", "primary", add),
  );
}

function no_match(text: string, clear: () => void): HTMLElement {
  return el(
    "div",
    "empty card",
    el("h2", { text: "No device matches" }),
    el("p", { text: `Nothing has “${text}” in its title, description or tags.` }),
    button("Show all devices", "", clear),
  );
}

function add_card(add: () => void): HTMLElement {
  const node = button("", "add-card", add);
  node.append(icon("plus", 28), el("span", { text: "Add device" }));
  return el("li", "card-place", node);
}

export function home_page(shell: Shell): Page {
  const cards = el("ul", { class: "cards", attributes: { "aria-label": "Devices" } });
  const body = el("div");
  const count = el("span", { attributes: { role: "status" } });
  const search = el("input", {
    class: "input search",
    attributes: { type: "search", id: "search", placeholder: "Search devices", "aria-label": "Search devices" },
  });
  let shown: Card[] = [];
  let subscriptions: (() => void)[] = [];
  let request = 0;
  let timer = 0;

  const add = () => open_add_device(shell, () => void load(0));
  const forget_cards = () => {
    for (const unsubscribe of subscriptions) unsubscribe();
    subscriptions = [];
    shown = [];
    cards.replaceChildren(add_card(add));
  };
  const append = (device: DeviceSummary) => {
    const card = new Card(device, shell.go);
    shown.push(card);
    cards.append(card.element);
    subscriptions.push(shell.live.subscribe(device.id, (feed) => card.update(feed), reload_later));
  };
  const show = (devices: DeviceSummary[], total: number, offset: number) => {
    if (offset === 0) forget_cards();
    devices.forEach(append);
    const text = search.value.trim();
    count.textContent = total === 0 ? "" : total === 1 ? "1 device." : `${total} devices.`;
    const more = button("Show more", "", () => void load(shown.length));
    if (total === 0) {
      body.replaceChildren(text ? no_match(text, clear) : first_steps(add));
    } else {
      body.replaceChildren(cards, ...(shown.length < total ? [more] : []));
    }
  };
  const load = async (offset: number) => {
    const mine = ++request;
    try {
      const page = await list_devices(search.value.trim(), offset);
      if (mine === request) show(page.devices, page.total, offset);
    } catch (error) {
      if (mine !== request) return;
      const retry = button("Try again", "", () => void load(0));
      body.replaceChildren(notice(shell.failed(error), retry));
    }
  };
  const load_after = (delay_ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => void load(0), delay_ms);
  };
  // Every card is told that the connection is back; one request is enough.
  const reload_later = () => load_after(50);
  const clear = () => {
    search.value = "";
    search.focus();
    void load(0);
  };
  search.addEventListener("input", () => load_after(search_delay_ms));
  const badges = setInterval(() => shown.forEach((card) => card.check_badge()), badge_check_ms);

  document.title = "Devices · Thingtank";
  void load(0);
  return {
    element: el(
      "div",
      "page",
      el(
        "div",
        "page-head",
        el("div", {}, el("h1", { text: "Development devices" }), el("p", "muted", "Prototype, experiment, watch. ", count)),
        search,
      ),
      body,
    ),
    leave: () => {
      ++request;
      clearTimeout(timer);
      clearInterval(badges);
      forget_cards();
    },
  };
}

