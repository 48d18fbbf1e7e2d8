// Chart: one channel over a range that ends now and moves with it.

import uPlot from "uplot";
import type { Series } from "./series";
import { server_now_ms } from "./time";

const height_px = 180;
const colour_count = 6;

function theme_colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export class Chart {
  readonly element = document.createElement("div");
  private plot: uPlot | null = null;
  private frame = 0;
  private resize = new ResizeObserver(() => this.fit());

  // `point_at` is told what is under the pointer, or nothing.
  constructor(
    private series: Series,
    private colour_index: number,
    private point_at: (time_s: number | null, value: number | null) => void,
  ) {
    this.element.className = "chart";
    this.element.setAttribute("role", "img");
    this.resize.observe(this.element);
    addEventListener("theme", this.rebuild);
  }

  show(series: Series): void {
    this.series = series;
    this.draw();
  }

  // Draws at the next frame, however often it is asked until then.
  draw(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw_now();
    });
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    this.resize.disconnect();
    removeEventListener("theme", this.rebuild);
    this.plot?.destroy();
  }

  private draw_now(): void {
    if (!this.plot && !this.build()) return;
    this.series.expire();
    const now_s = server_now_ms() / 1000;
    this.plot!.batch(() => {
      this.plot!.setData([this.series.times, this.series.values], false);
      this.plot!.setScale("x", { min: now_s - this.series.range.span_ms / 1000, max: now_s });
    });
  }

  private fit(): void {
    const width = this.element.clientWidth;
    if (this.plot && width > 0) this.plot.setSize({ width, height: height_px });
    else this.draw();
  }

  private rebuild = () => {
    this.plot?.destroy();
    this.plot = null;
    this.draw();
  };

  private build(): boolean {
    const width = this.element.clientWidth;
    if (width === 0) return false;
    const line = theme_colour(`--line-${this.colour_index % colour_count}`);
    const axis = {
      stroke: theme_colour("--muted"),
      font: "12px system-ui, sans-serif",
      grid: { stroke: theme_colour("--grid"), width: 1 },
      ticks: { show: false },
    };
    this.plot = new uPlot(
      {
        width,
        height: height_px,
        padding: [8, 24, 0, 0], // room for the last time label
        legend: { show: false },
        scales: { x: { time: true, auto: false }, y: { range: padded_range } },
        axes: [
          { ...axis, size: 30, space: 70, values: time_labels },
          { ...axis, size: axis_width, space: 36, values: number_labels },
        ],
        series: [
          {},
          {
            stroke: line,
            width: 1.75,
            fill: `${line}1f`,
            fillTo: (plot) => plot.scales.y!.min!, // below the line also where values are negative
            points: { size: 5, fill: line },
          },
        ],
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 8, fill: line } },
        hooks: { setCursor: [(plot) => this.moved(plot)] },
      },
      [this.series.times, this.series.values],
      this.element,
    );
    return true;
  }

  private moved(plot: uPlot): void {
    const index = plot.cursor.idx;
    if (index === null || index === undefined || (plot.cursor.left ?? -1) < 0) {
      this.point_at(null, null);
    } else {
      this.point_at(this.series.times[index] ?? null, this.series.values[index] ?? null);
    }
  }
}

// Some air above and below, and never a range of nothing.
function padded_range(_: uPlot, min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const span = max - min || Math.abs(max) * 0.1 || 1;
  return [min - span * 0.12, max + span * 0.12];
}

function time_labels(_: uPlot, splits: number[]): string[] {
  const step_s = splits.length > 1 ? splits[1]! - splits[0]! : 60;
  const format: Intl.DateTimeFormatOptions =
    step_s >= 43_200
      ? { day: "numeric", month: "short" }
      : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (step_s < 60) format.second = "2-digit";
  const formatter = new Intl.DateTimeFormat(undefined, format);
  return splits.map((time_s) => formatter.format(time_s * 1000));
}

// With the decimals that the distance of the lines needs, written as the devices write numbers.
function number_labels(_: uPlot, splits: number[]): string[] {
  const step = splits.length > 1 ? splits[1]! - splits[0]! : 1;
  const decimals = Math.min(Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)), 9);
  return splits.map((value) =>
    Math.abs(value) >= 1e7 ? value.toExponential(2) : value.toFixed(decimals),
  );
}

// The same for most charts, so that they line up; wider when labels need it.
function axis_width(_: uPlot, labels: string[] | null): number {
  const longest = Math.max(6, ...(labels ?? []).map((label) => `${label ?? ""}`.length));
  return 12 + longest * 7.5;
}
