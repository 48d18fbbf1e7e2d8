// The workbench of one device: what it is, its channels live, what is asked of it, and who may.

import { find_feed, type Feed } from "../api";
import { button, el, notice } from "../dom";
import { confirm_dialog } from "../form";
import { link, type Page, type Shell } from "../shell";
import { newest_channel } from "../status";
import { delete_device, find_device, type Device } from "./api";
import { Channels } from "./channels";
import { Header } from "./header";
import { Keys } from "./keys";
import { Location } from "./location";
import { Metadata } from "./metadata";
import { RequestLog } from "./requests";
import { Triggers } from "./triggers";

const tick_ms = 1000;

class Workbench {
  readonly element: HTMLElement;
  private header: Header;
  private channels: Channels;
  private location: Location;
  private metadata: Metadata;
  private requests: RequestLog;
  private keys: Keys;

  constructor(
    private shell: Shell,
    private device: Device,
    private feed: Feed,
  ) {
    const changed = (now: Device) => this.show(now);
    this.header = new Header(shell, device, changed, () => void this.deploy());
    this.channels = new Channels(shell, feed);
    this.location = new Location(shell, device, changed);
    this.metadata = new Metadata(shell, device, changed);
    this.requests = new RequestLog(shell, device.id);
    this.keys = new Keys(shell, device);
    const triggers = new Triggers(shell, device.id, () => this.feed.datastreams ?? []);
    this.element = el(
      "div",
      {},
      this.header.element,
      el(
        "div",
        "workbench",
        el("div", "column", this.channels.element, this.location.element, this.metadata.element),
        el("div", "column side", this.requests.element, this.keys.element, triggers.element),
      ),
      el("footer", "device-end", button("Delete this device", "danger-text", () => this.delete())),
    );
    this.update(feed);
  }

  // Values came in.
  update(feed: Feed): void {
    this.feed = feed;
    this.channels.update(feed);
    this.header.show_newest(newest_channel(feed)?.at);
  }

  tick(): void {
    this.header.show_newest(newest_channel(this.feed)?.at);
    this.channels.tick();
  }

  resume(): void {
    this.channels.resume();
  }

  leave(): void {
    this.channels.leave();
    this.requests.leave();
  }

  private show(device: Device): void {
    const is_key_changed = device.product?.activated !== this.device.product?.activated;
    this.device = device;
    document.title = `${device.title} · Thingtank`;
    this.header.show(device);
    this.location.show(device);
    this.metadata.show(device);
    if (is_key_changed) void this.keys.load();
  }

  private async deploy(): Promise<void> {
    const { open_deploy } = await import("../manage/deploy");
    open_deploy(this.shell, this.device, this.feed.datastreams ?? []);
  }

  private delete(): void {
    confirm_dialog({
      title: "Delete this device?",
      text: "Its history, its keys and its triggers go with it. This cannot be undone.",
      name: this.device.title,
      submit: "Delete this device",
      send: async () => {
        await delete_device(this.device.id);
        this.shell.go("/");
      },
      failed: this.shell.failed,
    });
  }
}

export function device_page(shell: Shell, id: number): Page {
  const body = el("div", { attributes: { "aria-busy": "true" } });
  let view: Workbench | null = null;
  let is_left = false;

  const load = async () => {
    try {
      const [device, feed] = await Promise.all([find_device(id), find_feed(id)]);
      if (is_left) return;
      if (view) return view.update(feed);
      view = new Workbench(shell, device, feed);
      document.title = `${device.title} · Thingtank`;
      body.removeAttribute("aria-busy");
      body.replaceChildren(view.element);
    } catch (error) {
      if (is_left || view) return;
      body.replaceChildren(notice(shell.failed(error), button("Try again", "", () => void load())));
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
  const crumbs = el("nav", { class: "crumbs", attributes: { "aria-label": "Breadcrumb" } }, link("/", shell.go, "", "← All devices"));
  return {
    element: el("div", "page workbench-page", crumbs, body),
    leave: () => {
      is_left = true;
      unsubscribe();
      clearInterval(ticks);
      view?.leave();
    },
  };
}
