// Chooses channels: search over the account's devices, tick what is wanted.

import { call } from "../api";
import { button, el } from "../dom";
import type { ChannelName } from "./api";
import { key_of } from "./source";

interface FoundDevice {
  id: number;
  title: string;
  channels: { id: string; symbol: string; value: string | null }[];
}

const search_delay_ms = 150;

const find_channels = (text: string) =>
  call<{ devices: FoundDevice[] }>("GET", `/console/api/channels?${new URLSearchParams({ q: text })}`);

export class ChannelPicker {
  readonly element: HTMLElement;
  chosen: ChannelName[];
  private chips = el("ul", { class: "chips", attributes: { "aria-label": "Chosen channels" } });
  private found = el("div", { class: "found-channels" });
  private search = el("input", {
    class: "input",
    attributes: { type: "search", id: "channel-search", placeholder: "Search devices and channels", autocomplete: "off" },
  });
  private titles = new Map<number, string>();
  private request = 0;
  private timer = 0;

  constructor(
    chosen: ChannelName[],
    private channels_max: number,
    private changed: () => void,
  ) {
    this.chosen = [...chosen];
    this.search.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.load(), search_delay_ms);
    });
    this.search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault(); // searches, does not send the form
    });
    const label = el("label", { text: channels_max > 1 ? "Channels" : "Channel", attributes: { for: "channel-search" } });
    this.element = el("div", "field channel-picker", label, this.chips, this.search, this.found);
    this.show_chips();
    void this.load();
  }

  set_max(channels_max: number): void {
    this.channels_max = channels_max;
    this.chosen = this.chosen.slice(0, channels_max);
    this.element.querySelector("label")!.textContent = channels_max > 1 ? "Channels" : "Channel";
    this.show_chips();
    void this.load();
  }

  private async load(): Promise<void> {
    const mine = ++this.request;
    try {
      const { devices } = await find_channels(this.search.value.trim());
      if (mine === this.request) this.show(devices);
    } catch (error) {
      if (mine !== this.request) return;
      const message = error instanceof Error ? error.message : `${error}`;
      this.found.replaceChildren(el("p", { class: "muted", text: message }));
    }
  }

  private show(devices: FoundDevice[]): void {
    for (const { id, title } of devices) this.titles.set(id, title);
    this.show_chips();
    const with_channels = devices.filter(({ channels }) => channels.length > 0);
    if (with_channels.length > 0) return this.found.replaceChildren(...with_channels.map((device) => this.group(device)));
    const text = this.search.value ? "No channel matches." : "None of your devices has a channel yet. A channel is made when its first reading arrives.";
    this.found.replaceChildren(el("p", { class: "muted", text }));
  }

  private group({ id, title, channels }: FoundDevice): HTMLElement {
    const type = this.channels_max > 1 ? "checkbox" : "radio";
    const option = (channel: FoundDevice["channels"][number]) => {
      const name = { feed: id, channel: channel.id };
      const input = el("input", { attributes: { type, name: "channel" } });
      input.checked = this.is_chosen(name);
      input.addEventListener("change", () => this.toggle(name, input.checked));
      const value = channel.value === null ? "" : `${channel.value} ${channel.symbol}`.trim();
      return el("label", "found-channel", input, el("span", { text: channel.id }), el("span", { class: "muted", text: value }));
    };
    const whole = this.channels_max > 1 && channels.length > 1;
    const all = button("All", "quiet small", () => {
      for (const channel of channels) this.add({ feed: id, channel: channel.id });
      void this.load();
    });
    all.setAttribute("aria-label", `All channels of ${title}`);
    return el("section", {}, el("h4", {}, el("span", { text: title }), whole && all), ...channels.map(option));
  }

  private is_chosen(name: ChannelName): boolean {
    return this.chosen.some((other) => key_of(other) === key_of(name));
  }

  private add(name: ChannelName): void {
    if (this.is_chosen(name)) return;
    if (this.channels_max === 1) this.chosen = [];
    if (this.chosen.length < this.channels_max) this.chosen.push(name);
    this.show_chips();
  }

  private toggle(name: ChannelName, is_on: boolean): void {
    if (is_on) this.add(name);
    else this.chosen = this.chosen.filter((other) => key_of(other) !== key_of(name));
    this.show_chips();
  }

  private show_chips(): void {
    const chip = (name: ChannelName) => {
      const text = `${this.titles.get(name.feed) ?? `Feed ${name.feed}`} · ${name.channel}`;
      const remove = button("×", "quiet chip-remove", () => {
        this.toggle(name, false);
        void this.load();
      });
      remove.setAttribute("aria-label", `Remove ${text}`);
      return el("li", "chip", el("span", { text }), remove);
    };
    this.chips.replaceChildren(...this.chosen.map(chip));
    this.chips.hidden = this.chosen.length === 0;
    this.changed();
  }
}
