// A button that opens a list of commands.

import { el } from "../dom";

export interface Command {
  text: string;
  press?: () => void;
  href?: string; // instead: a file to download
  is_danger?: boolean;
}

export function menu(label: string, commands: Command[], style = "quiet"): HTMLElement {
  const node = el("details", "menu");
  const close = () => (node.open = false);
  const command = ({ text, press, href, is_danger }: Command) => {
    const look = `menu-command${is_danger ? " danger" : ""}`;
    if (href) return el("a", { class: look, text, attributes: { href, download: "" }, on: { click: close } });
    return el("button", { class: look, text, attributes: { type: "button" }, on: { click: () => (close(), press?.()) } });
  };
  node.append(el("summary", { class: `button ${style}`, text: label }), el("div", { class: "menu-list card" }, ...commands.map(command)));
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !node.open) return;
    close();
    node.querySelector("summary")!.focus();
  });
  node.addEventListener("focusout", (event) => {
    if (!node.contains(event.relatedTarget as Node | null) && event.relatedTarget) close();
  });
  const outside = (event: Event) => {
    if (!node.contains(event.target as Node)) close();
  };
  node.addEventListener("toggle", () => {
    if (node.open) document.addEventListener("pointerdown", outside);
    else document.removeEventListener("pointerdown", outside);
  });
  return node;
}
