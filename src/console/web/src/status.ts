// Whether a device sends: its newest reading, and the badge that says live, frozen or new.

import type { Channel, Feed } from "./api";
import { is_live } from "./time";

// The channel that was written last; undefined if none was ever written.
export function newest_channel(feed: Feed): Channel | undefined {
  let newest: Channel | undefined;
  for (const channel of feed.datastreams ?? []) {
    if (!channel.at) continue;
    if (!newest || Date.parse(channel.at) > Date.parse(newest.at!)) newest = channel;
  }
  return newest;
}

const explanations = {
  new: "No reading has arrived yet.",
  live: "A reading arrived within the last 15 minutes.",
  frozen: "No reading arrived for 15 minutes.",
};

export function show_badge(badge: HTMLElement, at: string | undefined): void {
  const state = !at ? "new" : is_live(at) ? "live" : "frozen";
  if (badge.textContent === state) return;
  badge.className = `badge ${state}`;
  badge.textContent = state;
  badge.title = explanations[state];
}
