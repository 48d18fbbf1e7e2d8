// Dashboards as the server keeps them (console/api/dashboards.cc, dashboard_layout.h).

import { ApiError, call, type Point } from "../api";

export interface ChannelName {
  feed: number;
  channel: string;
}

export type WidgetType = "line" | "value" | "gauge" | "map" | "table" | "switch" | "slider" | "log" | "text";
export type Level = "good" | "warn" | "bad";

export interface Threshold {
  at: number; // from this value on
  level: Level;
}

export interface Options {
  min?: number;
  max?: number;
  step?: number;
  decimals?: number;
  colour?: number; // 0 to 5
  unit?: string;
  on?: string;
  off?: string;
  fill?: boolean;
  text?: string;
  thresholds?: Threshold[];
}

export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Widget extends Box {
  id: string;
  type: WidgetType;
  title: string;
  channels: ChannelName[];
  options: Options;
}

export type TimeWindow = { live_s: number } | { from: string; to: string };

export interface Layout {
  window: TimeWindow;
  widgets: Widget[];
}

export interface Dashboard {
  id: number;
  name: string;
  version: number;
  updated: string;
  share_token: string | null;
  layout: Layout;
}

export interface DashboardSummary {
  id: number;
  name: string;
  updated: string;
  shared: boolean;
  boxes: (Box & { type: WidgetType })[];
}

export interface SeriesAnswer {
  unit: string;
  readings: number;
  sampled: boolean;
  decimals: number;
  times: number[]; // milliseconds since 1970
  values: number[];
}

export interface SeriesQuery extends ChannelName {
  start_ms: number;
  end_ms: number;
  points: number;
}

const path = "/console/api/dashboards";

export const list_dashboards = () => call<{ dashboards: DashboardSummary[] }>("GET", path);
export const find_dashboard = (id: number) => call<Dashboard>("GET", `${path}/${id}`);
export const create_dashboard = (name: string, layout: Layout) => call<Dashboard>("POST", path, { name, layout });
export const import_dashboard = (file: unknown) => call<Dashboard>("POST", `${path}/import`, file);
export const export_path = (id: number) => `${path}/${id}/export`;
export const rename_dashboard = (id: number, name: string) => call<Dashboard>("PUT", `${path}/${id}/name`, { name });
export const duplicate_dashboard = (id: number) => call<Dashboard>("POST", `${path}/${id}/copies`, {});
export const delete_dashboard = (id: number) => call<null>("DELETE", `${path}/${id}`);
export const share_dashboard = (id: number) => call<Dashboard>("POST", `${path}/${id}/share`, {});
export const unshare_dashboard = (id: number) => call<Dashboard>("DELETE", `${path}/${id}/share`);

// Throws an ApiError with the status 409 if somebody saved another version meanwhile.
export const save_dashboard = ({ id, name, version, layout }: Dashboard) =>
  call<Dashboard>("PUT", `${path}/${id}`, { name, version, layout });

export const is_conflict = (error: unknown) => error instanceof ApiError && error.status === 409;

export function series_parameters({ feed, channel, start_ms, end_ms, points }: SeriesQuery): string {
  const query = new URLSearchParams({
    feed: `${feed}`,
    channel,
    start: new Date(start_ms).toISOString(),
    end: new Date(end_ms).toISOString(),
    points: `${points}`,
  });
  return `${query}`;
}

export const find_series = (query: SeriesQuery) =>
  call<SeriesAnswer>("GET", `/console/api/series?${series_parameters(query)}`);
// The newest `points` readings of the range, texts too, the oldest first.
export const find_latest = (query: SeriesQuery) =>
  call<{ readings: Point[] }>("GET", `/console/api/latest?${series_parameters(query)}`);
export const write_value = (feed: number, channel: string, value: string) =>
  call<null>("PUT", "/console/api/value", { feed: `${feed}`, channel, value });
