// Source: where the widgets get their values from: the live connection of somebody who is signed
// in, or the polled interface of a share link.
//
// Many widgets show the same device: it is watched once, and each widget hears of it.

import { find_feed, type Channel, type Feed, type Point } from "../api";
import type { Shell } from "../shell";
import { find_latest, find_series, write_value, type ChannelName, type SeriesAnswer, type SeriesQuery } from "./api";

export interface Watcher {
  update: (feed: Feed) => void;
  // The connection was away: what came meanwhile has to be fetched.
  resumed: () => void;
  failed: (message: string) => void;
}

export interface Source {
  watch: (feed: number, watcher: Watcher) => () => void;
  series: (query: SeriesQuery) => Promise<SeriesAnswer>;
  latest: (query: SeriesQuery) => Promise<{ readings: Point[] }>;
  // null: nothing can be written here.
  write: ((feed: number, channel: string, value: string) => Promise<unknown>) | null;
  message_of: (error: unknown) => string;
  // Where the device's own page is; null: nowhere that the reader may go.
  device_path: (feed: number) => string | null;
}

// One device and who watches it.
export class WatchedFeed {
  readonly watchers = new Set<Watcher>();
  private feed: Feed | null = null;
  private failure = "";

  add(watcher: Watcher): void {
    this.watchers.add(watcher);
    if (this.feed) watcher.update(this.feed);
    else if (this.failure) watcher.failed(this.failure);
  }

  update(feed: Feed): void {
    this.feed = feed;
    this.failure = "";
    for (const watcher of this.watchers) watcher.update(feed);
  }

  // What is known stays on the screen.
  failed(message: string): void {
    this.failure = message;
    if (!this.feed) for (const watcher of this.watchers) watcher.failed(message);
  }

  resumed(): void {
    for (const watcher of this.watchers) watcher.resumed();
  }
}

export function live_source(shell: Shell): Source {
  const watched = new Map<number, { feed: WatchedFeed; stop: () => void }>();

  const start = (id: number) => {
    const feed = new WatchedFeed();
    const load = async () => {
      try {
        feed.update(await find_feed(id));
      } catch (error) {
        feed.failed(shell.failed(error));
      }
    };
    const resume = () => {
      void load();
      feed.resumed();
    };
    const stop = shell.live.subscribe(id, (state) => feed.update(state), resume);
    void load();
    return { feed, stop };
  };

  return {
    watch: (id, watcher) => {
      let entry = watched.get(id);
      if (!entry) watched.set(id, (entry = start(id)));
      const { feed, stop } = entry;
      feed.add(watcher);
      return () => {
        feed.watchers.delete(watcher);
        if (feed.watchers.size > 0 || watched.get(id)?.feed !== feed) return;
        watched.delete(id);
        stop();
      };
    },
    series: find_series,
    latest: find_latest,
    write: write_value,
    message_of: shell.failed,
    device_path: (feed) => `/devices/${feed}`,
  };
}

export const channel_in = (feed: Feed, name: string): Channel | undefined =>
  feed.datastreams?.find((channel) => channel.id === name);

export const key_of = ({ feed, channel }: ChannelName) => `${feed}/${channel}`;
