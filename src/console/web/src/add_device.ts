// The "Add device" dialog: name and privacy, then the key, the lines to copy, and the first reading.

import { create_device } from "./api";
import { connection_lines, copy_row } from "./connect";
import { button, el, field } from "./dom";
import type { Shell } from "./shell";
import { newest_channel } from "./status";

function privacy_choice(value: string, title: string, explanation: string, checked: boolean) {
  const input = el("input", { attributes: { type: "radio", name: "privacy", value, id: `privacy-${value}` } });
  input.checked = checked;
  const label = el(
    "label",
    { class: "choice", attributes: { for: `privacy-${value}` } },
    input,
    el("span", {}, el("strong", { text: title }), el("span", { class: "muted", text: explanation })),
  );
  return label;
}

function close_button(dialog: HTMLDialogElement): HTMLButtonElement {
  const node = button("×", "quiet icon", () => dialog.close());
  node.setAttribute("aria-label", "Close");
  return node;
}

export function open_add_device(shell: Shell, added: () => void): void {
  const dialog = el("dialog", { class: "dialog", attributes: { "aria-labelledby": "dialog-title" } });
  let leave = () => {};
  dialog.addEventListener("close", () => {
    leave();
    dialog.remove();
  });
  const created = (device: { id: number; key: string }, title: string) => {
    added();
    leave = show_created(shell, dialog, device, title);
  };
  show_form(shell, dialog, created);
  document.body.append(dialog);
  dialog.showModal();
}

function show_form(
  shell: Shell,
  dialog: HTMLDialogElement,
  created: (device: { id: number; key: string }, title: string) => void,
): void {
  const message = el("p", { class: "form-error", attributes: { role: "alert" } });
  const submit = el("button", { class: "button primary", text: "Add device", attributes: { type: "submit" } });
  const name = field("Name", {
    id: "device-title",
    required: "",
    maxlength: "255",
    autocomplete: "off",
    placeholder: "Greenhouse",
  });
  const input = name.querySelector("input")!;
  const form = el(
    "form",
    {},
    el("div", "dialog-head", el("h2", { text: "Add device", attributes: { id: "dialog-title" } }), close_button(dialog)),
    message,
    name,
    el(
      "fieldset",
      {},
      el("legend", { text: "Who may read it" }),
      privacy_choice("private", "Private", "Only you and those who have one of its keys.", true),
      privacy_choice("public", "Public", "Everyone who has a key of this server.", false),
    ),
    el("div", "dialog-actions", button("Cancel", "", () => dialog.close()), submit),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    message.textContent = "";
    submit.disabled = true;
    const title = input.value.trim();
    try {
      const is_private = new FormData(form).get("privacy") !== "public";
      created(await create_device(title, is_private), title);
    } catch (error) {
      message.textContent = shell.failed(error);
      input.focus();
    } finally {
      submit.disabled = false;
    }
  });
  dialog.replaceChildren(form);
  queueMicrotask(() => input.focus());
}

// Returns what must be called when the dialog closes.
function show_created(
  shell: Shell,
  dialog: HTMLDialogElement,
  device: { id: number; key: string },
  title: string,
): () => void {
  const first = el("p", {
    class: "first-reading waiting",
    text: "Waiting for the first reading…",
    attributes: { role: "status" },
  });
  const open = button("Open device", "primary", () => {
    dialog.close();
    shell.go(`/devices/${device.id}`);
  });
  const heading = el("h2", { text: `${title} is ready`, attributes: { id: "dialog-title", tabindex: "-1" } });
  const connection = {
    feed: device.id,
    key: device.key,
    channel: "temperature",
    value: "21.5",
    mqtt_port: shell.session.mqtt_port,
  };
  dialog.replaceChildren(
    el("div", "dialog-head", heading, close_button(dialog)),
    el("dl", "facts", copy_row("Feed ID", `${device.id}`), copy_row("Key", device.key)),
    el("p", { text: "Send a first reading: copy one of these lines into a terminal. The channel is made when its first reading arrives." }),
    connection_lines(connection, device.key, "Send"),
    el("div", "dialog-actions", first, open),
  );
  heading.focus();
  return shell.live.subscribe(
    device.id,
    (feed) => {
      const newest = newest_channel(feed);
      if (!newest) return;
      first.className = "first-reading arrived";
      first.textContent = `It works: ${newest.id} is ${newest.current_value}.`;
    },
    () => {},
  );
}
