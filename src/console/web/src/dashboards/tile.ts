// Tile: the frame of one widget on the dashboard: title, the widget itself, and in edit mode what
// moves, resizes, changes and removes it.

import { button, el } from "../dom";
import { icon } from "../icons";
import type { Box, TimeWindow, Widget } from "./api";
import type { Source } from "./source";
import { kind_of, title_of } from "./widgets/kinds";
import type { WidgetView } from "./widgets/widget";

export interface TileActions {
  edit: (id: string) => void;
  copy: (id: string) => void;
  remove: (id: string) => void;
  // By keyboard: move or grow by so many cells.
  nudge: (id: string, by: Partial<Box>) => void;
}

const arrows: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export class Tile {
  readonly element: HTMLElement;
  readonly handle: HTMLButtonElement;
  readonly corner = el("span", { class: "tile-corner", attributes: { "aria-hidden": "true" } });
  private view: WidgetView;
  private message = el("p", { class: "tile-message", attributes: { role: "alert" } });
  private stops: (() => void)[];
  private content: string;

  constructor(
    public widget: Widget,
    source: Source,
    window: () => TimeWindow,
    actions: TileActions,
  ) {
    this.content = content_of(widget);
    const title = title_of(widget);
    this.view = kind_of(widget.type).make({ source, widget, window, complain: (text) => (this.message.textContent = text) });
    this.handle = el("button", {
      class: "tile-handle",
      attributes: { type: "button", "aria-label": `${title}: arrow keys move, with Shift resize`, title: "Drag, or use the arrow keys; with Shift they resize" },
      on: { keydown: (event: KeyboardEvent) => this.pressed(event, actions) },
    });
    const tool = (name: "edit" | "copy" | "trash", label: string, press: (id: string) => void) => {
      const node = button("", "quiet icon small", () => press(this.widget.id));
      node.append(icon(name, 18));
      node.setAttribute("aria-label", `${label} ${title}`);
      node.title = label;
      return node;
    };
    const heading = el("h3", { class: "tile-title", text: title });
    if (!widget.title && widget.type === "text") heading.hidden = true;
    this.element = el(
      "article",
      { class: `tile card tile-of-${widget.type}`, attributes: { "aria-label": title, "data-widget": widget.id } },
      this.handle,
      el("header", "tile-head", heading, el("span", "tile-tools", tool("edit", "Change", actions.edit), tool("copy", "Duplicate", actions.copy), tool("trash", "Remove", actions.remove))),
      el("div", "tile-body", this.view.element),
      this.message,
      this.corner,
    );
    this.place(widget);
    const feeds = new Set(widget.channels.map(({ feed }) => feed));
    this.stops = [...feeds].map((feed) =>
      source.watch(feed, {
        update: (state) => this.view.update(state),
        resumed: () => this.view.refresh?.(),
        failed: (text) => (this.message.textContent = text),
      }),
    );
    queueMicrotask(() => this.view.refresh?.());
  }

  place({ x, y, w, h }: Box): void {
    const { style } = this.element;
    style.setProperty("--column", `${x + 1} / span ${w}`);
    style.setProperty("--row", `${y + 1} / span ${h}`);
    style.setProperty("--rows", `${h}`);
  }

  // False if another tile has to be made for it.
  take(widget: Widget): boolean {
    if (content_of(widget) !== this.content) return false;
    this.widget = widget;
    this.place(widget);
    return true;
  }

  refresh(): void {
    this.view.refresh?.();
  }

  tick(): void {
    this.view.tick?.();
  }

  leave(): void {
    for (const stop of this.stops) stop();
    this.view.leave?.();
    this.element.remove();
  }

  private pressed(event: KeyboardEvent, actions: TileActions): void {
    const { id, x, y, w, h } = this.widget;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      return actions.edit(id);
    }
    if (event.key === "Delete") return actions.remove(id);
    const arrow = arrows[event.key];
    if (!arrow) return;
    event.preventDefault();
    const [right, down] = arrow;
    actions.nudge(id, event.shiftKey ? { w: w + right, h: h + down } : { x: x + right, y: y + down });
  }
}

// All of it but its place.
function content_of({ type, title, channels, options }: Widget): string {
  return JSON.stringify([type, title, channels, options]);
}
