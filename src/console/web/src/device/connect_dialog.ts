// "Connect this device": its key, and the lines that use it, ready to be copied.

import { connection_lines, copy_row } from "../connect";
import { button, el, notice } from "../dom";
import { open_dialog, type Dialog } from "../dialog";
import { find_feed } from "../api";
import type { Shell } from "../shell";
import { create_key, key_secret, list_keys, type Device } from "./api";

class ConnectDialog {
  private is_key_shown = false;

  constructor(
    private shell: Shell,
    private device: Device,
    private dialog: Dialog,
  ) {
    void this.load();
  }

  // The first key that may write; READ alone connects nothing.
  private async load(): Promise<void> {
    try {
      const keys = await list_keys(this.device.id);
      const usable = keys.find((key) => key.actions.includes("update") && key.private_access) ?? keys.find((key) => key.actions.includes("update"));
      if (usable) await this.show(await key_secret(this.device.id, usable.id));
      else this.offer_key();
    } catch (error) {
      this.dialog.body.replaceChildren(notice(this.shell.failed(error), button("Try again", "", () => void this.load())));
    }
  }

  private offer_key(): void {
    this.dialog.body.replaceChildren(
      el("p", { class: "intro", text: "No key is limited to this device. Make one, so that the device holds nothing that opens others." }),
      el("div", "dialog-actions", button("Make a key", "primary", () => void this.make_key())),
    );
  }

  private async make_key(): Promise<void> {
    try {
      await this.show((await create_key(this.device.id, {})).key);
    } catch (error) {
      this.dialog.body.append(notice(this.shell.failed(error)));
    }
  }

  private async show(key: string): Promise<void> {
    const feed = await find_feed(this.device.id);
    const channel = feed.datastreams?.[0];
    const connection = {
      feed: this.device.id,
      key,
      channel: channel?.id ?? "temperature",
      value: channel?.current_value ?? "21.5",
      mqtt_port: this.shell.session.mqtt_port,
    };
    const draw = () => {
      const toggle = button(this.is_key_shown ? "Hide key" : "Show key", "quiet small show-key", () => {
        this.is_key_shown = !this.is_key_shown;
        draw();
        this.dialog.body.querySelector<HTMLElement>(".show-key")?.focus();
      });
      const shown_key = this.is_key_shown ? key : "••••••••";
      this.dialog.body.replaceChildren(
        el("dl", "facts", copy_row("Key", key, shown_key, toggle)),
        connection_lines(connection, shown_key),
      );
    };
    draw();
  }
}

export function open_connect(shell: Shell, device: Device): void {
  new ConnectDialog(shell, device, open_dialog("Connect this device", "wide-dialog"));
}
