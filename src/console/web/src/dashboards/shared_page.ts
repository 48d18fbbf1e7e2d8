// A dashboard that somebody shows by a link: values are polled, nothing can be changed.

import { ApiError, call, type Feed, type Point } from "../api";
import { button, el, notice } from "../dom";
import type { Page } from "../shell";
import { set_server_time } from "../time";
import { series_parameters, type Layout, type SeriesAnswer, type TimeWindow } from "./api";
import { Grid } from "./grid";
import { WatchedFeed, type Source } from "./source";
import { WindowPicker } from "./time_window";

const poll_ms = 2000;

interface SharedDashboard {
  name: string;
  now: string;
  layout: Layout;
}

interface Values {
  now: string;
  feeds: Feed[];
}

const message_of = (error: unknown) => (error instanceof Error ? error.message : `${error}`);

class PolledSource implements Source {
  readonly write = null;
  readonly message_of = message_of;
  private feeds = new Map<number, WatchedFeed>();
  private last: Values | null = null;
  private was_lost = false;
  private timer = 0;
  private is_closed = false;

  constructor(
    private path: string,
    private show_state: (is_lost: boolean, error?: unknown) => void,
  ) {
    document.addEventListener("visibilitychange", this.poll_if_visible);
    void this.poll();
  }

  watch: Source["watch"] = (id, watcher) => {
    let feed = this.feeds.get(id);
    if (!feed) this.feeds.set(id, (feed = new WatchedFeed()));
    const watched = feed;
    watched.add(watcher);
    const known = this.last?.feeds.find((state) => state.id === id);
    if (known) watcher.update(known);
    return () => watched.watchers.delete(watcher);
  };

  series: Source["series"] = (query) => call<SeriesAnswer>("GET", `${this.path}/series?${series_parameters(query)}`);
  latest: Source["latest"] = (query) => call<{ readings: Point[] }>("GET", `${this.path}/latest?${series_parameters(query)}`);
  device_path = () => null;

  close(): void {
    this.is_closed = true;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.poll_if_visible);
  }

  private async poll(): Promise<void> {
    clearTimeout(this.timer);
    try {
      this.last = await call<Values>("GET", `${this.path}/values`);
      set_server_time(this.last.now);
      for (const state of this.last.feeds) this.feeds.get(state.id)?.update(state);
      if (this.was_lost) for (const feed of this.feeds.values()) feed.resumed();
      this.was_lost = false;
      this.show_state(false);
    } catch (error) {
      this.was_lost = true;
      this.show_state(true, error);
      if (error instanceof ApiError && error.status === 404) return this.close();
    }
    if (!this.is_closed && !document.hidden) this.timer = setTimeout(() => void this.poll(), poll_ms);
  }

  // Nobody looks: nothing is asked; when somebody does again, what was missed is fetched.
  private poll_if_visible = () => {
    if (document.hidden) {
      clearTimeout(this.timer);
      this.was_lost = true;
    } else if (!this.is_closed) {
      void this.poll();
    }
  };
}

const no_actions = { edit: () => {}, copy: () => {}, remove: () => {}, nudge: () => {} };

function show(path: string, { name, layout }: SharedDashboard, page: HTMLElement): () => void {
  let window: TimeWindow = layout.window;
  const messages = el("div");
  const state = el("span", { class: "pill", attributes: { role: "status" } });
  const source = new PolledSource(path, (is_lost, error) => {
    state.textContent = is_lost ? "reconnecting…" : "live";
    state.className = `pill ${is_lost ? "state-lost" : "state-open"}`;
    const is_gone = error instanceof ApiError && error.status === 404;
    messages.replaceChildren(...(is_gone ? [notice(message_of(error))] : []));
    if (is_gone) state.remove();
  });
  const grid = new Grid(source, () => window, no_actions, () => {});
  const picker = new WindowPicker(window, (chosen) => {
    window = chosen;
    picker.show(chosen);
    grid.refresh();
  });
  const full = button("Full screen", "quiet", () => void (document.fullscreenElement ? document.exitFullscreen() : page.requestFullscreen()));
  page.replaceChildren(
    el("div", "dashboard", el("div", "dashboard-head", el("div", "dashboard-title", el("h1", { text: name })), state, picker.element, el("div", "dashboard-tools", full)), messages, grid.element),
  );
  grid.show(layout);
  document.title = name;
  return () => {
    source.close();
    grid.leave();
  };
}

export async function shared_page(token: string): Promise<Page> {
  const path = `/share/${encodeURIComponent(token)}/api`;
  const page = el("main", "page wide-page shared-page");
  let leave = () => {};
  const load = async () => {
    try {
      const dashboard = await call<SharedDashboard>("GET", `${path}/dashboard`);
      set_server_time(dashboard.now);
      leave = show(path, dashboard, page);
    } catch (error) {
      const is_gone = error instanceof ApiError && error.status === 404;
      const retry = is_gone ? [] : [button("Try again", "", () => void load())];
      page.replaceChildren(el("div", "empty card", el("h1", { text: is_gone ? "Nothing to see here" : "Not now" }), el("p", { text: message_of(error) }), ...retry));
    }
  };
  document.title = "Dashboard";
  await load();
  return { element: page, leave: () => leave() };
}
