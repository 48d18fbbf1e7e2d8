// Makes elements.  Text reaches the page through textContent only, so nothing that a device
// sends can become markup.

type Child = Node | string | null | undefined | false;

interface Properties {
  class?: string;
  text?: string;
  attributes?: Record<string, string>;
  on?: Record<string, (event: any) => void>;
}

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties | string = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  const { class: name, text, attributes, on } =
    typeof properties === "string" ? ({ class: properties } as Properties) : properties;
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  for (const [key, value] of Object.entries(attributes ?? {})) node.setAttribute(key, value);
  for (const [type, listener] of Object.entries(on ?? {})) node.addEventListener(type, listener);
  node.append(...children.filter((child): child is Node | string => !!child));
  return node;
}

export function button(label: string, style: string, press: () => void): HTMLButtonElement {
  return el("button", {
    class: `button ${style}`,
    text: label,
    attributes: { type: "button" },
    on: { click: press },
  });
}

// A labelled input; `attributes` must hold an id.
export function field(label: string, attributes: Record<string, string>, hint = ""): HTMLDivElement {
  const input = el("input", { class: "input", attributes });
  const wrapper = el(
    "div",
    "field",
    el("label", { text: label, attributes: { for: attributes.id! } }),
    input,
  );
  if (hint) {
    input.setAttribute("aria-describedby", `${attributes.id}-hint`);
    wrapper.append(el("p", { class: "hint", text: hint, attributes: { id: `${attributes.id}-hint` } }));
  }
  return wrapper;
}

// A box that says what went wrong and what to do; read aloud when it appears.
export function notice(message: string, ...actions: Node[]): HTMLDivElement {
  return el("div", { class: "notice", attributes: { role: "alert" } }, el("p", { text: message }), ...actions);
}
