// One dashboard: looking at it, and changing it.

import { button, el, notice } from "../dom";
import { icon, type IconName } from "../icons";
import { link, type Page, type Shell } from "../shell";
import {
  delete_dashboard,
  duplicate_dashboard,
  export_path,
  find_dashboard,
  is_conflict,
  rename_dashboard,
  save_dashboard,
  type Box,
  type Dashboard,
  type Layout,
  type TimeWindow,
  type Widget,
} from "./api";
import { Draft, kept_layout } from "./draft";
import { Grid } from "./grid";
import { menu } from "./menu";
import { ask, open_modal } from "./modal";
import { ask_for_name } from "./name_dialog";
import { compact, fitted, free_place, place } from "./placing";
import { open_share_dialog } from "./share_dialog";
import { live_source, type Source } from "./source";
import { WindowPicker } from "./time_window";
import { open_widget_dialog, type WidgetContent } from "./widget_dialog";
import { kind_of } from "./widgets/kinds";

function icon_button(name: IconName, label: string, style: string, press: () => void): HTMLButtonElement {
  const node = button("", style, press);
  node.append(icon(name, 18), el("span", { text: label }));
  return node;
}

function new_id(widgets: Widget[]): string {
  let number = widgets.length + 1;
  while (widgets.some(({ id }) => id === `w${number}`)) ++number;
  return `w${number}`;
}

class DashboardView {
  readonly element: HTMLElement;
  private grid: Grid;
  private draft: Draft | null = null;
  private window: TimeWindow;
  private title = el("h1");
  private tools = el("div", "dashboard-tools");
  private messages = el("div");
  private empty = el("div", "empty card");
  private picker: WindowPicker;

  constructor(
    private shell: Shell,
    private dashboard: Dashboard,
    source: Source,
  ) {
    this.window = dashboard.layout.window;
    this.picker = new WindowPicker(this.window, (window) => this.choose_window(window));
    const actions = {
      edit: (id: string) => this.edit_widget(id),
      copy: (id: string) => this.copy_widget(id),
      remove: (id: string) => this.remove_widget(id),
      nudge: (id: string, by: Partial<Box>) => this.nudge(id, by),
    };
    this.grid = new Grid(source, () => this.window, actions, (widgets) => this.change({ widgets }));
    this.element = el(
      "div",
      "dashboard",
      el("div", "dashboard-head", el("div", "dashboard-title", link("/dashboards", shell.go, "crumb", "Dashboards"), this.title), this.picker.element, this.tools),
      this.messages,
      this.empty,
      this.grid.element,
    );
    const kept = kept_layout(dashboard.id, dashboard.version);
    if (kept) this.bring_back(kept);
    else if (new URLSearchParams(location.search).has("edit")) this.start_editing();
    else this.show();
    addEventListener("keydown", this.pressed);
    addEventListener("beforeunload", this.unloading);
    document.addEventListener("click", this.leaving, { capture: true });
  }

  leave(): void {
    removeEventListener("keydown", this.pressed);
    removeEventListener("beforeunload", this.unloading);
    document.removeEventListener("click", this.leaving, { capture: true });
    this.grid.leave();
  }

  // --- showing -----------------------------------------------------------------------------------

  private get layout(): Layout {
    return this.draft?.layout ?? this.dashboard.layout;
  }

  private show(): void {
    const { layout } = this;
    document.title = `${this.dashboard.name} · Thingtank`;
    this.title.textContent = this.dashboard.name;
    this.grid.set_editing(this.draft !== null);
    this.grid.show(layout);
    this.show_tools();
    this.empty.hidden = layout.widgets.length > 0;
    if (!this.empty.hidden) {
      const add = button("Add the first widget", "primary", () => this.add_widget());
      this.empty.replaceChildren(
        el("h2", { text: "Nothing here yet" }),
        el("p", { text: "Put lines, values, gauges, a map, a table, switches or sliders of your channels here, and drag them to where you want them." }),
        add,
      );
    }
  }

  private show_tools(): void {
    const { draft } = this;
    this.element.classList.toggle("is-editing", draft !== null);
    if (!draft) {
      const full = icon_button("system", "Full screen", "quiet", () => void this.full_screen());
      this.tools.replaceChildren(
        full,
        icon_button("globe", this.dashboard.share_token ? "Shared" : "Share", "quiet", () => this.share()),
        this.more_menu(),
        icon_button("edit", "Edit", "primary", () => this.start_editing()),
      );
      return;
    }
    const undo = button("Undo", "quiet", () => this.step("undo"));
    const redo = button("Redo", "quiet", () => this.step("redo"));
    undo.disabled = !draft.can_undo;
    redo.disabled = !draft.can_redo;
    const save = button("Save", "primary", () => void this.save());
    this.tools.replaceChildren(
      icon_button("plus", "Add widget", "", () => this.add_widget()),
      undo,
      redo,
      button("Cancel", "quiet", () => this.cancel()),
      save,
    );
  }

  private more_menu(): HTMLElement {
    const { dashboard, shell } = this;
    return menu("More", [
      { text: "Rename …", press: () => ask_for_name("Rename dashboard", dashboard.name, "Rename", async (name) => this.take(await rename_dashboard(dashboard.id, name))) },
      { text: "Duplicate", press: () => void this.attempt(async () => shell.go(`/dashboards/${(await duplicate_dashboard(dashboard.id)).id}`)) },
      { text: "Export as file", href: export_path(dashboard.id) },
      { text: "Delete …", is_danger: true, press: () => this.ask_to_delete() },
    ]);
  }

  private say(...content: Node[]): void {
    this.messages.replaceChildren(...content);
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    this.say();
    try {
      await work();
    } catch (error) {
      this.say(notice(this.shell.failed(error)));
    }
  }

  private take(dashboard: Dashboard): void {
    this.dashboard = dashboard;
    this.show();
  }

  private async full_screen(): Promise<void> {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.element.requestFullscreen();
  }

  private share(): void {
    open_share_dialog(this.shell, this.dashboard, (dashboard) => this.take(dashboard));
  }

  private ask_to_delete(): void {
    const { id, name } = this.dashboard;
    ask("Delete dashboard", `“${name}” will be gone for everyone, with its share link. The readings stay.`, "Delete", async () => {
      await delete_dashboard(id);
      this.draft?.forget();
      this.draft = null;
      this.shell.go("/dashboards");
    });
  }

  // While editing it is the dashboard's, else only this page's.
  private choose_window(window: TimeWindow): void {
    this.window = window;
    this.picker.show(window);
    if (this.draft) this.change({ window });
    this.grid.refresh();
  }

  // --- editing -----------------------------------------------------------------------------------

  private start_editing(): void {
    this.draft = new Draft(this.dashboard.id, this.dashboard.version, this.dashboard.layout);
    history.replaceState(null, "", location.pathname);
    this.show();
  }

  private bring_back(layout: Layout): void {
    const { dashboard } = this;
    this.draft = new Draft(dashboard.id, dashboard.version, dashboard.layout, layout);
    this.show();
    const drop = button("Drop them", "small", () => this.stop_editing());
    const box = notice("The changes that you had not saved are back.", drop);
    box.classList.add("friendly");
    this.say(box);
  }

  private change(by: Partial<Layout>): void {
    if (!this.draft) this.start_editing();
    this.draft!.change({ ...this.layout, ...by });
    this.show();
  }

  private step(what: "undo" | "redo"): void {
    this.draft?.[what]();
    const { window } = this.layout;
    if (JSON.stringify(window) !== JSON.stringify(this.window)) {
      this.window = window;
      this.picker.show(window);
      this.grid.refresh();
    }
    this.show();
  }

  private cancel(): void {
    if (!this.draft?.is_changed) return this.stop_editing();
    ask("Drop the changes?", "What you changed since the last save will be lost.", "Drop changes", () => this.stop_editing());
  }

  private stop_editing(): void {
    this.draft?.forget();
    this.draft = null;
    this.say();
    this.choose_window(this.dashboard.layout.window);
    this.show();
  }

  private async save(): Promise<void> {
    const { draft, dashboard } = this;
    if (!draft) return;
    this.say();
    try {
      const saved = await save_dashboard({ ...dashboard, layout: draft.layout });
      this.dashboard = saved;
      this.stop_editing();
    } catch (error) {
      if (is_conflict(error)) return this.solve_conflict();
      this.say(notice(`Not saved. ${this.shell.failed(error)}`));
    }
  }

  private solve_conflict(): void {
    const load = () => find_dashboard(this.dashboard.id);
    const reload = button("Show the other version", "", async () => {
      dialog.close();
      await this.attempt(async () => {
        this.dashboard = await load();
        this.stop_editing();
      });
    });
    const dialog = open_modal({
      title: "Changed elsewhere",
      content: [
        el("p", { text: "Somebody, or you in another window, has saved this dashboard since you opened it. Show that version and lose your changes, or overwrite it with yours." }),
        el("p", {}, reload),
      ],
      submit: "Overwrite",
      style: "danger",
      apply: async () => {
        const { version } = await load();
        this.dashboard = { ...this.dashboard, version };
        await this.save();
      },
    });
  }

  // --- widgets -----------------------------------------------------------------------------------

  private add_widget(): void {
    open_widget_dialog(null, (content) => this.put_new(content));
  }

  private put_new(content: WidgetContent, size?: Box): void {
    const { widgets } = this.layout;
    const { w, h } = size ?? kind_of(content.type);
    const widget = { ...content, ...free_place(widgets, w, h), id: new_id(widgets) };
    this.change({ widgets: [...widgets, widget] });
    this.grid.reveal(widget.id);
  }

  private widget(id: string): Widget | undefined {
    return this.layout.widgets.find((widget) => widget.id === id);
  }

  private edit_widget(id: string): void {
    const widget = this.widget(id);
    if (!widget) return;
    open_widget_dialog(widget, (content) => {
      this.change({ widgets: this.layout.widgets.map((other) => (other.id === id ? { ...other, ...content } : other)) });
    });
  }

  private copy_widget(id: string): void {
    const widget = this.widget(id);
    if (widget) this.put_new(widget, widget);
  }

  private remove_widget(id: string): void {
    this.change({ widgets: compact(this.layout.widgets.filter((widget) => widget.id !== id)) });
  }

  private nudge(id: string, by: Partial<Box>): void {
    const widget = this.widget(id);
    if (!widget) return;
    const moved = fitted({ ...widget, ...by });
    let widgets = place(this.layout.widgets, moved);
    // Down through what floats up again: past the one below.
    const after = widgets.find((other) => other.id === id)!;
    if (by.y !== undefined && by.y > widget.y && after.y === widget.y) {
      const below = this.layout.widgets.find((other) => other.y >= widget.y + widget.h && other.x < widget.x + widget.w && widget.x < other.x + other.w);
      if (below) widgets = place(this.layout.widgets, { ...widget, y: below.y + below.h });
    }
    this.change({ widgets });
    this.grid.focus(id);
  }

  // --- not losing anything -------------------------------------------------------------------------

  private pressed = (event: KeyboardEvent) => {
    if (!this.draft || !(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (key === "s") void this.save();
    else if (key === "z") this.step(event.shiftKey ? "redo" : "undo");
    else if (key === "y") this.step("redo");
    else return;
    event.preventDefault();
  };

  private unloading = (event: BeforeUnloadEvent) => {
    if (this.draft?.is_changed) event.preventDefault();
  };

  private leaving = (event: MouseEvent) => {
    const target = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
    if (!this.draft?.is_changed || !target || target.target || target.getAttribute("href")!.startsWith("#")) return;
    event.preventDefault();
    event.stopPropagation();
    ask("Leave without saving?", "What you changed since the last save will be lost.", "Leave", () => {
      this.draft?.forget();
      this.draft = null;
      target.click();
    });
  };
}

export async function dashboard_page(shell: Shell, id: number): Promise<Page> {
  const body = el("div", { class: "page wide-page" });
  let view: DashboardView | null = null;
  let is_left = false;
  const load = async () => {
    try {
      const dashboard = await find_dashboard(id);
      if (is_left) return;
      view = new DashboardView(shell, dashboard, live_source(shell));
      body.replaceChildren(view.element);
    } catch (error) {
      const back = link("/dashboards", shell.go, "button", "All dashboards");
      body.replaceChildren(notice(shell.failed(error), button("Try again", "", () => void load()), back));
    }
  };
  document.title = "Dashboard · Thingtank";
  await load();
  return {
    element: body,
    leave: () => {
      is_left = true;
      view?.leave();
    },
  };
}
