// A gauge: where the value stands between its ends, and the thresholds along the way.

import type { Feed } from "../../api";
import { el } from "../../dom";
import { is_number, shown } from "../numbers";
import { channel_of, level_of, unit_of, type Context, type WidgetView } from "./widget";

const svg = "http://www.w3.org/2000/svg";
const [centre_x, centre_y, radius, rim_radius] = [100, 96, 74, 88];
const [first_degrees, sweep_degrees] = [-210, 240]; // from the lower left over the top

function point(degrees: number, distance: number): string {
  const angle = (degrees * Math.PI) / 180;
  return `${(centre_x + distance * Math.cos(angle)).toFixed(2)} ${(centre_y + distance * Math.sin(angle)).toFixed(2)}`;
}

// From one part of the way to another, both 0 to 1.
function arc(from: number, to: number, distance: number): string {
  const [start, end] = [first_degrees + from * sweep_degrees, first_degrees + to * sweep_degrees];
  const is_large = end - start > 180 ? 1 : 0;
  return `M${point(start, distance)}A${distance} ${distance} 0 ${is_large} 1 ${point(end, distance)}`;
}

function part(name: string, d: string): SVGPathElement {
  const path = document.createElementNS(svg, "path");
  path.setAttribute("class", name);
  path.setAttribute("d", d);
  return path;
}

function text(name: string, x: number, y: number, content: string): SVGTextElement {
  const node = document.createElementNS(svg, "text");
  node.setAttribute("class", name);
  node.setAttribute("x", `${x}`);
  node.setAttribute("y", `${y}`);
  node.textContent = content;
  return node;
}

export class GaugeWidget implements WidgetView {
  readonly element: HTMLElement;
  private min: number;
  private max: number;
  private drawing = document.createElementNS(svg, "svg");
  private arc = part("gauge-value", "");
  private number = text("gauge-number", centre_x, centre_y + 8, "—");
  private unit = text("gauge-unit", centre_x, centre_y + 30, "");

  constructor(private context: Context) {
    const { options } = context.widget;
    this.min = options.min ?? 0;
    this.max = options.max ?? Math.max(100, this.min + 1);
    this.drawing.setAttribute("viewBox", "0 0 200 158");
    this.drawing.setAttribute("role", "img");
    this.drawing.setAttribute("class", `line-${options.colour ?? 0}`);
    this.drawing.append(
      part("gauge-track", arc(0, 1, radius)),
      ...this.rim(),
      this.arc,
      this.number,
      this.unit,
      text("gauge-end", 34, 152, `${this.min}`),
      text("gauge-end", 166, 152, `${this.max}`),
    );
    this.element = el("div", "gauge-widget");
    this.element.append(this.drawing);
  }

  update(feed: Feed): void {
    const channel = channel_of(this.context, feed);
    const { options } = this.context.widget;
    const value = channel?.current_value;
    const unit = unit_of(options, channel);
    const share = is_number(value) ? this.share_of(Number(value)) : 0;
    this.arc.setAttribute("d", share > 0 ? arc(0, share, radius) : "");
    this.element.dataset.level = level_of(options, value);
    this.number.textContent = value === undefined ? "—" : shown(value, options.decimals);
    this.number.classList.toggle("long", this.number.textContent.length > 6);
    this.unit.textContent = unit;
    this.drawing.setAttribute("aria-label", `${this.number.textContent} ${unit}, from ${this.min} to ${this.max}`);
  }

  private share_of(value: number): number {
    return Math.min(Math.max((value - this.min) / (this.max - this.min), 0), 1);
  }

  // The thresholds: each from where it begins to where the next one does.
  private rim(): SVGPathElement[] {
    const sorted = [...(this.context.widget.options.thresholds ?? [])].sort((a, b) => a.at - b.at);
    return sorted.flatMap(({ at, level }, index) => {
      const [from, to] = [this.share_of(at), this.share_of(sorted[index + 1]?.at ?? this.max)];
      return to > from ? [part(`gauge-rim ${level}`, arc(from, to, rim_radius))] : [];
    });
  }
}
