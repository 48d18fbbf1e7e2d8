// The list of dashboards: cards with a small picture of each.

import { find_feed, list_devices } from "../api";
import { button, el, field, notice } from "../dom";
import { link, type Page, type Shell } from "../shell";
import { show_ago } from "../time";
import { create_dashboard, delete_dashboard, duplicate_dashboard, export_path, import_dashboard, list_dashboards, rename_dashboard, type DashboardSummary } from "./api";
import { menu } from "./menu";
import { ask, open_modal } from "./modal";
import { ask_for_name } from "./name_dialog";
import { columns } from "./placing";
import { empty_layout, layout_of } from "./template";

const svg = "http://www.w3.org/2000/svg";
const picture_rows = 14;
const file_bytes_max = 512 * 1024;

// The places of the widgets, as far down as the picture reaches.
function picture(boxes: DashboardSummary["boxes"]): SVGSVGElement {
  const node = document.createElementNS(svg, "svg");
  node.setAttribute("class", "dashboard-picture");
  node.setAttribute("viewBox", `0 0 ${columns * 10} ${picture_rows * 4}`);
  node.setAttribute("aria-hidden", "true");
  for (const { type, x, y, w, h } of boxes) {
    const rectangle = document.createElementNS(svg, "rect");
    const place = { x: x * 10 + 0.6, y: y * 4 + 0.6, width: w * 10 - 1.2, height: h * 4 - 1.2, rx: 1 };
    for (const [name, value] of Object.entries(place)) rectangle.setAttribute(name, `${value}`);
    rectangle.setAttribute("class", `box-${type}`);
    node.append(rectangle);
  }
  return node;
}

class DashboardList {
  readonly element: HTMLElement;
  private body = el("div");
  private messages = el("div");
  private file = el("input", { attributes: { type: "file", accept: "application/json,.json", hidden: "", "aria-label": "Dashboard file" } });

  constructor(private shell: Shell) {
    this.file.addEventListener("change", () => void this.import_file());
    this.element = el(
      "div",
      "page",
      el("div", "page-head", el("h1", { text: "Dashboards" }), el("div", "dashboard-tools", button("Import", "", () => this.file.click()), button("New dashboard", "primary", () => this.create())), this.file),
      this.messages,
      this.body,
    );
    void this.load();
  }

  private async load(): Promise<void> {
    try {
      const { dashboards } = await list_dashboards();
      this.show(dashboards);
    } catch (error) {
      this.body.replaceChildren(notice(this.shell.failed(error), button("Try again", "", () => void this.load())));
    }
  }

  private show(dashboards: DashboardSummary[]): void {
    if (dashboards.length === 0) {
      this.body.replaceChildren(
        el(
          "div",
          "empty card",
          el("h2", { text: "No dashboards yet" }),
          el("p", { text: "A dashboard shows what matters on one page: lines, gauges, a map, switches. Begin with an empty one, or with all channels of a device." }),
          button("Make your first dashboard", "primary", () => this.create()),
        ),
      );
      return;
    }
    this.body.replaceChildren(el("ul", { class: "dashboard-cards", attributes: { "aria-label": "Dashboards" } }, ...dashboards.map((dashboard) => this.card(dashboard))));
  }

  private card(dashboard: DashboardSummary): HTMLElement {
    const { id, name, updated, shared, boxes } = dashboard;
    const changed = el("time");
    show_ago(changed, updated, "changed ");
    const count = boxes.length === 1 ? "1 widget" : `${boxes.length} widgets`;
    return el(
      "li",
      "dashboard-card card",
      el("div", "picture-frame", picture(boxes)),
      el("div", "card-line", link(`/dashboards/${id}`, this.shell.go, "card-link", name), shared && el("span", { class: "badge live", text: "shared" })),
      el("p", "muted", `${count} · `, changed),
      menu("⋯", [
        { text: "Rename …", press: () => ask_for_name("Rename dashboard", name, "Rename", async (wanted) => void (await rename_dashboard(id, wanted), await this.load())) },
        { text: "Duplicate", press: () => void this.attempt(async () => void (await duplicate_dashboard(id), await this.load())) },
        { text: "Export as file", href: export_path(id) },
        { text: "Delete …", is_danger: true, press: () => this.ask_to_delete(dashboard) },
      ], "quiet small"),
    );
  }

  private ask_to_delete({ id, name }: DashboardSummary): void {
    ask("Delete dashboard", `“${name}” will be gone for everyone, with its share link. The readings stay.`, "Delete", async () => {
      await delete_dashboard(id);
      await this.load();
    });
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    this.messages.replaceChildren();
    try {
      await work();
    } catch (error) {
      this.messages.replaceChildren(notice(this.shell.failed(error)));
    }
  }

  private async import_file(): Promise<void> {
    const [file] = this.file.files ?? [];
    this.file.value = "";
    if (!file) return;
    await this.attempt(async () => {
      if (file.size > file_bytes_max) throw new Error(`${file.name} is too large for a dashboard.`);
      let content: unknown;
      try {
        content = JSON.parse(await file.text());
      } catch {
        throw new Error(`${file.name} is no JSON file.`);
      }
      const { id } = await import_dashboard(content);
      this.shell.go(`/dashboards/${id}`);
    });
  }

  private create(): void {
    const name = field("Name", { id: "dashboard-name", required: "", maxlength: "100", autocomplete: "off", placeholder: "Greenhouse" });
    const input = name.querySelector("input")!;
    const device = el("select", { class: "input", attributes: { id: "dashboard-device" } }, el("option", { text: "Empty", attributes: { value: "" } }));
    const choice = el("div", "field", el("label", { text: "Begin with", attributes: { for: "dashboard-device" } }), device);
    void this.offer_devices(device);
    device.addEventListener("change", () => {
      if (!input.value.trim() && device.value) input.value = device.selectedOptions[0]!.dataset.title ?? "";
    });
    open_modal({
      title: "New dashboard",
      content: [name, choice],
      submit: "Create",
      apply: async () => {
        const layout = device.value ? layout_of(await find_feed(Number(device.value))) : empty_layout;
        const { id } = await create_dashboard(input.value.trim(), layout);
        this.shell.go(`/dashboards/${id}`);
        if (!device.value) history.replaceState(null, "", `/dashboards/${id}?edit`);
      },
    });
    input.focus();
  }

  private async offer_devices(select: HTMLSelectElement): Promise<void> {
    try {
      const { devices } = await list_devices("", 0);
      for (const { id, title, channels } of devices) {
        if (channels === 0) continue;
        const option = el("option", { text: `All channels of ${title}`, attributes: { value: `${id}` } });
        option.dataset.title = title;
        select.append(option);
      }
    } catch {
      // An empty one can be made all the same.
    }
  }
}

export function dashboard_list_page(shell: Shell): Page {
  document.title = "Dashboards · Thingtank";
  return { element: new DashboardList(shell).element, leave: () => {} };
}
