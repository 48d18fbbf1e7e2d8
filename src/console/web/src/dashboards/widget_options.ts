// The fields for what can be set about a widget.

import { button, el } from "../dom";
import type { Level, Options, Threshold } from "./api";

const colours = 6;
const thresholds_max = 8;

type NumberOption = "min" | "max" | "step" | "decimals";
type TextOption = "unit" | "on" | "off";

const labels: Record<NumberOption | TextOption, string> = {
  min: "Minimum",
  max: "Maximum",
  step: "Step",
  decimals: "Decimals",
  unit: "Unit",
  on: "Value for on",
  off: "Value for off",
};
const hints: Partial<Record<NumberOption | TextOption, string>> = {
  decimals: "as sent",
  unit: "as the channel says",
  on: "1",
  off: "0",
};

const levels: { level: Level; text: string }[] = [
  { level: "good", text: "good" },
  { level: "warn", text: "warning" },
  { level: "bad", text: "bad" },
];

export class OptionFields {
  readonly element = el("div", "widget-options");
  private inputs = new Map<string, HTMLInputElement>();
  private note: HTMLTextAreaElement | null = null;
  private thresholds: Threshold[] | null = null;
  private colour: number | undefined;
  private fill: boolean | undefined;

  constructor(names: (keyof Options)[], options: Options, defaults: Record<string, string>) {
    const small = el("div", "option-row");
    for (const name of names) {
      if (name === "text") this.element.append(this.note_field(options.text ?? ""));
      else if (name === "colour") this.element.append(this.colour_field(options.colour));
      else if (name === "fill") this.element.append(this.check_field(options.fill));
      else if (name === "thresholds") this.thresholds = [...(options.thresholds ?? [])];
      else small.append(this.input_field(name, options[name], defaults[name] ?? hints[name] ?? "automatic"));
    }
    if (small.childElementCount > 0) this.element.prepend(small);
    if (this.thresholds) this.element.append(this.threshold_field());
  }

  // Throws a text for people.
  read(): Options {
    const options: Options = {};
    for (const [name, input] of this.inputs) {
      const text = input.value.trim();
      if (text === "") continue;
      else if (name === "unit" || name === "on" || name === "off") options[name] = text;
      else options[name as NumberOption] = number_in(text, labels[name as NumberOption]);
    }
    if (options.min !== undefined && options.max !== undefined && options.min >= options.max) {
      throw new Error("The maximum must be more than the minimum.");
    }
    if (options.step !== undefined && options.step <= 0) throw new Error("The step must be more than 0.");
    if (this.colour !== undefined) options.colour = this.colour;
    if (this.fill !== undefined) options.fill = this.fill;
    if (this.note) options.text = this.note.value;
    if (this.thresholds?.length) options.thresholds = this.thresholds;
    return options;
  }

  private input_field(name: NumberOption | TextOption, value: number | string | undefined, placeholder: string): HTMLElement {
    const is_text = name === "unit" || name === "on" || name === "off";
    const id = `option-${name}`;
    const input = el("input", {
      class: "input",
      attributes: { id, placeholder, ...(is_text ? { type: "text", maxlength: name === "unit" ? "20" : "255" } : { type: "number", step: name === "decimals" ? "1" : "any" }) },
    });
    if (name === "decimals") [input.min, input.max] = ["0", "9"];
    input.value = value === undefined ? "" : `${value}`;
    this.inputs.set(name, input);
    return el("div", "field", el("label", { text: labels[name], attributes: { for: id } }), input);
  }

  private check_field(value: boolean | undefined): HTMLElement {
    const input = el("input", { attributes: { type: "checkbox", id: "option-fill" } });
    input.checked = value ?? false;
    input.indeterminate = value === undefined; // one line is filled, several are not
    this.fill = value;
    input.addEventListener("change", () => (this.fill = input.checked));
    return el("label", { class: "check", attributes: { for: "option-fill" } }, input, el("span", { text: "Fill the area below the line" }));
  }

  private note_field(text: string): HTMLElement {
    this.note = el("textarea", { class: "input", attributes: { id: "option-text", rows: "5", maxlength: "4000" } });
    this.note.value = text;
    return el("div", "field", el("label", { text: "Text", attributes: { for: "option-text" } }), this.note);
  }

  private colour_field(chosen: number | undefined): HTMLElement {
    this.colour = chosen;
    const group = el("div", { class: "swatches", attributes: { role: "radiogroup", "aria-label": "Colour" } });
    for (let index = 0; index < colours; ++index) {
      const input = el("input", { attributes: { type: "radio", name: "colour", "aria-label": `Colour ${index + 1}` } });
      input.checked = index === (chosen ?? 0);
      input.addEventListener("change", () => (this.colour = index));
      group.append(el("label", `swatch-choice line-${index}`, input));
    }
    return el("div", "field", el("span", { class: "label", text: "Colour" }), group);
  }

  private threshold_field(): HTMLElement {
    const list = el("ul", "thresholds");
    const show = () => {
      list.replaceChildren(...this.thresholds!.map((threshold, index) => row(threshold, index)));
      add.hidden = this.thresholds!.length >= thresholds_max;
    };
    const row = (threshold: Threshold, index: number) => {
      const at = el("input", { class: "input", attributes: { type: "number", step: "any", required: "", "aria-label": `Threshold ${index + 1}: from` } });
      at.value = `${threshold.at}`;
      at.addEventListener("input", () => (threshold.at = at.valueAsNumber || 0));
      const level = el("select", { class: "input", attributes: { "aria-label": `Threshold ${index + 1}: means` } });
      level.append(...levels.map(({ level: value, text }) => el("option", { text, attributes: { value } })));
      level.value = threshold.level;
      level.addEventListener("change", () => (threshold.level = level.value as Level));
      const remove = button("×", "quiet icon", () => {
        this.thresholds!.splice(index, 1);
        show();
      });
      remove.setAttribute("aria-label", `Remove threshold ${index + 1}`);
      return el("li", {}, el("span", { class: "muted", text: "from" }), at, el("span", { class: "muted", text: "is" }), level, remove);
    };
    const add = button("Add threshold", "small", () => {
      this.thresholds!.push({ at: 0, level: this.thresholds!.length === 0 ? "warn" : "bad" });
      show();
      list.querySelector<HTMLInputElement>("li:last-child input")?.focus();
    });
    show();
    return el("div", "field", el("span", { class: "label", text: "Thresholds" }), list, el("div", {}, add));
  }
}

function number_in(text: string, label: string): number {
  const number = Number(text);
  if (!Number.isFinite(number)) throw new Error(`${label} must be a number.`);
  return number;
}
