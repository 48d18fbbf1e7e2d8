// The band at the top: what the device is called, who may read it, and its numbers and addresses.

import { copy_row } from "../connect";
import { button, el } from "../dom";
import { confirm_dialog } from "../form";
import { icon } from "../icons";
import type { Shell } from "../shell";
import { show_badge } from "../status";
import { show_ago } from "../time";
import { activate, activation_code, change_device, deactivate, product_secret, type Device } from "./api";
import { open_connect } from "./connect_dialog";
import { icon_button } from "./panel";
import { show_new_key } from "./show_key";

export class Header {
  readonly element = el("header", "device-head card");
  private badge = el("span");
  private updated = el("time");
  private title = el("div", "title-line");
  private facts = el("dl", "facts");
  private message = el("p", { class: "form-error", attributes: { role: "alert" } });

  constructor(
    private shell: Shell,
    private device: Device,
    private changed: (device: Device) => void,
    deploy: () => void,
  ) {
    const connect = button("Connect this device", "", () => open_connect(shell, this.device));
    const ship = button("Deploy", "primary", deploy);
    ship.append(icon("chevron", 16));
    ship.title = "Make a product of this device, and serial numbers for many like it";
    this.element.append(
      el("div", "head-line", el("div", "head-title", this.title, el("p", "muted", this.updated)), el("div", "head-actions", connect, ship)),
      this.message,
      this.facts,
    );
    this.show(device);
  }

  show(device: Device): void {
    this.device = device;
    this.show_title();
    this.show_facts();
  }

  show_newest(at: string | undefined): void {
    show_badge(this.badge, at);
    show_ago(this.updated, at, "updated ");
  }

  private show_title(): void {
    const { title, private: is_private } = this.device;
    const privacy = button(is_private ? "Private device" : "Public device", `privacy small ${is_private ? "" : "is-public"}`, () =>
      this.change_privacy(),
    );
    privacy.prepend(icon(is_private ? "lock" : "globe", 15));
    privacy.title = is_private
      ? "Only you and those who have one of its keys may read it. Press to make it public."
      : "Everyone who has a key of this server may read it. Press to make it private.";
    this.title.replaceChildren(
      el("h1", { text: title }),
      icon_button("edit", "Edit the title", () => this.edit_title()),
      this.badge,
      privacy,
    );
  }

  private edit_title(): void {
    const input = el("input", { class: "input title-input", attributes: { maxlength: "255", "aria-label": "Title", required: "" } });
    input.value = this.device.title;
    const save = el("button", { class: "button primary small", text: "Save", attributes: { type: "submit" } });
    const form = el("form", "title-form", input, save, button("Cancel", "quiet small", () => this.show_title()));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.change({ title: input.value.trim() });
    });
    form.addEventListener("keydown", (event) => event.key === "Escape" && this.show_title());
    this.title.replaceChildren(form);
    input.focus();
    input.select();
  }

  private change_privacy(): void {
    const to_private = !this.device.private;
    confirm_dialog({
      title: to_private ? "Make this device private?" : "Make this device public?",
      text: to_private
        ? "From now on only you and those who have one of its keys with private access may read it."
        : "Everyone who has a key of this server may then read its values, its history and its location. Writing stays with you and your keys.",
      submit: to_private ? "Make private" : "Make public",
      send: async () => this.changed(await change_device(this.device.id, { private: to_private })),
      failed: this.shell.failed,
    });
  }

  private async change(change: { title: string }): Promise<void> {
    this.message.textContent = "";
    try {
      this.changed(await change_device(this.device.id, change));
    } catch (error) {
      this.message.textContent = this.shell.failed(error);
    }
  }

  private show_facts(): void {
    const { id, product } = this.device;
    const url = `${location.origin}/v2/feeds/${id}`;
    this.facts.replaceChildren();
    if (product) {
      this.facts.append(
        copy_row("Product ID", product.id),
        this.secret_row("Product Secret", () => product_secret(product.id)),
        copy_row("Serial Number", product.serial),
        this.secret_row("Activation Code", () => activation_code(product)),
        this.activation_row(product.activated),
      );
    }
    this.facts.append(
      copy_row("Feed ID", `${id}`),
      copy_row("Feed URL", `${location.origin}/devices/${id}`),
      copy_row("API Endpoint", url),
    );
  }

  // Dots until somebody asks.
  private secret_row(name: string, fetch_secret: () => Promise<string>): HTMLElement {
    const show = async () => {
      try {
        const secret = await fetch_secret();
        const shown = copy_row(name, secret, secret, button("Hide", "quiet small", () => shown.replaceWith(this.secret_row(name, fetch_secret))));
        row.replaceWith(shown);
      } catch (error) {
        this.message.textContent = this.shell.failed(error);
      }
    };
    const reveal = button("Show", "quiet small", () => void show());
    reveal.setAttribute("aria-label", `Show the ${name.toLowerCase()}`);
    const row = el("div", "copy-row", el("dt", { text: name }), el("dd", {}, el("code", { text: "••••••••" }), reveal));
    return row;
  }

  private activation_row(activated: string | null): HTMLElement {
    const state = el("span", { class: activated ? "badge live" : "badge", text: activated ? "activated" : "not activated" });
    const since = el("time", "muted");
    if (activated) show_ago(since, activated);
    const change = activated
      ? button("Deactivate", "quiet small", () => this.deactivate())
      : button("Activate", "quiet small", () => void this.activate());
    return el("div", "copy-row", el("dt", { text: "Activation" }), el("dd", {}, state, since, change));
  }

  private deactivate(): void {
    confirm_dialog({
      title: "Deactivate this device?",
      text: "The key that it got with its activation ends at once. The feed and its history stay; when the device is activated again it gets a new key.",
      submit: "Deactivate",
      send: async () => {
        await deactivate(this.device.product!);
        this.changed({ ...this.device, product: { ...this.device.product!, activated: null } });
      },
      failed: this.shell.failed,
    });
  }

  private async activate(): Promise<void> {
    try {
      const { key } = await activate(this.device.product!);
      this.changed({ ...this.device, product: { ...this.device.product!, activated: new Date().toISOString() } });
      show_new_key("The device is activated", key);
    } catch (error) {
      this.message.textContent = this.shell.failed(error);
    }
  }
}
