// The dialog that adds a widget, or changes one: its kind, its channels, its options.

import { el, field } from "../dom";
import type { Box, Options, Widget, WidgetType } from "./api";
import { ChannelPicker } from "./channel_picker";
import { open_modal } from "./modal";
import { kind_icon, kind_of, kinds } from "./widgets/kinds";
import { OptionFields } from "./widget_options";

// What the fields show as the value that holds when nothing is filled in.
const defaults: Partial<Record<WidgetType, Record<string, string>>> = {
  gauge: { min: "0", max: "100" },
  slider: { min: "0", max: "100", step: "1", decimals: "as the step" },
};

// All of a widget but its place.
export type WidgetContent = Omit<Widget, keyof Box | "id">;

class WidgetForm {
  readonly content: HTMLElement[];
  private type: WidgetType;
  private title: HTMLInputElement;
  private picker: ChannelPicker;
  private options_side = el("div");
  private options!: OptionFields;

  constructor(private widget: WidgetContent) {
    this.type = widget.type;
    const title = field("Title", { id: "widget-title", maxlength: "100", autocomplete: "off", placeholder: "as its channels" });
    this.title = title.querySelector("input")!;
    this.title.value = widget.title;
    this.picker = new ChannelPicker(widget.channels, this.channels_max(), () => {});
    this.content = [this.kind_choice(), title, this.picker.element, this.options_side];
    this.choose(widget.type, widget.options);
  }

  read(): WidgetContent {
    const { channels_max } = kind_of(this.type);
    if (channels_max > 0 && this.picker.chosen.length === 0) throw new Error("Choose a channel.");
    return {
      type: this.type,
      title: this.title.value.trim(),
      channels: channels_max > 0 ? this.picker.chosen : [],
      options: this.options.read(),
    };
  }

  private channels_max(): number {
    return Math.max(1, kind_of(this.type).channels_max);
  }

  private kind_choice(): HTMLElement {
    const choice = ({ type, name, about }: (typeof kinds)[number]) => {
      const input = el("input", { attributes: { type: "radio", name: "kind", value: type } });
      input.checked = type === this.type;
      input.addEventListener("change", () => this.choose(type, this.widget.options));
      return el("label", "kind-choice", input, kind_icon(kind_of(type)), el("span", {}, el("strong", { text: name }), el("span", { class: "muted", text: about })));
    };
    return el("fieldset", "kind-choices", el("legend", { text: "Kind" }), ...kinds.map(choice));
  }

  private choose(type: WidgetType, options: Options): void {
    this.type = type;
    const kind = kind_of(type);
    this.picker.element.hidden = kind.channels_max === 0;
    this.picker.set_max(this.channels_max());
    this.options = new OptionFields(kind.options, options, defaults[type] ?? {});
    this.options_side.replaceChildren(this.options.element);
  }
}

export function open_widget_dialog(widget: WidgetContent | null, apply: (content: WidgetContent) => void): void {
  const form = new WidgetForm(widget ?? { type: "line", title: "", channels: [], options: {} });
  open_modal({
    title: widget ? "Change widget" : "Add widget",
    content: form.content,
    submit: widget ? "Apply" : "Add",
    is_wide: true,
    apply: () => apply(form.read()),
  });
}
