// The last values as they came, texts too, the newest on top.

import type { Feed, Point } from "../../api";
import { el } from "../../dom";
import { clock_time } from "../../time";
import type { ChannelName } from "../api";
import { channel_in, key_of } from "../source";
import { asked_span, span_of } from "../time_window";
import { names_of, unit_of, type Context, type WidgetView } from "./widget";

const lines_max = 100;

interface Line {
  name: ChannelName;
  at_ms: number;
  value: string;
}

export class LogWidget implements WidgetView {
  readonly element = el("div", { class: "log-widget", attributes: { tabindex: "0", role: "log", "aria-label": "Latest values" } });
  private list = el("ol");
  private empty = el("p", { class: "muted", text: "No reading in this time" });
  private lines = new Map<string, Line>();
  private titles = new Map<number, string>();
  private units = new Map<string, string>();
  private frame = 0;

  constructor(private context: Context) {
    this.element.append(this.list, this.empty);
  }

  update(feed: Feed): void {
    this.titles.set(feed.id, feed.title);
    for (const name of this.context.widget.channels) {
      if (name.feed !== feed.id) continue;
      const channel = channel_in(feed, name.channel);
      this.units.set(key_of(name), unit_of(this.context.widget.options, channel));
      if (channel?.at) this.add(name, [{ at: channel.at, value: channel.current_value ?? "" }]);
    }
    this.draw();
  }

  refresh(): void {
    this.lines.clear();
    void this.fetch();
  }

  leave(): void {
    cancelAnimationFrame(this.frame);
  }

  private async fetch(): Promise<void> {
    const { start_ms, end_ms } = asked_span(this.context.window());
    const { source, widget } = this.context;
    try {
      for (const name of widget.channels) {
        const { readings } = await source.latest({ ...name, start_ms, end_ms, points: lines_max });
        this.add(name, readings);
      }
      this.context.complain("");
    } catch (error) {
      this.context.complain(source.message_of(error));
    }
    this.draw();
  }

  private add(name: ChannelName, readings: Point[]): void {
    for (const { at, value } of readings) {
      const at_ms = Date.parse(at);
      this.lines.set(`${key_of(name)} ${at_ms}`, { name, at_ms, value });
    }
  }

  private draw(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw_now();
    });
  }

  private draw_now(): void {
    const { start_ms, end_ms, is_live } = span_of(this.context.window());
    const is_shown = ({ at_ms }: Line) => at_ms >= start_ms && (is_live || at_ms <= end_ms);
    const newest = [...this.lines].filter(([, line]) => is_shown(line)).sort(([, a], [, b]) => b.at_ms - a.at_ms).slice(0, lines_max);
    this.lines = new Map(newest);
    const name_of = names_of(this.context.widget, this.titles);
    const has_names = this.context.widget.channels.length > 1;
    const line = ([, { name, at_ms, value }]: [string, Line]) =>
      el(
        "li",
        {},
        el("time", { text: clock_time(at_ms), attributes: { title: new Date(at_ms).toLocaleString() } }),
        has_names && el("span", { class: "muted", text: name_of(name) }),
        el("span", { class: "log-value", text: `${value} ${this.units.get(key_of(name)) ?? ""}`.trim() }),
      );
    this.list.replaceChildren(...newest.map(line));
    this.empty.hidden = newest.length > 0;
  }
}
