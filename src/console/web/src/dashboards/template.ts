// A dashboard made from what a device has: a value and a line for each channel of numbers, a log
// for texts, a map if it has a place.

import type { Feed } from "../api";
import type { Box, Layout, Widget, WidgetType } from "./api";
import { is_number } from "./numbers";
import { free_place } from "./placing";

const charts_max = 12;

export const empty_layout: Layout = { window: { live_s: 3600 }, widgets: [] };

export function layout_of(feed: Feed): Layout {
  const widgets: Widget[] = [];
  const add = (type: WidgetType, channels: string[], size: Pick<Box, "w" | "h">, options = {}) => {
    widgets.push({
      id: `w${widgets.length + 1}`,
      type,
      ...free_place(widgets, size.w, size.h),
      title: "",
      channels: channels.map((channel) => ({ feed: feed.id, channel })),
      options,
    });
  };
  const channels = feed.datastreams ?? [];
  const numbers = channels.filter((channel) => is_number(channel.current_value)).map(({ id }) => id);
  const others = channels.filter((channel) => !is_number(channel.current_value)).map(({ id }) => id);
  numbers.slice(0, charts_max).forEach((id, index) => {
    add("value", [id], { w: 3, h: 5 }, { colour: index % 6 });
    add("line", [id], { w: 9, h: 5 }, { colour: index % 6 });
  });
  const has_place = feed.location?.lat !== undefined && feed.location.lon !== undefined;
  if (has_place && channels.length > 0) add("map", channels.slice(0, 3).map(({ id }) => id), { w: 6, h: 7 });
  if (channels.length > 1) add("table", channels.slice(0, 50).map(({ id }) => id), { w: 6, h: 7 });
  if (others.length > 0) add("log", others.slice(0, 16), { w: 6, h: 6 });
  return { window: { live_s: 3600 }, widgets };
}
