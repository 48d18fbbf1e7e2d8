// The API keys that open this device and nothing else.

import { copy_button } from "../connect";
import { button, el } from "../dom";
import { area_field, check_field, checks_field, confirm_dialog, open_form, text_field } from "../form";
import type { Shell } from "../shell";
import { change_key, create_key, delete_key, key_secret, list_keys, renew_key, type Device, type Key } from "./api";
import { add_button, icon_button, Panel, split_tags } from "./panel";
import { show_new_key } from "./show_key";

const actions = [["read", "READ"], ["update", "UPDATE"], ["create", "CREATE"], ["delete", "DELETE"]] as const;

// What the key may besides its actions, in a line.
function limits_of(key: Key): string {
  const parts = [];
  if (key.channels.length) parts.push(`only ${key.channels.join(", ")}`);
  if (key.source_ip) parts.push(`from ${key.source_ip}`);
  if (key.referer) parts.push(`on pages of ${key.referer}`);
  if (key.minimum_interval) parts.push(`history by ${key.minimum_interval} s at least`);
  if (key.expires_at) parts.push(`until ${new Date(key.expires_at).toLocaleString()}`);
  return parts.join(" · ");
}

// "2030-01-31T12:00" as <input type=datetime-local> has it, in the reader's time.
function local_time(at: string | null): string {
  if (!at) return "";
  const time = new Date(at);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export class Keys {
  private panel = new Panel("API keys", "keys");
  readonly element = this.panel.element;

  constructor(
    private shell: Shell,
    private device: Device,
  ) {
    void this.load();
  }

  load = async (): Promise<void> => {
    try {
      this.show(await list_keys(this.device.id));
    } catch (error) {
      this.panel.fail(this.shell.failed(error), () => void this.load());
    }
  };

  private show(keys: Key[]): void {
    const rows = el("ul", { class: "key-rows", attributes: { "aria-label": "Keys of this device" } }, ...keys.map((key) => this.row(key)));
    this.panel.body.replaceChildren(
      keys.length ? rows : el("p", { class: "muted", text: "No key is limited to this device. Make one, so that the device holds nothing that opens others." }),
      add_button("Add key", () => this.edit(null)),
    );
  }

  private row(key: Key): HTMLElement {
    const secret = el("code", { class: "secret", text: "••••••••••••••••" });
    const reveal = button("Show", "quiet small", () => void this.reveal(key, secret, reveal));
    reveal.setAttribute("aria-label", `Show the key ${key.label}`);
    const limits = limits_of(key);
    return el(
      "li",
      "key-row",
      el(
        "div",
        "row-head",
        el("strong", { text: key.label }),
        el(
          "span",
          "row-actions",
          key.is_simple && icon_button("edit", `Edit ${key.label}`, () => this.edit(key)),
          icon_button("trash", `Delete ${key.label}`, () => this.remove(key)),
        ),
      ),
      el("div", "secret-line", secret, reveal),
      el(
        "p",
        "words",
        el("span", { class: "permissions", text: actions.filter(([name]) => key.actions.includes(name)).map(([, word]) => word).join(", ") }),
        key.private_access && el("span", { class: "private-access", text: "private access" }),
      ),
      limits ? el("p", { class: "muted", text: limits }) : null,
    );
  }

  private async reveal(key: Key, place: HTMLElement, reveal: HTMLButtonElement): Promise<void> {
    try {
      const secret = await key_secret(this.device.id, key.id);
      place.textContent = secret;
      reveal.replaceWith(copy_button("Key", () => secret));
    } catch (error) {
      place.textContent = this.shell.failed(error);
    }
  }

  private edit(key: Key | null): void {
    const label = text_field({ name: "label", label: "Label", required: true, value: key?.label ?? "", placeholder: "Greenhouse controller" });
    const allowed = checks_field({ name: "actions", label: "It may", value: key?.actions ?? actions.map(([name]) => name), choices: actions });
    const private_access = check_field({ name: "private_access", label: "Private access", value: key?.private_access ?? true, hint: "Without it the key opens the device only while that is public." });
    const source_ip = text_field({ name: "source_ip", label: "Only from the address", value: key?.source_ip ?? "", placeholder: "any" });
    const referer = text_field({ name: "referer", label: "Only on pages of the host", value: key?.referer ?? "", placeholder: "any" });
    const expires = text_field({ name: "expires_at", label: "Ends at", type: "datetime-local", value: local_time(key?.expires_at ?? null) });
    const interval = text_field({ name: "minimum_interval", label: "Finest history, s", value: key?.minimum_interval ? `${key.minimum_interval}` : "", inputmode: "numeric", placeholder: "all" });
    const channels = area_field({ name: "channels", label: "Only these channels", value: key?.channels.join(", ") ?? "", rows: 1, placeholder: "all", hint: "Separated by commas." });
    const more = el(
      "details",
      "more-options",
      el("summary", { text: "Limits" }),
      el("div", "field-row", source_ip.element, referer.element),
      el("div", "field-row", expires.element, interval.element),
      channels.element,
    );
    more.open = !!key && limits_of(key) !== "";
    const draft = () => ({
      label: label.value(),
      actions: allowed.value(),
      private_access: private_access.value(),
      source_ip: source_ip.value(),
      referer: referer.value(),
      minimum_interval: Math.round(Number(interval.value() || 0)),
      expires_at: expires.value() ? new Date(expires.value()).toISOString() : null,
      channels: split_tags(channels.value()),
    });
    const fields = [label, allowed, private_access, source_ip, referer, expires, interval, channels];
    const renew = key && button("New secret", "quiet", () => this.renew(key, dialog.close));
    const dialog = open_form({
      title: key ? `Key ${key.label}` : "Add key",
      fields,
      layout: [label.element, allowed.element, private_access.element, more],
      submit: key ? "Save" : "Add key",
      more: renew ? [renew] : [],
      failed: (error) => {
        more.open = true; // what is wrong may stand in there
        return this.shell.failed(error);
      },
      send: async () => {
        if (key) await change_key(this.device.id, key.id, draft());
        else show_new_key("The key is ready", (await create_key(this.device.id, draft())).key);
        await this.load();
      },
    });
  }

  private renew(key: Key, done: () => void): void {
    confirm_dialog({
      title: "Make a new secret?",
      text: `“${key.label}” gets another secret. The old one ends at once, also where it is in use.`,
      submit: "Make a new secret",
      send: async () => {
        const secret = await renew_key(this.device.id, key.id);
        done();
        show_new_key("The new secret", secret);
        await this.load();
      },
      failed: this.shell.failed,
    });
  }

  private remove(key: Key): void {
    confirm_dialog({
      title: `Delete the key ${key.label}?`,
      text: "Whatever uses it is refused from then on.",
      submit: "Delete key",
      send: async () => {
        await delete_key(this.device.id, key.id);
        await this.load();
      },
      failed: this.shell.failed,
    });
  }
}
