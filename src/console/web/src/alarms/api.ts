// Alarms (console/api/alarms.cc).

import { call } from "../api";

export interface Alarm {
  id: number;
  feed: number;
  device: string;
  channel: string;
  trigger: number;
  severity: "info" | "warning" | "critical";
  state: "active" | "acknowledged" | "cleared";
  text: string;
  value: string;
  raised_at: string;
  acknowledged_at: string | null;
  acknowledged_by: string;
  cleared_at: string | null;
  cleared_by: string;
}

export interface AlarmPage {
  total: number;
  active: number; // not acknowledged
  alarms: Alarm[];
}

export function list_alarms(state: "active" | "all", offset: number, limit: number): Promise<AlarmPage> {
  const query = new URLSearchParams({ state, offset: `${offset}`, limit: `${limit}` });
  return call("GET", `/console/api/alarms?${query}`);
}

export const acknowledge_alarm = (id: number) => call<Alarm>("POST", `/console/api/alarms/${id}/acknowledge`, {});
export const clear_alarm = (id: number) => call<Alarm>("POST", `/console/api/alarms/${id}/clear`, {});
