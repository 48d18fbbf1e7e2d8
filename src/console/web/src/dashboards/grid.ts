// Grid: the tiles of a dashboard in their places, and their being dragged about.

import { el } from "../dom";
import type { Layout, TimeWindow, Widget } from "./api";
import { columns, fitted, in_reading_order, place } from "./placing";
import type { Source } from "./source";
import { Tile, type TileActions } from "./tile";

const tick_ms = 1000;

export class Grid {
  readonly element = el("div", { class: "dashboard-grid", attributes: { role: "list", "aria-label": "Widgets" } });
  private tiles = new Map<string, Tile>();
  private widgets: Widget[] = [];
  private ticks = setInterval(() => this.each((tile) => tile.tick()), tick_ms);
  private drag: { tile: Tile; is_resize: boolean; start_x: number; start_y: number; from: Widget; moved: Widget } | null = null;

  // `changed` is told after a drag which places all widgets have now.
  constructor(
    private source: Source,
    private window: () => TimeWindow,
    private actions: TileActions,
    private changed: (widgets: Widget[]) => void,
  ) {
    this.element.addEventListener("pointerdown", (event) => this.grabbed(event));
    this.element.addEventListener("pointermove", (event) => this.dragged(event));
    this.element.addEventListener("pointerup", () => this.dropped());
    this.element.addEventListener("pointercancel", () => this.cancelled());
  }

  show(layout: Layout): void {
    this.widgets = layout.widgets;
    const known = new Set(layout.widgets.map(({ id }) => id));
    for (const [id, tile] of this.tiles) {
      if (known.has(id)) continue;
      tile.leave();
      this.tiles.delete(id);
    }
    // In reading order, which is the order of a phone and of the keyboard.
    let before: Element | null = null;
    for (const widget of in_reading_order(layout.widgets)) {
      const { element } = this.tile_of(widget);
      const next: Element | null = before ? before.nextElementSibling : this.element.firstElementChild;
      if (next !== element) this.element.insertBefore(element, next);
      before = element;
    }
  }

  set_editing(is_editing: boolean): void {
    this.element.classList.toggle("editing", is_editing);
  }

  refresh(): void {
    this.each((tile) => tile.refresh());
  }

  focus(id: string): void {
    this.tiles.get(id)?.handle.focus();
  }

  reveal(id: string): void {
    this.tiles.get(id)?.element.scrollIntoView({ block: "nearest" });
  }

  leave(): void {
    clearInterval(this.ticks);
    this.each((tile) => tile.leave());
  }

  private each(call: (tile: Tile) => void): void {
    for (const tile of this.tiles.values()) call(tile);
  }

  private tile_of(widget: Widget): Tile {
    const known = this.tiles.get(widget.id);
    if (known?.take(widget)) return known;
    const tile = new Tile(widget, this.source, this.window, this.actions);
    if (known) {
      known.element.replaceWith(tile.element);
      known.leave();
    }
    this.tiles.set(widget.id, tile);
    return tile;
  }

  // --- dragging ----------------------------------------------------------------------------------

  private grabbed(event: PointerEvent): void {
    if (!this.element.classList.contains("editing") || event.button !== 0) return;
    const target = event.target as Element;
    const is_resize = target.classList.contains("tile-corner");
    if (!is_resize && !target.classList.contains("tile-handle")) return;
    const id = target.closest<HTMLElement>("[data-widget]")?.dataset.widget;
    const tile = this.tiles.get(id ?? "");
    if (!tile) return;
    event.preventDefault();
    tile.handle.focus({ preventScroll: true });
    this.element.setPointerCapture(event.pointerId);
    const from = tile.widget;
    this.drag = { tile, is_resize, start_x: event.clientX, start_y: event.clientY + scrollY, from, moved: from };
    tile.element.classList.add(is_resize ? "resized" : "dragged");
  }

  private dragged(event: PointerEvent): void {
    const { drag } = this;
    if (!drag) return;
    const cell = this.cell_size();
    const [right_px, down_px] = [event.clientX - drag.start_x, event.clientY + scrollY - drag.start_y];
    const [right, down] = [Math.round(right_px / cell.width), Math.round(down_px / cell.height)];
    const { from } = drag;
    const box = drag.is_resize ? { w: Math.max(1, Math.min(from.w + right, columns - from.x)), h: from.h + down } : { x: from.x + right, y: from.y + down };
    drag.moved = fitted({ ...from, ...box });
    const placed = place(this.widgets, drag.moved);
    for (const widget of placed) this.tiles.get(widget.id)?.place(widget);
    if (drag.is_resize) return;
    // Between two cells it follows the pointer.
    const now = placed.find(({ id }) => id === from.id)!;
    const rest = [right_px - (now.x - from.x) * cell.width, down_px - (now.y - from.y) * cell.height];
    drag.tile.element.style.transform = `translate(${rest[0]}px, ${rest[1]}px)`;
  }

  private dropped(): void {
    const { drag } = this;
    if (!drag) return;
    this.end_drag();
    const placed = place(this.widgets, drag.moved);
    if (drag.moved !== drag.from) this.changed(placed);
  }

  private cancelled(): void {
    this.end_drag();
    for (const widget of this.widgets) this.tiles.get(widget.id)?.place(widget);
  }

  private end_drag(): void {
    if (!this.drag) return;
    const { element } = this.drag.tile;
    element.style.transform = "";
    element.classList.remove("dragged", "resized");
    this.drag = null;
  }

  private cell_size(): { width: number; height: number } {
    const style = getComputedStyle(this.element);
    const gap = parseFloat(style.columnGap);
    const row = parseFloat(style.getPropertyValue("--row-height"));
    return { width: (this.element.clientWidth + gap) / columns, height: row + gap };
  }
}
