// One product: its numbers, and the devices of its batch.

import { copy_row } from "../connect";
import { button, el, notice } from "../dom";
import { area_field, confirm_dialog, open_form } from "../form";
import { open_dialog } from "../dialog";
import { link, type Page, type Shell } from "../shell";
import { show_new_key } from "../device/show_key";
import { icon_button } from "../device/panel";
import { show_ago } from "../time";
import * as api from "./api";
import { open_product_form } from "./product_form";
import { read_serials } from "./serials";
import { count, percent } from "./words";

const search_delay_ms = 250;
const filters = [["", "All"], ["yes", "Activated"], ["no", "Not activated"]] as const;

const day = (at: string) => new Date(at).toLocaleDateString(undefined, { day: "2-digit", month: "2-digit", year: "numeric" });

class Batch {
  readonly element: HTMLElement;
  private head = el("header", "card device-head");
  private summary = el("p", "muted");
  private rows = el("tbody");
  private message = el("div");
  private more = button("Show more", "", () => void this.load(this.shown));
  private query = { q: "", activated: "" };
  private shown = 0;
  private request = 0;
  private timer = 0;

  constructor(
    private shell: Shell,
    private product: api.Product,
  ) {
    const columns = ["Serial Number", "Last Updated", "Activated", "Date Added", ""];
    const table = el(
      "table",
      "table",
      el("thead", {}, el("tr", {}, ...columns.map((text) => el("th", { text, attributes: { scope: "col" } })))),
      this.rows,
    );
    this.element = el(
      "div",
      {},
      this.head,
      el(
        "section",
        { class: "card panel", attributes: { "aria-label": "Devices" } },
        el("div", "panel-head", el("div", {}, el("h2", { text: "Devices" }), this.summary), button("Add devices", "primary", () => this.add())),
        el("div", "batch-tools", this.search(), this.filter()),
        this.message,
        el("div", "table-frame", table),
        this.more,
      ),
    );
    this.show_head();
    void this.load(0);
  }

  leave(): void {
    ++this.request;
    clearTimeout(this.timer);
  }

  // --- the head --------------------------------------------------------------------------------------

  private show_head(): void {
    const { product } = this;
    const { template } = product;
    const channels = template.channels.map(({ id, symbol }) => (symbol ? `${id} (${symbol})` : id)).join(", ");
    this.head.replaceChildren(
      el(
        "div",
        "head-line",
        el("div", "head-title", el("div", "title-line", el("h1", { text: product.name }), icon_button("edit", "Edit the product", () => this.edit())), product.description ? el("p", { class: "muted", text: product.description }) : null),
        el("div", "head-actions", button("Delete product", "danger-text", () => this.delete())),
      ),
      el(
        "dl",
        "facts",
        copy_row("Product ID", product.id),
        this.secret_row(),
        el("div", "copy-row", el("dt", { text: "Devices are" }), el("dd", { text: template.private ? "private" : "public" })),
        el("div", "copy-row", el("dt", { text: "Channels of the template" }), el("dd", { text: channels || "none" })),
      ),
    );
  }

  private secret_row(): HTMLElement {
    const name = "Product Secret";
    const reveal = button("Show", "quiet small", async () => {
      try {
        const secret = await api.product_secret(this.product.id);
        row.replaceWith(copy_row(name, secret));
      } catch (error) {
        this.complain(error);
      }
    });
    reveal.setAttribute("aria-label", "Show the product secret");
    const row = el("div", "copy-row", el("dt", { text: name }), el("dd", {}, el("code", { text: "••••••••" }), reveal));
    return row;
  }

  private edit(): void {
    const { name, description, template } = this.product;
    open_product_form({
      title: "Edit product",
      submit: "Save",
      start: { name, description, template },
      failed: this.shell.failed,
      send: async (draft) => {
        this.product = await api.change_product(this.product.id, draft);
        this.show_head();
      },
    });
  }

  private delete(): void {
    confirm_dialog({
      title: "Delete this product?",
      text: "Its serial numbers go, so that no further device of it can be activated. The feeds of activated devices stay.",
      name: this.product.name,
      submit: "Delete product",
      send: async () => {
        await api.delete_product(this.product.id);
        this.shell.go("/manage");
      },
      failed: this.shell.failed,
    });
  }

  // --- the devices -------------------------------------------------------------------------------------

  private search(): HTMLElement {
    const input = el("input", { class: "input search", attributes: { type: "search", placeholder: "Search serial numbers", "aria-label": "Search serial numbers" } });
    input.addEventListener("input", () => {
      this.query.q = input.value.trim();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.load(0), search_delay_ms);
    });
    return input;
  }

  private filter(): HTMLElement {
    const group = el("div", { class: "segments", attributes: { role: "group", "aria-label": "Devices shown" } });
    for (const [value, text] of filters) {
      const segment = button(text, "segment", () => {
        for (const other of group.children) other.setAttribute("aria-pressed", `${other === segment}`);
        this.query.activated = value;
        void this.load(0);
      });
      segment.setAttribute("aria-pressed", `${value === ""}`);
      group.append(segment);
    }
    return group;
  }

  private async load(offset: number): Promise<void> {
    const mine = ++this.request;
    try {
      const page = await api.list_batch(this.product.id, { ...this.query, offset });
      if (mine !== this.request) return;
      this.message.replaceChildren();
      if (offset === 0) this.rows.replaceChildren();
      this.rows.append(...page.devices.map((device) => this.row(device)));
      this.shown = offset + page.devices.length;
      this.show_summary(page.total);
    } catch (error) {
      if (mine === this.request) this.complain(error);
    }
  }

  private show_summary(total: number): void {
    const { devices, activated } = this.product;
    this.summary.textContent = `Showing ${count(this.shown)} of ${count(total)} · ${percent(activated, devices)} activated`;
    this.more.hidden = this.shown >= total;
    if (total > 0) return;
    const is_all = this.query.q === "" && this.query.activated === "";
    this.message.replaceChildren(
      el("p", { class: "panel-empty muted", text: is_all ? "No devices yet. Add the serial numbers of those that you make." : "No device matches." }),
    );
  }

  private row(device: api.BatchDevice): HTMLElement {
    const updated = el("time", "muted");
    if (device.updated) show_ago(updated, device.updated);
    else updated.textContent = "—";
    const serial = device.feed ? link(`/devices/${device.feed}`, this.shell.go, "serial", device.serial) : el("span", { class: "serial", text: device.serial });
    const state = device.activated
      ? el("span", { class: "activated", text: `✓ ${day(device.activated)}` })
      : el("span", { class: "not-activated", text: "✗", attributes: { "aria-label": "not activated" } });
    const change = device.activated
      ? button("Deactivate", "quiet small", () => this.deactivate(device))
      : button("Activate", "quiet small", () => void this.activate(device));
    change.setAttribute("aria-label", `${change.textContent} ${device.serial}`);
    const code = button("Code", "quiet small", () => void this.show_code(device));
    code.setAttribute("aria-label", `Show the activation code of ${device.serial}`);
    const actions = el("span", "row-actions", code, change, icon_button("trash", `Delete ${device.serial}`, () => this.remove(device)));
    const cell = (name: string, ...children: Node[]) => el("td", { attributes: { "data-name": name } }, ...children);
    return el(
      "tr",
      {},
      cell("Serial Number", serial),
      cell("Last Updated", updated),
      cell("Activated", state),
      cell("Date Added", el("span", { text: day(device.added) })),
      cell("", actions),
    );
  }

  private complain(error: unknown): void {
    this.message.replaceChildren(notice(this.shell.failed(error), button("Try again", "small", () => void this.load(0))));
  }

  private async refresh(): Promise<void> {
    this.product = await api.find_product(this.product.id);
    await this.load(0);
  }

  // --- what is done with them ----------------------------------------------------------------------------

  private add(): void {
    const serials = area_field({ name: "serials", also: ["serial"], label: "Serial numbers", rows: 8, max: 2_000_000, required: true, placeholder: "A-0001\nA-0002", hint: "One a line, or a CSV file whose first column they are." });
    const file = el("input", { attributes: { type: "file", accept: ".csv,.txt,text/csv,text/plain", "aria-label": "CSV file" } });
    file.addEventListener("change", async () => {
      const chosen = file.files?.[0];
      if (chosen) (serials.control as HTMLTextAreaElement).value = read_serials(await chosen.text()).join("\n");
    });
    open_form({
      title: "Add devices",
      fields: [serials],
      layout: [serials.element, el("div", "field", file)],
      submit: "Add devices",
      failed: this.shell.failed,
      send: async () => {
        await api.add_devices(this.product.id, read_serials(serials.value()));
        await this.refresh();
      },
    });
  }

  private async activate(device: api.BatchDevice): Promise<void> {
    try {
      const { key } = await api.activate(this.product.id, device.serial);
      show_new_key(`${device.serial} is activated`, key, "This is the key that the device would have got when it was first switched on.");
      await this.refresh();
    } catch (error) {
      this.complain(error);
    }
  }

  private deactivate(device: api.BatchDevice): void {
    confirm_dialog({
      title: `Deactivate ${device.serial}?`,
      text: "The key of the device ends at once; its feed and history stay. It can be activated again.",
      submit: "Deactivate",
      send: async () => {
        await api.deactivate(this.product.id, device.serial);
        await this.refresh();
      },
      failed: this.shell.failed,
    });
  }

  private remove(device: api.BatchDevice): void {
    confirm_dialog({
      title: `Delete ${device.serial}?`,
      text: "The serial number goes from the batch. The feed of an activated device stays.",
      submit: "Delete",
      send: async () => {
        await api.delete_device(this.product.id, device.serial);
        await this.refresh();
      },
      failed: this.shell.failed,
    });
  }

  private async show_code(device: api.BatchDevice): Promise<void> {
    try {
      const code = await api.activation_code(this.product.id, device.serial);
      const dialog = open_dialog(device.serial, "wide-dialog");
      dialog.body.append(
        el("p", { class: "intro", text: "The device shows this code to the server when it is first switched on, and gets its feed and key. It computes the code itself: HMAC-SHA1 of its serial number with the product secret." }),
        el("dl", "facts", copy_row("Activation Code", code), copy_row("Activation URL", `${location.origin}/v2/devices/${code}/activate`)),
        el("div", "dialog-actions", button("Done", "primary", dialog.close)),
      );
    } catch (error) {
      this.complain(error);
    }
  }
}

export function batch_page(shell: Shell, id: string): Page {
  const body = el("div", { attributes: { "aria-busy": "true" } });
  let batch: Batch | null = null;
  let is_left = false;
  const load = async () => {
    try {
      const product = await api.find_product(id);
      if (is_left) return;
      document.title = `${product.name} · Thingtank`;
      batch = new Batch(shell, product);
      body.removeAttribute("aria-busy");
      body.replaceChildren(batch.element);
    } catch (error) {
      if (!is_left) body.replaceChildren(notice(shell.failed(error), button("Try again", "", () => void load())));
    }
  };
  document.title = "Product · Thingtank";
  void load();
  const crumbs = el("nav", { class: "crumbs", attributes: { "aria-label": "Breadcrumb" } }, link("/manage", shell.go, "", "← All products"));
  return {
    element: el("div", "page", crumbs, body),
    leave: () => {
      is_left = true;
      batch?.leave();
    },
  };
}
