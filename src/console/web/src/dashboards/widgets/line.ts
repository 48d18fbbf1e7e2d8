// Lines over time: several channels, drawn from what the server has down-sampled to the width of
// the widget; dragging across looks closer.

import uPlot from "uplot";
import type { Feed } from "../../api";
import { button, el } from "../../dom";
import { clock_time, server_now_ms } from "../../time";
import { is_number, written } from "../numbers";
import { channel_in } from "../source";
import { asked_span, span_of } from "../time_window";
import { Track } from "../track";
import { names_of, unit_of, type Context, type WidgetView } from "./widget";

const points_per_pixel = 4;
const points_min = 100;
const points_max = 4000;
const colours = 6;
const zoom_fetch_delay_ms = 150;

const theme_colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

interface Line {
  track: Track;
  colour: number;
  unit: string;
  swatch: HTMLElement;
  label: HTMLElement;
  value: HTMLElement;
}

export class LineWidget implements WidgetView {
  readonly element: HTMLElement;
  private plot_side = el("div", { class: "plot", attributes: { role: "img" } });
  private empty = el("p", { class: "plot-empty muted", text: "No reading in this time" });
  private reset = button("Reset zoom", "small zoom-reset", () => this.zoom(null));
  private lines: Line[];
  private titles = new Map<number, string>();
  private plot: uPlot | null = null;
  private zoomed: { min: number; max: number } | null = null;
  private frame = 0;
  private zoom_timer = 0;
  private drawn_s = 0;
  private fetched_width = 0;
  private resize = new ResizeObserver(() => this.fit());

  constructor(private context: Context) {
    const { widget } = context;
    this.lines = widget.channels.map((name, index) => {
      const colour = ((widget.options.colour ?? 0) + index) % colours;
      const swatch = el("span", `swatch line-${colour}`);
      const label = el("span", { class: "legend-name", text: name.channel });
      return { track: new Track(context.source, name), colour, unit: "", swatch, label, value: el("span", "legend-value") };
    });
    const entry = ({ swatch, label, value }: Line) => el("li", {}, swatch, label, value);
    this.reset.hidden = true;
    this.empty.hidden = true;
    this.element = el(
      "div",
      "line-widget",
      el("div", "plot-box", this.plot_side, this.empty, this.reset),
      el("ul", { class: "legend", attributes: { "aria-label": "Lines" } }, ...this.lines.map(entry)),
    );
    this.resize.observe(this.plot_side);
    addEventListener("theme", this.rebuild);
  }

  update(feed: Feed): void {
    this.titles.set(feed.id, feed.title);
    const name_of = names_of(this.context.widget, this.titles);
    let is_new = false;
    for (const line of this.lines) {
      line.label.textContent = name_of(line.track.name);
      if (line.track.name.feed !== feed.id) continue;
      const channel = channel_in(feed, line.track.name.channel);
      line.unit = unit_of(this.context.widget.options, channel);
      if (!channel?.at || !is_number(channel.current_value)) continue;
      is_new = line.track.add(Date.parse(channel.at) / 1000, Number(channel.current_value)) || is_new;
      if (line.track.times.length > 2 * points_max) this.refresh();
    }
    if (is_new) this.draw();
    this.show_values(null);
  }

  refresh(): void {
    void this.fetch();
  }

  tick(): void {
    if (!("live_s" in this.context.window()) || this.zoomed) return;
    const { start_ms, end_ms } = span_of(this.context.window());
    const pixel_s = (end_ms - start_ms) / 1000 / (this.plot_side.clientWidth || 600);
    if (server_now_ms() / 1000 - this.drawn_s >= pixel_s) this.draw();
  }

  leave(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.zoom_timer);
    this.resize.disconnect();
    removeEventListener("theme", this.rebuild);
    this.plot?.destroy();
  }

  // --- history -----------------------------------------------------------------------------------

  private async fetch(): Promise<void> {
    const width = this.plot_side.clientWidth;
    if (width === 0) return; // comes back when it is laid out
    this.fetched_width = width;
    const points = Math.min(Math.max(Math.round(width * points_per_pixel), points_min), points_max);
    const { start_ms, end_ms } = this.zoomed
      ? { start_ms: this.zoomed.min * 1000, end_ms: this.zoomed.max * 1000 }
      : asked_span(this.context.window());
    const query = { start_ms, end_ms, points };
    try {
      await Promise.all(this.lines.map(({ track }) => track.fetch(query)));
      this.context.complain("");
    } catch (error) {
      this.context.complain(this.context.source.message_of(error));
    }
    this.draw();
    this.show_values(null);
  }

  private shown_range(): { min: number; max: number } {
    if (this.zoomed) return this.zoomed;
    const { start_ms, end_ms } = span_of(this.context.window());
    return { min: start_ms / 1000, max: end_ms / 1000 };
  }

  private zoom(range: { min: number; max: number } | null): void {
    this.zoomed = range;
    this.reset.hidden = range === null;
    this.draw();
    clearTimeout(this.zoom_timer);
    this.zoom_timer = setTimeout(() => void this.fetch(), zoom_fetch_delay_ms);
  }

  // --- drawing -----------------------------------------------------------------------------------

  // At the next frame, however often it is asked until then.
  private draw(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw_now();
    });
  }

  private draw_now(): void {
    if (!this.plot && !this.build()) return;
    this.drawn_s = server_now_ms() / 1000;
    const range = this.shown_range();
    if (!this.zoomed) for (const { track } of this.lines) track.expire(range.min);
    this.plot!.batch(() => {
      this.plot!.setData(this.data(), false);
      this.plot!.setScale("x", range);
    });
    const count = this.lines.reduce((sum, { track }) => sum + track.times.filter((time) => time >= range.min && time <= range.max).length, 0);
    const readings = this.lines.reduce((sum, { track }) => sum + track.readings, 0);
    this.empty.hidden = count > 0;
    this.plot_side.setAttribute("aria-label", `${this.lines.map(({ label }) => label.textContent).join(", ")}: ${readings} readings, ${count} points drawn`);
  }

  private data(): uPlot.AlignedData {
    const tables = this.lines.map(({ track }) => [track.times, track.values] as uPlot.AlignedData);
    return tables.length === 1 ? tables[0]! : uPlot.join(tables);
  }

  private fit(): void {
    const { clientWidth: width, clientHeight: height } = this.plot_side;
    if (width === 0 || height === 0) return;
    this.plot?.setSize({ width, height });
    if (Math.abs(width - this.fetched_width) > this.fetched_width / 4) this.refresh();
    this.draw();
  }

  private rebuild = () => {
    this.plot?.destroy();
    this.plot = null;
    this.draw();
  };

  private build(): boolean {
    const { clientWidth: width, clientHeight: height } = this.plot_side;
    if (width === 0 || height === 0) return false;
    const axis = {
      stroke: theme_colour("--muted"),
      font: "12px system-ui, sans-serif",
      grid: { stroke: theme_colour("--grid"), width: 1 },
      ticks: { show: false },
    };
    const { min, max } = this.context.widget.options;
    this.plot = new uPlot(
      {
        width,
        height,
        padding: [10, 16, 0, 0],
        legend: { show: false },
        scales: { x: { time: true, auto: false }, y: { range: (_, low, high) => padded(low, high, min, max) } },
        axes: [
          { ...axis, size: 26, space: 70, values: (_, splits) => time_labels(splits) },
          { ...axis, size: (_, labels) => axis_width(labels), space: 32, values: (_, splits) => number_labels(splits) },
        ],
        series: [{}, ...this.lines.map(({ colour }) => this.style_of(colour))],
        cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
        hooks: {
          setCursor: [(plot) => this.show_values(plot)],
          setSelect: [(plot) => this.selected(plot)],
          drawAxes: [(plot) => this.draw_thresholds(plot)],
        },
      },
      this.data(),
      this.plot_side,
    );
    this.plot.over.addEventListener("dblclick", () => this.zoom(null));
    return true;
  }

  private style_of(index: number): uPlot.Series {
    const colour = theme_colour(`--line-${index}`);
    const is_filled = this.context.widget.options.fill ?? this.lines.length === 1;
    return {
      stroke: colour,
      width: 1.75,
      spanGaps: true, // channels have their own times
      ...(is_filled ? { fill: `${colour}1f`, fillTo: (plot: uPlot) => plot.scales.y!.min! } : {}),
      points: { size: 5, fill: colour },
    };
  }

  private selected(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 5) return;
    const range = { min: plot.posToVal(left, "x"), max: plot.posToVal(left + width, "x") };
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (range.max - range.min > 0.01) this.zoom(range);
  }

  private draw_thresholds(plot: uPlot): void {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.lineWidth = devicePixelRatio;
    for (const { at, level } of this.context.widget.options.thresholds ?? []) {
      if (level === "good") continue;
      const y = plot.valToPos(at, "y", true);
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.strokeStyle = theme_colour(`--${level}`);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
    }
    ctx.restore();
  }

  // What is under the pointer, else the newest.
  private show_values(plot: uPlot | null): void {
    const index = plot && (plot.cursor.left ?? -1) >= 0 ? plot.cursor.idx : null;
    const at_s = index === null || index === undefined ? undefined : plot!.data[0][index];
    this.lines.forEach((line) => {
      const { times, values, decimals } = line.track;
      const found = at_s === undefined ? values.at(-1) : values[last_until(times, at_s)];
      const digits = this.context.widget.options.decimals ?? decimals;
      line.value.textContent = found === undefined ? "—" : `${written(found, digits)} ${line.unit}`.trim();
    });
    this.element.dataset.at = at_s === undefined ? "" : clock_time(at_s * 1000);
  }
}

// The index of the last time that is not after `at`; -1 if there is none.
function last_until(times: number[], at: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

// Some air above and below, unless the widget says where the axis ends; never a range of nothing.
function padded(low: number | null, high: number | null, min?: number, max?: number): [number, number] {
  const [from, to] = [low ?? 0, high ?? 1];
  const span = to - from || Math.abs(to) * 0.1 || 1;
  const range: [number, number] = [min ?? from - span * 0.1, max ?? to + span * 0.1];
  return range[0] < range[1] ? range : [range[0], range[0] + 1];
}

function time_labels(splits: number[]): string[] {
  const step_s = splits.length > 1 ? splits[1]! - splits[0]! : 60;
  const format: Intl.DateTimeFormatOptions =
    step_s >= 86_400
      ? { month: "short", day: "numeric" }
      : { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(step_s < 60 ? { second: "2-digit" } : {}) };
  const formatter = new Intl.DateTimeFormat(undefined, format);
  const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
  return splits.map((time_s) => {
    const time = new Date(time_s * 1000);
    const is_midnight = time.getHours() === 0 && time.getMinutes() === 0 && time.getSeconds() === 0;
    return is_midnight ? day.format(time) : formatter.format(time);
  });
}

function number_labels(splits: number[]): string[] {
  const step = splits.length > 1 ? splits[1]! - splits[0]! : 1;
  const decimals = Math.min(Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)), 9);
  return splits.map((value) => (Math.abs(value) >= 1e7 ? value.toExponential(2) : value.toFixed(decimals)));
}

function axis_width(labels: string[] | null): number {
  return 12 + Math.max(4, ...(labels ?? []).map((label) => `${label ?? ""}`.length)) * 7.5;
}
