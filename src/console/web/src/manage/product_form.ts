// The form of a product: what it is called, and the template of its devices' feeds.

import { button, el } from "../dom";
import { area_field, open_form, radio_field, text_field, type Field } from "../form";
import { icon } from "../icons";
import { split_tags } from "../device/panel";
import type { ProductDraft, Template, TemplateChannel } from "./api";

interface ChannelRow {
  element: HTMLElement;
  value: () => TemplateChannel;
}

let rows_made = 0;

function cell(label: string, value: string, placeholder: string): HTMLInputElement {
  const node = el("input", { class: "input", attributes: { "aria-label": label, placeholder, maxlength: "255", autocomplete: "off" } });
  node.value = value;
  return node;
}

function channel_row(channel: TemplateChannel, removed: (row: ChannelRow) => void): ChannelRow {
  const number = ++rows_made;
  const id = cell(`Channel ${number}: ID`, channel.id, "temperature");
  const tags = cell(`Channel ${number}: tags`, channel.tags.join(", "), "roof, outdoor");
  const label = cell(`Channel ${number}: unit`, channel.label, "Celsius");
  const symbol = cell(`Channel ${number}: symbol`, channel.symbol, "°C");
  const drop = button("", "quiet small icon-only", () => removed(row));
  drop.append(icon("trash", 18));
  drop.setAttribute("aria-label", `Remove channel ${number}`);
  const row: ChannelRow = {
    element: el("div", "template-row", id, tags, label, symbol, drop),
    value: () => ({ id: id.value.trim(), tags: split_tags(tags.value), label: label.value.trim(), symbol: symbol.value.trim() }),
  };
  return row;
}

// The channels of the template, one a line; a line without an ID is no channel.
function channel_table(channels: TemplateChannel[]): { field: Field; value: () => TemplateChannel[] } {
  let rows: ChannelRow[] = [];
  const list = el("div", "template-rows");
  const error = el("p", { class: "field-error", attributes: { role: "alert" } });
  const remove = (row: ChannelRow) => {
    rows = rows.filter((other) => other !== row);
    row.element.remove();
  };
  const add = (channel: TemplateChannel) => {
    const row = channel_row(channel, remove);
    rows.push(row);
    list.append(row.element);
    return row;
  };
  const empty = { id: "", tags: [], label: "", symbol: "" };
  for (const channel of channels.length ? channels : [empty]) add(channel);
  const more = button("Another channel", "small quiet", () => add(empty).element.querySelector("input")!.focus());
  const element = el(
    "fieldset",
    "field template",
    el("legend", { text: "Device template" }),
    el("p", { class: "hint", text: "Each device starts with these channels." }),
    el("div", { class: "template-row template-head", attributes: { "aria-hidden": "true" } }, el("span", { text: "ID" }), el("span", { text: "Tags" }), el("span", { text: "Unit" }), el("span", { text: "Symbol" })),
    list,
    error,
    more,
  );
  const field: Field = { element, name: "channels", also: ["datastreams", "datastreams_id"], label: "Channels", control: more, show_error: (text) => (error.textContent = text) };
  return { field, value: () => rows.map((row) => row.value()).filter(({ id }) => id) };
}

export function open_product_form(options: {
  title: string;
  submit: string;
  start: ProductDraft;
  failed: (error: unknown) => string;
  send: (draft: ProductDraft) => Promise<void>;
}): void {
  const { start } = options;
  const name = text_field({ name: "name", label: "Product name", required: true, value: start.name, placeholder: "Weather station, batch 1" });
  const description = area_field({ name: "description", label: "Description", value: start.description, rows: 2 });
  const title = text_field({ name: "title", label: "Title of each device", value: start.template.title, placeholder: "Weather station" });
  const privacy = radio_field({
    name: "private",
    label: "Its devices are",
    value: start.template.private ? "private" : "public",
    choices: [
      { value: "private", title: "Private devices", text: "Only you and those who have one of their keys read them." },
      { value: "public", title: "Public devices", text: "Everyone who has a key of this server reads them." },
    ],
  });
  const channels = channel_table(start.template.channels);
  const template = (): Template => ({
    ...start.template,
    title: title.value(),
    private: privacy.value() === "private",
    channels: channels.value(),
  });
  open_form({
    title: options.title,
    style: "wide-dialog",
    fields: [name, description, title, privacy, channels.field],
    submit: options.submit,
    failed: options.failed,
    send: () => options.send({ name: name.value(), description: description.value(), template: template() }),
  });
}
