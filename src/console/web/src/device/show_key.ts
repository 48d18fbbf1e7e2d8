// The secret of a key that was just made, to be copied.

import { copy_row } from "../connect";
import { button, el } from "../dom";
import { open_dialog } from "../dialog";

export function show_new_key(title: string, key: string, text = "Give this key to the device. You can see it again under API keys."): void {
  const dialog = open_dialog(title);
  dialog.body.append(
    el("p", { class: "intro", text }),
    el("dl", "facts", copy_row("Key", key)),
    el("div", "dialog-actions", button("Done", "primary", dialog.close)),
  );
}
