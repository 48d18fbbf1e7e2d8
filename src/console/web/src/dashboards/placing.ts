// Where widgets stand: a grid of 12 columns, in which nothing overlaps and everything floats up.

import type { Box, Widget } from "./api";

export const columns = 12;
export const height_max = 60;

const overlap = (a: Box, b: Box) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

// Inside the grid.
export function fitted<B extends Box>(box: B): B {
  const w = Math.min(Math.max(box.w, 1), columns);
  return {
    ...box,
    w,
    h: Math.min(Math.max(box.h, 1), height_max),
    x: Math.min(Math.max(box.x, 0), columns - w),
    y: Math.max(box.y, 0),
  };
}

// As people read: from the top, and in a row from the left.
export const in_reading_order = (widgets: Widget[]) => [...widgets].sort((a, b) => a.y - b.y || a.x - b.x);

function lowered(box: Widget, others: Box[]): Widget {
  let y = box.y;
  for (;;) {
    const blocker = others.find((other) => overlap({ ...box, y }, other));
    if (!blocker) return { ...box, y };
    y = blocker.y + blocker.h;
  }
}

function raised(box: Widget, others: Box[]): Widget {
  let y = box.y;
  while (y > 0 && !others.some((other) => overlap({ ...box, y: y - 1 }, other))) --y;
  return { ...box, y };
}

// Everything moves up as far as it can, in reading order.
export function compact(widgets: Widget[]): Widget[] {
  const placed: Widget[] = [];
  for (const widget of in_reading_order(widgets)) placed.push(raised(lowered(widget, placed), placed));
  return placed;
}

// `moved` goes where it wants to; what stands there makes room downwards.
export function place(widgets: Widget[], moved: Widget): Widget[] {
  const wanted = fitted(moved);
  const placed: Widget[] = [wanted];
  for (const widget of in_reading_order(widgets)) {
    if (widget.id !== wanted.id) placed.push(lowered(widget, placed));
  }
  return compact(placed);
}

// A free place for something of that size: the first row where it fits.
export function free_place(widgets: Widget[], w: number, h: number): Box {
  const bottom = Math.max(0, ...widgets.map((widget) => widget.y + widget.h));
  for (let y = 0; y <= bottom; ++y) {
    for (let x = 0; x + w <= columns; ++x) {
      const box = { x, y, w, h };
      if (!widgets.some((widget) => overlap(box, widget))) return box;
    }
  }
  return { x: 0, y: bottom, w, h };
}
