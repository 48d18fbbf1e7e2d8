// What the device is: tags, description, who made it, where to read more.

import { el } from "../dom";
import { area_field, open_form, text_field } from "../form";
import type { Shell } from "../shell";
import { change_device, type Device } from "./api";
import { chips, icon_button, Panel, split_tags } from "./panel";

const day = (at: string) => new Date(at).toLocaleDateString(undefined, { day: "numeric", month: "long", year: "numeric" });

// Only what a browser may follow: "javascript:…" is a text.
function website(text: string): Node {
  const is_address = /^https?:\/\//i.test(text);
  const attributes = { href: text, rel: "noopener noreferrer", target: "_blank" };
  return is_address ? el("a", { text, attributes }) : el("span", { text });
}

export class Metadata {
  private panel = new Panel("Metadata");
  readonly element = this.panel.element;

  constructor(
    private shell: Shell,
    private device: Device,
    private changed: (device: Device) => void,
  ) {
    this.panel.actions.append(icon_button("edit", "Edit metadata", () => this.edit()));
    this.show(device);
  }

  show(device: Device): void {
    this.device = device;
    const rows: [string, Node | string][] = [
      ["Tags", device.tags.length ? chips(device.tags) : ""],
      ["Description", device.description ? el("span", { class: "prose", text: device.description }) : ""],
      ["Created", day(device.created)],
      ["Creator", device.creator],
      ["Website", device.website ? website(device.website) : ""],
      ["Email", device.email],
    ];
    this.panel.body.replaceChildren(
      el(
        "dl",
        "meta",
        ...rows.map(([name, value]) => el("div", "meta-row", el("dt", { text: name }), el("dd", {}, value || el("span", { class: "muted", text: "—" })))),
      ),
    );
  }

  private edit(): void {
    const { device } = this;
    const tags = text_field({ name: "tags", label: "Tags", value: device.tags.join(", "), hint: "Separated by commas." });
    const description = area_field({ name: "description", label: "Description", value: device.description, rows: 4 });
    const site = text_field({ name: "website", label: "Website", value: device.website, placeholder: "https://", inputmode: "url" });
    const email = text_field({ name: "email", label: "Email", value: device.email, inputmode: "email" });
    open_form({
      title: "Metadata",
      fields: [tags, description, site, email],
      submit: "Save",
      failed: this.shell.failed,
      send: async () =>
        this.changed(
          await change_device(device.id, {
            tags: split_tags(tags.value()),
            description: description.value(),
            website: site.value(),
            email: email.value(),
          }),
        ),
    });
  }
}
