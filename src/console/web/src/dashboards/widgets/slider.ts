// A slider: writes a number when it is let go.

import type { Feed } from "../../api";
import { el } from "../../dom";
import { decimals_in, is_number, written } from "../numbers";
import { channel_of, unit_of, type Context, type WidgetView } from "./widget";
import { Writing } from "./writing";

export class SliderWidget implements WidgetView {
  readonly element: HTMLElement;
  private input: HTMLInputElement;
  private output = el("output", { class: "number", text: "—" });
  private unit = el("span", "unit");
  private writing: Writing;
  private value: string | undefined;
  private is_moving = false;

  constructor(private context: Context) {
    const { options, title, channels } = context.widget;
    const [min, max] = [options.min ?? 0, options.max ?? 100];
    this.writing = new Writing(context, () => this.show());
    this.input = el("input", {
      class: "slider",
      attributes: { type: "range", min: `${min}`, max: `${max}`, step: `${options.step ?? 1}`, "aria-label": title || channels[0]!.channel },
      on: { input: () => this.moved(), change: () => this.let_go() },
    });
    this.input.disabled = !this.writing.is_possible;
    const ends = el("p", "slider-ends muted", el("span", { text: `${min}` }), el("span", { text: `${max}` }));
    this.element = el("div", "slider-widget", el("p", "big", this.output, this.unit), this.input, ends);
  }

  update(feed: Feed): void {
    const channel = channel_of(this.context, feed);
    this.value = channel?.current_value;
    this.unit.textContent = unit_of(this.context.widget.options, channel);
    this.writing.heard(this.value);
    this.show();
  }

  private show(): void {
    if (this.is_moving) return;
    const value = this.writing.wanted ?? this.value;
    this.output.classList.toggle("waiting", this.writing.wanted !== null);
    this.output.textContent = value ?? "—";
    if (is_number(value)) this.input.value = value;
  }

  private moved(): void {
    this.is_moving = true;
    this.output.textContent = this.chosen();
  }

  private let_go(): void {
    this.is_moving = false;
    void this.writing.write(this.chosen());
  }

  private chosen(): string {
    const { options } = this.context.widget;
    return written(this.input.valueAsNumber, options.decimals ?? decimals_in(`${options.step ?? 1}`));
  }
}
