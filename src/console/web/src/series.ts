// Series: the points of one channel that a chart shows, kept up to date from history and live.

import { find_points, type Point } from "./api";
import { server_now_ms } from "./time";

export interface Range {
  label: string;
  name: string; // as in "no reading in the last 5 minutes"
  span_ms: number;
  interval_s: number; // of the points asked for; 0: every reading
}

const minute_ms = 60_000;
const day_ms = 1440 * minute_ms;

export const ranges: Range[] = [
  { label: "5 min", name: "5 minutes", span_ms: 5 * minute_ms, interval_s: 0 },
  { label: "30 min", name: "30 minutes", span_ms: 30 * minute_ms, interval_s: 0 },
  { label: "1 h", name: "hour", span_ms: 60 * minute_ms, interval_s: 30 },
  { label: "6 h", name: "6 hours", span_ms: 360 * minute_ms, interval_s: 60 },
  { label: "1 day", name: "day", span_ms: day_ms, interval_s: 300 },
  { label: "7 days", name: "7 days", span_ms: 7 * day_ms, interval_s: 900 },
  { label: "30 days", name: "30 days", span_ms: 30 * day_ms, interval_s: 3600 },
  { label: "90 days", name: "90 days", span_ms: 90 * day_ms, interval_s: 21_600 },
];

const points_per_reply = 1000;
const replies_max = 6;
const coarse_interval_s = 30;

export class Series {
  times: number[] = []; // seconds since 1970, ascending
  values: number[] = [];
  decimals = 0; // of the readings, as they were written
  private newest_s = 0; // of the readings, which need not be numbers

  constructor(
    readonly feed: number,
    readonly channel: string,
    readonly range: Range,
  ) {}

  // Fetches the whole range, or after a pause what is newer than the newest known reading.
  async fetch(): Promise<void> {
    const now_ms = server_now_ms();
    const oldest_ms = now_ms - this.range.span_ms;
    const step_ms = this.range.interval_s * 1000;
    let start_ms = Math.max(oldest_ms, this.newest_s * 1000 - step_ms);
    const end = new Date(now_ms + step_ms);
    const found: Point[] = [];
    for (let replies = 1; replies <= replies_max; ++replies) {
      // A device can send more than anyone can see: the last request takes samples of the rest.
      const interval_s =
        replies < replies_max
          ? this.range.interval_s
          : Math.max(this.range.interval_s, coarse_interval_s);
      const points = await find_points(
        this.feed,
        this.channel,
        new Date(start_ms),
        end,
        interval_s,
      );
      found.push(...points);
      if (points.length < points_per_reply) break;
      start_ms = Date.parse(points.at(-1)!.at) + 1;
    }
    for (const point of found) this.add(point);
  }

  // A reading that may be known already, late, or not a number.  True if the series changed.
  add({ at, value }: Point): boolean {
    const time = Date.parse(at) / 1000;
    const number = value.trim() === "" ? NaN : Number(value);
    if (!Number.isFinite(time)) return false;
    this.newest_s = Math.max(this.newest_s, time);
    if (!Number.isFinite(number)) return false;
    this.decimals = Math.max(this.decimals, /\.(\d+)$/.exec(value)?.[1]?.length ?? 0);
    let index = this.times.length;
    while (index > 0 && this.times[index - 1]! >= time) --index;
    const is_known = this.times[index] === time;
    this.times.splice(index, is_known ? 1 : 0, time);
    this.values.splice(index, is_known ? 1 : 0, number);
    this.thin();
    return true;
  }

  // Drops what has left the range on the left; one point stays so that the line enters from there.
  expire(): void {
    const oldest_s = (server_now_ms() - this.range.span_ms) / 1000;
    let count = 0;
    while (count + 1 < this.times.length && this.times[count + 1]! < oldest_s) ++count;
    this.times.splice(0, count);
    this.values.splice(0, count);
  }

  // Live readings come as fast as the device sends; keep about one per interval, and the newest.
  private thin(): void {
    const interval = this.range.interval_s;
    const last = this.times.length - 1;
    if (interval === 0 || last < 2) return;
    if (this.times[last]! - this.times[last - 2]! < interval) {
      this.times.splice(last - 1, 1);
      this.values.splice(last - 1, 1);
    }
  }

  // What is visible now; undefined if nothing is.
  summary(): { min: number; max: number; mean: number; count: number } | undefined {
    const oldest_s = (server_now_ms() - this.range.span_ms) / 1000;
    const visible = this.values.filter((_, index) => this.times[index]! >= oldest_s);
    if (visible.length === 0) return undefined;
    return {
      min: visible.reduce((a, b) => Math.min(a, b)),
      max: visible.reduce((a, b) => Math.max(a, b)),
      mean: visible.reduce((a, b) => a + b) / visible.length,
      count: visible.length,
    };
  }
}
