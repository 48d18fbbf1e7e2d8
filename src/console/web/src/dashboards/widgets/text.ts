// A note.

import { el } from "../../dom";
import type { Context, WidgetView } from "./widget";

export class TextWidget implements WidgetView {
  readonly element: HTMLElement;

  constructor({ widget }: Context) {
    this.element = el("p", { class: "text-widget", text: widget.options.text ?? "" });
  }

  update(): void {}
}
