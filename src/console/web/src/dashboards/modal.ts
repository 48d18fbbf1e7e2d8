// A dialog around content that is not a plain list of fields: what `apply` throws is shown in it,
// else it closes.

import { open_dialog } from "../dialog";
import { button, el } from "../dom";

export interface Modal {
  title: string;
  content: Node[];
  submit?: string; // absent: there is nothing to confirm
  style?: string; // of the button
  is_wide?: boolean;
  apply?: () => void | Promise<void>;
  closed?: () => void;
}

export function open_modal({ title, content, submit, style, is_wide, apply, closed }: Modal): { close: () => void } {
  const dialog = open_dialog(title, is_wide ? "wide" : "");
  if (closed) dialog.on_close(closed);
  if (!submit) {
    dialog.body.append(...content);
    return dialog;
  }
  const message = el("p", { class: "form-error", attributes: { role: "alert" } });
  const confirm = el("button", { class: `button ${style ?? "primary"}`, text: submit, attributes: { type: "submit" } });
  const form = el("form", {}, message, ...content, el("div", "dialog-actions", button("Cancel", "", dialog.close), confirm));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    message.textContent = "";
    confirm.disabled = true;
    try {
      await apply?.();
      dialog.close();
    } catch (error) {
      message.textContent = error instanceof Error ? error.message : `${error}`;
      message.scrollIntoView({ block: "nearest" });
    } finally {
      confirm.disabled = false;
    }
  });
  dialog.body.append(form);
  return dialog;
}

// Asks before something that cannot be undone.
export const ask = (title: string, text: string, submit: string, apply: () => void | Promise<void>) =>
  open_modal({ title, content: [el("p", { text })], submit, style: "danger", apply });
