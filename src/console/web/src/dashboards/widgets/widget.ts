// What a widget is to the dashboard, and what the dashboard is to a widget.

import type { Channel, Feed } from "../../api";
import { is_number } from "../numbers";
import type { ChannelName, Level, Options, TimeWindow, Widget } from "../api";
import { channel_in, type Source } from "../source";

export interface Context {
  source: Source;
  widget: Widget;
  window: () => TimeWindow;
  // Shows what went wrong inside the widget; empty: nothing.
  complain: (message: string) => void;
}

export interface WidgetView {
  element: HTMLElement;
  // One of its devices said something; called with its state at the beginning, too.
  update: (feed: Feed) => void;
  // The window of time is another one, or values were missed: fetch them.
  refresh?: () => void;
  // Every second.
  tick?: () => void;
  leave?: () => void;
}

// The channel of a widget that has only one.
export const only_channel = ({ widget }: Context): ChannelName => widget.channels[0]!;

export function channel_of(context: Context, feed: Feed): Channel | undefined {
  const { feed: id, channel } = only_channel(context);
  return feed.id === id ? channel_in(feed, channel) : undefined;
}

export const unit_of = (options: Options, channel: Channel | undefined) =>
  options.unit ?? channel?.unit?.symbol ?? "";

// The highest threshold that the value has reached.
export function level_of(options: Options, value: string | undefined): Level | "" {
  if (!is_number(value)) return "";
  let found: { at: number; level: Level } | undefined;
  for (const threshold of options.thresholds ?? []) {
    if (Number(value) >= threshold.at && (!found || threshold.at >= found.at)) found = threshold;
  }
  return found?.level ?? "";
}

// "Roof · temperature"; the channel alone if the widget has channels of one device only.
export function names_of(widget: Widget, titles: Map<number, string>): (name: ChannelName) => string {
  const feeds = new Set(widget.channels.map(({ feed }) => feed));
  return ({ feed, channel }) => (feeds.size > 1 ? `${titles.get(feed) ?? `Feed ${feed}`} · ${channel}` : channel);
}
