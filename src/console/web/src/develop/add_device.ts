// The "Add device" dialog: name and privacy, then the key, the lines to copy, and the first reading.

import { create_device } from "../api";
import { connection_lines, copy_row } from "../connect";
import { button, el } from "../dom";
import { open_dialog } from "../dialog";
import { open_form, radio_field, text_field } from "../form";
import type { Shell } from "../shell";
import { newest_channel } from "../status";

export function open_add_device(shell: Shell, added: () => void): void {
  const name = text_field({ name: "title", label: "Device name", required: true, placeholder: "Greenhouse" });
  const description = text_field({ name: "description", label: "Description (optional)", max: 1000 });
  const privacy = radio_field({
    name: "private",
    label: "Privacy",
    value: "private",
    choices: [
      { value: "private", title: "Private device", text: "You decide with API keys if and how its data are shared." },
      { value: "public", title: "Public device", text: "Everyone who has a key of this server may read its data." },
    ],
  });
  open_form({
    title: "Add device",
    fields: [name, description, privacy],
    submit: "Add device",
    failed: shell.failed,
    send: async () => {
      const title = name.value();
      const device = await create_device({ title, description: description.value(), private: privacy.value() === "private" });
      added();
      show_created(shell, device, title);
    },
  });
}

function show_created(shell: Shell, device: { id: number; key: string }, title: string): void {
  const dialog = open_dialog(`${title} is ready`);
  const first = el("p", {
    class: "first-reading waiting",
    text: "Waiting for the first reading…",
    attributes: { role: "status" },
  });
  const open = button("Open device", "primary", () => {
    dialog.close();
    shell.go(`/devices/${device.id}`);
  });
  const connection = {
    feed: device.id,
    key: device.key,
    channel: "temperature",
    value: "21.5",
    mqtt_port: shell.session.mqtt_port,
  };
  dialog.body.append(
    el("dl", "facts", copy_row("Feed ID", `${device.id}`), copy_row("Key", device.key)),
    el("p", { text: "Send a first reading: copy one of these lines into a terminal. The channel is made when its first reading arrives." }),
    connection_lines(connection, device.key, "Send"),
    el("div", "dialog-actions", first, open),
  );
  const unsubscribe = shell.live.subscribe(
    device.id,
    (feed) => {
      const newest = newest_channel(feed);
      if (!newest) return;
      first.className = "first-reading arrived";
      first.textContent = `It works: ${newest.id} is ${newest.current_value}.`;
    },
    () => {},
  );
  dialog.on_close(unsubscribe);
}
