// Forms in dialogs: labelled fields, and errors beside the field that they are about.
//
//   const title = text_field({ name: "title", label: "Title", value: device.title });
//   open_form({ title: "Edit", fields: [title], submit: "Save", send: () => save({ title: title.value() }) });

import { button, el } from "./dom";
import { open_dialog, type Dialog } from "./dialog";

export interface Field {
  element: HTMLElement;
  name: string; // what the server calls it: a message "title can't be blank" belongs here
  also?: string[]; // other names of the server for it
  label: string;
  control: HTMLElement; // gets the focus
  show_error: (message: string) => void;
}

export interface ValueField<T> extends Field {
  value: () => T;
}

interface Common {
  name: string;
  also?: string[];
  label: string;
  hint?: string;
}

interface TextOptions extends Common {
  value?: string;
  type?: string;
  required?: boolean;
  placeholder?: string;
  max?: number;
  inputmode?: string;
  list?: string[]; // suggestions
}

let fields_made = 0;

// Puts label, control, hint and room for an error around `control`.
function wrap<T>(options: Common, control: HTMLElement, value: () => T): ValueField<T> {
  const id = `field-${++fields_made}`;
  const error = el("p", { class: "field-error", attributes: { id: `${id}-error`, role: "alert" } });
  control.id = id;
  const described = [`${id}-error`];
  const element = el("div", "field", el("label", { text: options.label, attributes: { for: id } }), control, error);
  if (options.hint) {
    described.push(`${id}-hint`);
    element.append(el("p", { class: "hint", text: options.hint, attributes: { id: `${id}-hint` } }));
  }
  control.setAttribute("aria-describedby", described.join(" "));
  const show_error = (message: string) => {
    error.textContent = message;
    if (message) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  };
  return { element, name: options.name, also: options.also ?? [], label: options.label, control, show_error, value };
}

export function text_field(options: TextOptions): ValueField<string> {
  const attributes: Record<string, string> = {
    type: options.type ?? "text",
    autocomplete: "off",
    maxlength: `${options.max ?? 255}`,
  };
  if (options.required) attributes.required = "";
  if (options.placeholder) attributes.placeholder = options.placeholder;
  if (options.inputmode) attributes.inputmode = options.inputmode;
  const input = el("input", { class: "input", attributes });
  input.value = options.value ?? "";
  const field = wrap(options, input, () => input.value.trim());
  if (options.list?.length) {
    const list = el("datalist", { attributes: { id: `${input.id}-list` } }, ...options.list.map((value) => el("option", { attributes: { value } })));
    input.setAttribute("list", list.id);
    field.element.append(list);
  }
  return field;
}

export function area_field(options: TextOptions & { rows?: number }): ValueField<string> {
  const area = el("textarea", {
    class: "input",
    attributes: { rows: `${options.rows ?? 3}`, maxlength: `${options.max ?? 10_000}` },
  });
  if (options.placeholder) area.placeholder = options.placeholder;
  area.required = !!options.required;
  area.value = options.value ?? "";
  return wrap(options, area, () => area.value.trim());
}

export type Choice = readonly [value: string, text: string];

export function select_field(options: Common & { value?: string; choices: readonly Choice[] }): ValueField<string> {
  const select = el(
    "select",
    "input",
    ...options.choices.map(([value, text]) => el("option", { text, attributes: { value } })),
  );
  if (options.value !== undefined) select.value = options.value;
  return wrap(options, select, () => select.value);
}

// Several boxes under one label; the values of those that are checked.
export function checks_field(options: Common & { value: string[]; choices: readonly Choice[] }): ValueField<string[]> {
  const boxes = options.choices.map(([value, text]) => {
    const input = el("input", { attributes: { type: "checkbox", value } });
    input.checked = options.value.includes(value);
    return { input, label: el("label", "check", input, el("span", { text })) };
  });
  const error = el("p", { class: "field-error", attributes: { role: "alert" } });
  const element = el(
    "fieldset",
    "field checks",
    el("legend", { text: options.label }),
    el("div", "check-row", ...boxes.map(({ label }) => label)),
    error,
    options.hint ? el("p", { class: "hint", text: options.hint }) : null,
  );
  const show_error = (message: string) => (error.textContent = message);
  const value = () => boxes.filter(({ input }) => input.checked).map(({ input }) => input.value);
  return { element, name: options.name, also: options.also ?? [], label: options.label, control: boxes[0]!.input, show_error, value };
}

export function check_field(options: Common & { value: boolean }): ValueField<boolean> {
  const input = el("input", { attributes: { type: "checkbox" } });
  input.checked = options.value;
  const error = el("p", { class: "field-error", attributes: { role: "alert" } });
  const element = el(
    "div",
    "field",
    el("label", "check", input, el("span", { text: options.label })),
    error,
    options.hint ? el("p", { class: "hint", text: options.hint }) : null,
  );
  const show_error = (message: string) => (error.textContent = message);
  return { element, name: options.name, also: [], label: options.label, control: input, show_error, value: () => input.checked };
}

// Large choices, one of them, each with its explanation.
export function radio_field(
  options: Common & { value: string; choices: readonly { value: string; title: string; text: string }[] },
): ValueField<string> {
  const group = `radio-${++fields_made}`;
  const inputs = options.choices.map(({ value }) => {
    const input = el("input", { attributes: { type: "radio", name: group, value } });
    input.checked = value === options.value;
    return input;
  });
  const error = el("p", { class: "field-error", attributes: { role: "alert" } });
  const element = el(
    "fieldset",
    {},
    el("legend", { text: options.label }),
    ...options.choices.map(({ title, text }, index) =>
      el("label", "choice", inputs[index], el("span", {}, el("strong", { text: title }), el("span", { class: "muted", text }))),
    ),
    error,
  );
  const show_error = (message: string) => (error.textContent = message);
  const value = () => inputs.find((input) => input.checked)?.value ?? "";
  return { element, name: options.name, also: [], label: options.label, control: inputs[0]!, show_error, value };
}

// "tags is too long" → the field whose name the line starts with.
function field_of(line: string, fields: Field[]): [Field, string] | null {
  for (const field of fields) {
    for (const name of [field.name, ...(field.also ?? [])]) {
      const rest = line.slice(name.length);
      const starts = line.toLowerCase().startsWith(name.toLowerCase()) && !/^\w/.test(rest);
      if (starts) return [field, rest.replace(/^:?\s*/, "")];
    }
  }
  return null;
}

// Shows each line of `message` beside its field; those of no field go to `rest`.
export function show_errors(message: string, fields: Field[], rest: HTMLElement): void {
  const others: string[] = [];
  let first: Field | null = null;
  for (const line of message.split("\n").filter(Boolean)) {
    const found = field_of(line, fields);
    if (!found) {
      others.push(line);
      continue;
    }
    const [field, text] = found;
    field.show_error(`${field.label} ${text}`.replace(/\.?$/, "."));
    first ??= field;
  }
  rest.textContent = others.join(" ");
  (first?.control ?? rest.closest("form")?.querySelector<HTMLElement>("input, textarea, select"))?.focus();
}

export interface FormOptions {
  title: string;
  intro?: Node | string;
  fields: Field[];
  // What stands around the fields if not one below the other; must contain them.
  layout?: Node[];
  submit: string;
  danger?: boolean;
  style?: string;
  // Throws what went wrong; the text of the error is shown.
  send: () => Promise<void>;
  failed?: (error: unknown) => string;
  more?: Node[]; // buttons on the left
}

const text_of = (error: unknown) => (error instanceof Error ? error.message : `${error}`);

export function open_form(options: FormOptions): Dialog {
  const dialog = open_dialog(options.title, options.style);
  const message = el("p", { class: "form-error", attributes: { role: "alert" } });
  const submit = el("button", {
    class: `button ${options.danger ? "danger" : "primary"}`,
    text: options.submit,
    attributes: { type: "submit" },
  });
  const form = el(
    "form",
    {},
    message,
    typeof options.intro === "string" ? el("p", { class: "intro", text: options.intro }) : options.intro,
    ...(options.layout ?? options.fields.map((field) => field.element)),
    el("div", "dialog-actions", ...(options.more ?? []), el("span", "spacer"), button("Cancel", "", dialog.close), submit),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    message.textContent = "";
    for (const field of options.fields) field.show_error("");
    submit.disabled = true;
    try {
      await options.send();
      dialog.close();
    } catch (error) {
      show_errors((options.failed ?? text_of)(error), options.fields, message);
    } finally {
      submit.disabled = false;
    }
  });
  dialog.body.append(form);
  queueMicrotask(() => (options.fields[0]?.control ?? submit).focus());
  return dialog;
}

// A question that is answered by typing `name`, or with a press alone if there is none.
export function confirm_dialog(options: {
  title: string;
  text: string;
  submit: string;
  name?: string;
  send: () => Promise<void>;
  failed?: (error: unknown) => string;
}): Dialog {
  const fields: ValueField<string>[] = [];
  if (options.name) {
    fields.push(text_field({ name: "name", label: `Type “${options.name}” to go on`, max: 300 }));
  }
  const send = async () => {
    if (options.name && fields[0]!.value() !== options.name.trim()) {
      fields[0]!.show_error("That is not the name.");
      fields[0]!.control.focus();
      throw new Error("");
    }
    await options.send();
  };
  const form = { title: options.title, intro: options.text, fields, submit: options.submit, danger: true, send };
  return open_form(options.failed ? { ...form, failed: options.failed } : form);
}
