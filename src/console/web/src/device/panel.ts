// Panel: one card of the workbench: a title with actions, and a body that is loaded and shown.

import { button, el, notice } from "../dom";
import { icon, type IconName } from "../icons";

export class Panel {
  readonly element: HTMLElement;
  readonly body = el("div", "panel-body");
  readonly actions = el("div", "panel-actions");

  constructor(title: string, style = "", tag: "section" | "article" = "section") {
    const heading = el("h2", { text: title });
    this.element = el(tag, { class: `card panel ${style}`, attributes: { "aria-label": title } });
    this.element.append(el("div", "panel-head", heading, this.actions), this.body);
  }

  // Shows what went wrong, with a way to try again.
  fail(message: string, again: () => void): void {
    this.body.replaceChildren(notice(message, button("Try again", "small", again)));
  }
}

// A button that is only a drawing; its name is read aloud and shown on hover.
export function icon_button(name: IconName, label: string, press: () => void, style = "quiet small"): HTMLButtonElement {
  const node = button("", `${style} icon-only`, press);
  node.append(icon(name, 18));
  node.setAttribute("aria-label", label);
  node.title = label;
  return node;
}

// "+ Add key": full width, at the end of a panel.
export function add_button(label: string, press: () => void): HTMLButtonElement {
  const node = button("", "add wide", press);
  node.append(icon("plus", 18), el("span", { text: label }));
  return node;
}

// The badges of tags.
export function chips(texts: string[]): HTMLElement {
  return el("ul", { class: "tag-list", attributes: { "aria-label": "Tags" } }, ...texts.map((text) => el("li", { class: "tag", text })));
}

// "fruit, trees" as people type tags.
export const split_tags = (text: string) => text.split(",").map((tag) => tag.trim()).filter(Boolean);
