// Dialogs: the browser's own <dialog>, which keeps the focus inside, closes with Escape and gives
// the focus back.

import { button, el } from "./dom";

export interface Dialog {
  element: HTMLDialogElement;
  // What stands below the title; fill it, and fill it again.
  body: HTMLElement;
  set_title: (title: string) => void;
  close: () => void;
  // Called once when it closes, however.
  on_close: (done: () => void) => void;
}

let dialogs = 0;

export function open_dialog(title: string, style = ""): Dialog {
  const id = `dialog-${++dialogs}-title`;
  const heading = el("h2", { text: title, attributes: { id, tabindex: "-1" } });
  const body = el("div", "dialog-body");
  const element = el("dialog", { class: `dialog ${style}`, attributes: { "aria-labelledby": id } });
  const close = button("×", "quiet icon", () => element.close());
  close.setAttribute("aria-label", "Close");
  element.append(el("div", "dialog-head", heading, close), body);
  const done: (() => void)[] = [];
  element.addEventListener("close", () => {
    for (const call of done) call();
    element.remove();
  });
  document.body.append(element);
  element.showModal();
  return {
    element,
    body,
    set_title: (text) => (heading.textContent = text),
    close: () => element.close(),
    on_close: (call) => done.push(call),
  };
}
