// One value, big: with its unit, how it has changed in the window of time, and its line.

import type { Feed } from "../../api";
import { el } from "../../dom";
import { show_ago } from "../../time";
import { is_number, shown, written } from "../numbers";
import { asked_span, span_of } from "../time_window";
import { Track } from "../track";
import { channel_of, level_of, only_channel, unit_of, type Context, type WidgetView } from "./widget";

const spark_points = 400;
const [spark_width, spark_height] = [200, 40];
const svg = "http://www.w3.org/2000/svg";

export class ValueWidget implements WidgetView {
  readonly element: HTMLElement;
  private number = el("span", { class: "number", text: "—" });
  private unit = el("span", "unit");
  private trend = el("span", "trend");
  private updated = el("time");
  private spark = document.createElementNS(svg, "svg");
  private line = document.createElementNS(svg, "path");
  private track: Track;
  private at = "";

  constructor(private context: Context) {
    this.track = new Track(context.source, only_channel(context));
    const { options } = context.widget;
    this.spark.setAttribute("class", `spark line-${options.colour ?? 0}`);
    this.spark.setAttribute("viewBox", `0 0 ${spark_width} ${spark_height}`);
    this.spark.setAttribute("preserveAspectRatio", "none");
    this.spark.setAttribute("aria-hidden", "true");
    this.spark.append(this.line);
    this.element = el(
      "div",
      "value-widget",
      el("p", "big", this.number, this.unit),
      el("p", "value-foot muted", this.trend, this.updated),
      this.spark,
    );
  }

  update(feed: Feed): void {
    const channel = channel_of(this.context, feed);
    const { options } = this.context.widget;
    const value = channel?.current_value;
    this.number.textContent = value === undefined ? "—" : shown(value, options.decimals);
    this.number.classList.toggle("text", value !== undefined && !is_number(value));
    this.unit.textContent = unit_of(options, channel);
    this.element.dataset.level = level_of(options, value);
    show_ago(this.updated, channel?.at);
    if (!channel?.at || channel.at === this.at) return;
    this.at = channel.at;
    if (is_number(value) && this.track.add(Date.parse(channel.at) / 1000, Number(value))) this.draw();
  }

  refresh(): void {
    void this.fetch();
  }

  private async fetch(): Promise<void> {
    const { start_ms, end_ms } = asked_span(this.context.window());
    try {
      await this.track.fetch({ start_ms, end_ms, points: spark_points });
    } catch (error) {
      return this.context.complain(this.context.source.message_of(error));
    }
    this.context.complain("");
    this.draw();
  }

  private draw(): void {
    const { start_ms, end_ms, is_live } = span_of(this.context.window());
    if (is_live) this.track.expire(start_ms / 1000);
    const { times, values } = this.track;
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const x = (time: number) => (Math.max(0, time * 1000 - start_ms) / (end_ms - start_ms)) * spark_width;
    const y = (value: number) => (high === low ? spark_height / 2 : spark_height - 3 - ((value - low) / (high - low)) * (spark_height - 6));
    const path = times.map((time, index) => `${index === 0 ? "M" : "L"}${x(time).toFixed(1)} ${y(values[index]!).toFixed(1)}`);
    this.line.setAttribute("d", times.length > 1 ? path.join("") : "");
    this.show_trend();
  }

  // Since the window began.
  private show_trend(): void {
    const { values, decimals } = this.track;
    const change = values.length > 1 ? values.at(-1)! - values[0]! : NaN;
    const text = written(Math.abs(change), this.context.widget.options.decimals ?? decimals);
    const is_still = Number(text) === 0;
    this.trend.hidden = !Number.isFinite(change);
    this.trend.textContent = is_still ? "→ no change" : `${change > 0 ? "↗" : "↘"} ${text}`;
    this.trend.title = "Change since the beginning of the time shown";
  }
}
