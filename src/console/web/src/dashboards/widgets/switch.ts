// A switch: writes one of two values.

import type { Feed } from "../../api";
import { el } from "../../dom";
import { channel_of, type Context, type WidgetView } from "./widget";
import { Writing } from "./writing";

export class SwitchWidget implements WidgetView {
  readonly element: HTMLElement;
  private knob: HTMLButtonElement;
  private text = el("span", "switch-text muted");
  private writing: Writing;
  private value: string | undefined;
  private on: string;
  private off: string;

  constructor(context: Context) {
    const { widget } = context;
    this.context = context;
    this.on = widget.options.on ?? "1";
    this.off = widget.options.off ?? "0";
    this.writing = new Writing(context, () => this.show());
    this.knob = el("button", {
      class: "switch",
      attributes: { type: "button", role: "switch", "aria-label": widget.title || widget.channels[0]!.channel },
      on: { click: () => void this.writing.write(this.is_on() ? this.off : this.on) },
    });
    this.knob.disabled = !this.writing.is_possible;
    this.element = el("div", "switch-widget", this.knob, this.text);
    this.show();
  }

  private context: Context;

  update(feed: Feed): void {
    this.value = channel_of(this.context, feed)?.current_value;
    this.writing.heard(this.value);
    this.show();
  }

  private is_on(): boolean {
    return (this.writing.wanted ?? this.value) === this.on;
  }

  private show(): void {
    const value = this.writing.wanted ?? this.value;
    this.knob.setAttribute("aria-checked", `${this.is_on()}`);
    this.knob.classList.toggle("waiting", this.writing.wanted !== null);
    const is_known = value === this.on || value === this.off;
    const plain = value === this.on ? "On" : "Off";
    this.text.textContent = value === undefined ? "no value yet" : is_known && /^[01]$/.test(value) ? plain : value;
  }
}
