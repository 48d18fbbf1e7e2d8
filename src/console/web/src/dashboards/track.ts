// Track: the points of one channel in a window of time: history that the server has down-sampled,
// and what has come live since.

import type { ChannelName, SeriesQuery } from "./api";
import type { Source } from "./source";

export class Track {
  times: number[] = []; // seconds since 1970, ascending
  values: number[] = [];
  decimals = 0;
  readings = 0; // in the window, however many of them are drawn
  private request = 0;
  private arrived: [number, number][] | null = null; // while an answer is awaited

  constructor(
    private source: Source,
    readonly name: ChannelName,
  ) {}

  // True if this is what the track holds now: a later request may have been faster.
  async fetch(query: Omit<SeriesQuery, "feed" | "channel">): Promise<boolean> {
    const mine = ++this.request;
    const arrived: [number, number][] = [];
    this.arrived = arrived;
    const asked = this.source.series({ ...this.name, ...query });
    const answer = await asked.finally(() => mine === this.request && (this.arrived = null));
    if (mine !== this.request) return false;
    const newest_s = (answer.times.at(-1) ?? 0) / 1000;
    const missed = arrived.filter(([time]) => time > newest_s);
    this.times = answer.times.map((time) => time / 1000);
    this.values = answer.values;
    this.decimals = answer.decimals;
    this.readings = answer.readings;
    for (const [time, value] of missed) this.add(time, value);
    return true;
  }

  // A live reading: usually the newest, sometimes late, sometimes known.  True if it is new.
  add(time_s: number, value: number): boolean {
    this.arrived?.push([time_s, value]);
    let index = this.times.length;
    while (index > 0 && this.times[index - 1]! >= time_s) --index;
    const is_known = this.times[index] === time_s;
    this.times.splice(index, is_known ? 1 : 0, time_s);
    this.values.splice(index, is_known ? 1 : 0, value);
    if (!is_known) ++this.readings;
    return !is_known;
  }

  // Drops what has left the window; one point stays so that the line enters from the left.
  expire(oldest_s: number): void {
    let count = 0;
    while (count + 1 < this.times.length && this.times[count + 1]! < oldest_s) ++count;
    if (count === 0) return;
    this.times.splice(0, count);
    this.values.splice(0, count);
  }
}
