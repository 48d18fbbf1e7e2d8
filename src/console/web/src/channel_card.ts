// One channel: its current value, big, and its chart (or its last texts when it holds no numbers).

import type { Channel, Point } from "./api";
import { find_points } from "./api";
import { Chart } from "./chart";
import { icon_button } from "./device/panel";
import { button, el, notice } from "./dom";
import { Series, type Range } from "./series";
import type { Shell } from "./shell";
import { clock_time, server_now_ms, show_ago } from "./time";

const texts_max = 8;

function is_number(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== "" && Number.isFinite(Number(value));
}

// With as many decimals as the readings have: 21.346666 is not what a sensor with 2 says.
function written(value: number, decimals: number): string {
  return Math.abs(value) < 1e9 ? value.toFixed(Math.min(decimals, 6)) : value.toPrecision(6);
}

export interface ChannelOptions {
  feed: number;
  index: number; // decides the colour
  range: Range;
  graph: boolean;
  edit: () => void;
}

export class ChannelCard {
  readonly element: HTMLElement;
  private dot = el("span", "dot");
  private tags = el("span", "channel-tags muted");
  private toggle = button("", "channel-toggle", () => this.show_graph(this.plot_side.hidden !== false));
  private is_fetched = false;
  private value = el("span", { class: "number", text: "—" });
  private symbol = el("span", "unit");
  private updated = el("time");
  private stats = el("dl", "stats");
  private readout = el("p", "readout muted");
  private message = el("div", "chart-message");
  private texts = el("ul", { class: "texts", attributes: { "aria-label": "Latest values" } });
  private latest: Point[] = []; // those that `texts` shows
  private plot_side = el("div", "plot-side");
  private chart: Chart;
  private series: Series;
  private at = "";
  private drawn_s = 0;

  constructor(
    private shell: Shell,
    private channel: string,
    options: ChannelOptions,
  ) {
    this.series = new Series(options.feed, channel, options.range);
    this.chart = new Chart(this.series, options.index, (time, value) => this.show_readout(time, value));
    this.plot_side.append(this.chart.element, this.message, this.readout);
    this.toggle.append(this.dot, el("h3", { text: channel }), this.tags);
    this.element = el(
      "article",
      { class: `channel line-${options.index % 6}`, attributes: { "aria-label": channel } },
      el(
        "div",
        "channel-head",
        this.toggle,
        el("p", "big", this.value, this.symbol),
        el("div", "channel-actions", icon_button("edit", `Edit ${channel}`, options.edit)),
      ),
      el("div", "channel-line", el("span", "muted", this.updated), this.stats),
      this.plot_side,
    );
    this.show_graph(options.graph);
    this.show_readout(null, null);

  }

  show_graph(shown: boolean): void {
    this.plot_side.hidden = !shown;
    this.stats.hidden = !shown;
    this.toggle.setAttribute("aria-expanded", `${shown}`);
    this.toggle.title = shown ? "Hide the graph" : "Show the graph";
    if (shown && !this.is_fetched) void this.fetch();
  }

  update(channel: Channel): void {
    this.tags.textContent = (channel.tags ?? []).join(", ");
    this.symbol.textContent = channel.unit?.symbol ?? "";
    this.symbol.title = channel.unit?.label ?? "";
    show_ago(this.updated, channel.at);
    const value = channel.current_value ?? "—";
    if (this.value.textContent !== value) this.show_value(value);
    if (!channel.at || channel.at === this.at) return;
    this.at = channel.at;
    this.series.add({ at: channel.at, value });
    if (!is_number(channel.current_value)) this.add_texts([{ at: channel.at, value }]);
    this.redraw();
  }

  show_range(range: Range): void {
    this.series = new Series(this.series.feed, this.channel, range);
    this.message.replaceChildren();
    this.chart.show(this.series);
    this.is_fetched = false;
    if (!this.plot_side.hidden) void this.fetch();
  }

  // Called every second: the window moves though nothing arrives.
  tick(): void {
    if (this.plot_side.hidden) return;
    const step_s = this.series.range.span_ms / 1000 / 600;
    if (server_now_ms() / 1000 - this.drawn_s >= step_s) this.redraw();
  }

  async fetch(): Promise<void> {
    const { series } = this;
    this.is_fetched = true;
    try {
      await series.fetch();
      if (series !== this.series) return;
      this.message.replaceChildren();
      if (series.times.length === 0) await this.fetch_texts();
      this.redraw();
    } catch (error) {
      if (series !== this.series) return;
      const retry = button("Try again", "small", () => void this.fetch());
      this.message.replaceChildren(notice(`The history did not load. ${this.shell.failed(error)}`, retry));
    }
  }

  leave(): void {
    this.chart.destroy();
    this.element.remove();
  }

  private show_value(value: string): void {
    const is_first = this.value.textContent === "—";
    this.value.textContent = value;
    this.value.classList.toggle("text", !is_number(value));
    if (is_first) return;
    this.value.classList.remove("changed");
    void this.value.offsetWidth; // restarts the animation
    this.value.classList.add("changed");
  }

  private redraw(): void {
    this.drawn_s = server_now_ms() / 1000;
    const { range, decimals } = this.series;
    const short = (value: number) => written(value, decimals);
    this.chart.draw();
    const summary = this.series.summary();
    const is_text = this.texts.childElementCount > 0 && this.series.times.length === 0;
    this.plot_side.classList.toggle("is-text", is_text);
    if (is_text) return;
    const entries = summary
      ? [["min", short(summary.min)], ["mean", short(summary.mean)], ["max", short(summary.max)]]
      : [];
    this.stats.replaceChildren(
      ...entries.map(([name, value]) => el("div", {}, el("dt", { text: name! }), el("dd", { text: value! }))),
    );
    const description = summary
      ? `from ${short(summary.min)} to ${short(summary.max)}, ${summary.count} points`
      : "no reading";
    this.chart.element.setAttribute("aria-label", `${this.channel}, last ${range.name}: ${description}`);
    this.plot_side.classList.toggle("is-empty", !summary);
    if (summary) this.message.replaceChildren();
    else if (this.message.childElementCount === 0 && this.at) {
      this.message.replaceChildren(
        el("p", { text: `No reading in the last ${range.name}. Choose a longer time to see older ones.` }),
      );
    }
  }

  private show_readout(time_s: number | null, value: number | null): void {
    this.readout.textContent =
      time_s === null || value === null
        ? "\u00a0"
        : `${value} ${this.symbol.textContent} at ${clock_time(time_s * 1000)}`;
  }

  // Points come live and from the history, in any order, and may be known already.
  private add_texts(points: Point[]): void {
    const by_time = new Map([...this.latest, ...points].map((point) => [Date.parse(point.at), point]));
    const newest_first = [...by_time].sort(([a], [b]) => b - a).slice(0, texts_max);
    this.latest = newest_first.map(([, point]) => point);
    const line = ([time, { at, value }]: [number, Point]) =>
      el("li", {}, el("time", { text: clock_time(time), attributes: { title: at } }), el("span", { text: value }));
    this.texts.replaceChildren(...newest_first.map(line));
    if (!this.texts.isConnected) this.plot_side.append(this.texts);
  }

  private async fetch_texts(): Promise<void> {
    const now_ms = server_now_ms();
    const start = new Date(now_ms - this.series.range.span_ms);
    const points = await find_points(this.series.feed, this.channel, start, new Date(now_ms), 0);
    if (points.length > 0) this.add_texts(points);
  }
}
