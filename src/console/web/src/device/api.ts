// What the workbench of one device asks the console's interface.

import { call } from "../api";

export interface Place {
  name: string;
  ele: string;
  exposure: string;
  disposition: string;
  lat: number | null;
  lon: number | null;
}

export interface DeviceProduct {
  id: string;
  name: string;
  serial: string;
  added: string;
  activated: string | null;
}

export interface Device {
  id: number;
  title: string;
  description: string;
  website: string;
  email: string;
  private: boolean;
  creator: string;
  created: string;
  updated: string;
  tags: string[];
  location: Place & { waypoints: { at: string; lat: number; lon: number }[] };
  product: DeviceProduct | null;
}

export interface DeviceChange {
  title?: string;
  description?: string;
  website?: string;
  email?: string;
  private?: boolean;
  tags?: string[];
  location?: Place;
}

const path_of = (id: number) => `/console/api/devices/${id}`;

export const find_device = (id: number) => call<Device>("GET", path_of(id));
export const change_device = (id: number, change: DeviceChange) => call<Device>("PUT", path_of(id), change);
export const delete_device = (id: number) => call("DELETE", path_of(id));

// --- its product -----------------------------------------------------------------------------------

const serial_path = (product: DeviceProduct) =>
  `/console/api/products/${encodeURIComponent(product.id)}/devices/${encodeURIComponent(product.serial)}`;

export const product_secret = (product: string) =>
  call<{ secret: string }>("GET", `/console/api/products/${encodeURIComponent(product)}/secret`).then(({ secret }) => secret);
export const activation_code = (product: DeviceProduct) =>
  call<{ activation_code: string }>("GET", `${serial_path(product)}/code`).then((answer) => answer.activation_code);
export const activate = (product: DeviceProduct) =>
  call<{ feed: number; key: string }>("POST", `${serial_path(product)}/activation`, {});
export const deactivate = (product: DeviceProduct) => call("DELETE", `${serial_path(product)}/activation`);

// --- channels --------------------------------------------------------------------------------------

export interface ChannelDraft {
  id?: string;
  tags: string[];
  label: string;
  symbol: string;
  value: string;
}

const channel_path = (id: number, channel: string) => `${path_of(id)}/channels/${encodeURIComponent(channel)}`;

export const create_channel = (id: number, draft: ChannelDraft) => call("POST", `${path_of(id)}/channels`, draft);
export const change_channel = (id: number, channel: string, draft: ChannelDraft) =>
  call("PUT", channel_path(id, channel), draft);
export const delete_channel = (id: number, channel: string) => call("DELETE", channel_path(id, channel));

// --- keys ------------------------------------------------------------------------------------------

export interface KeyDraft {
  label: string;
  actions: string[]; // of read, update, create, delete
  private_access: boolean;
  source_ip: string;
  referer: string;
  minimum_interval: number;
  expires_at: string | null;
  channels: string[];
}

export interface Key extends KeyDraft {
  id: number;
  is_simple: boolean; // one permission: can be edited here
}

const key_path = (id: number, key: number) => `${path_of(id)}/keys/${key}`;

export const list_keys = (id: number) => call<{ keys: Key[] }>("GET", `${path_of(id)}/keys`).then(({ keys }) => keys);
export const create_key = (id: number, draft: Partial<KeyDraft>) =>
  call<{ id: number; label: string; key: string }>("POST", `${path_of(id)}/keys`, draft);
export const change_key = (id: number, key: number, draft: KeyDraft) => call("PUT", key_path(id, key), draft);
export const delete_key = (id: number, key: number) => call("DELETE", key_path(id, key));
export const key_secret = (id: number, key: number) =>
  call<{ key: string }>("GET", `${key_path(id, key)}/secret`).then((answer) => answer.key);
export const renew_key = (id: number, key: number) =>
  call<{ key: string }>("POST", `${key_path(id, key)}/secret`, {}).then((answer) => answer.key);

// --- triggers --------------------------------------------------------------------------------------

export type Condition = "gt" | "gte" | "lt" | "lte" | "eq" | "change" | "frozen" | "live";
export type Severity = "none" | "info" | "warning" | "critical";

export interface TriggerDraft {
  channel: string;
  condition: Condition;
  threshold: string;
  url: string;
  mail: string;
  topic: string;
  body_format: "form" | "json";
  severity: Severity;
  secret?: string; // absent: as it was
}

export interface Trigger extends Omit<TriggerDraft, "secret"> {
  id: number;
  has_secret: boolean;
  notified_at: string | null;
  is_true: boolean;
}

export interface Delivery {
  id: string;
  fired_at: string;
  destination: string;
  value: string;
  state: "waiting" | "delivered" | "failed";
  attempts: number;
  status: number; // 0: no answer
  message: string;
  next_attempt: string | null;
  duration_us: number;
  is_test: boolean;
}

const trigger_path = (id: number) => `/console/api/triggers/${id}`;

export const list_triggers = (id: number) =>
  call<{ triggers: Trigger[] }>("GET", `${path_of(id)}/triggers`).then(({ triggers }) => triggers);
export const create_trigger = (id: number, draft: TriggerDraft) => call<Trigger>("POST", `${path_of(id)}/triggers`, draft);
export const change_trigger = (id: number, draft: TriggerDraft) => call<Trigger>("PUT", trigger_path(id), draft);
export const delete_trigger = (id: number) => call("DELETE", trigger_path(id));
export const test_trigger = (id: number) =>
  call<{ deliveries: Delivery[] }>("POST", `${trigger_path(id)}/test`, {}).then(({ deliveries }) => deliveries);
export const list_deliveries = (id: number) =>
  call<{ deliveries: Delivery[] }>("GET", `${trigger_path(id)}/deliveries`).then(({ deliveries }) => deliveries);

// --- requests --------------------------------------------------------------------------------------

export interface RequestSummary {
  number: number;
  at: string;
  protocol: string;
  method: string;
  target: string;
  status: number;
  duration_us: number;
}

export interface RequestWhole extends RequestSummary {
  key_label: string;
  address: string;
  request_headers: [string, string][];
  request_body: string;
  request_body_bytes: number;
  response_headers: [string, string][];
  response_body: string;
  response_body_bytes: number;
}

export const list_requests = (id: number) =>
  call<{ requests: RequestSummary[] }>("GET", `${path_of(id)}/requests`).then(({ requests }) => requests);
export const find_request = (id: number, number: number) => call<RequestWhole>("GET", `${path_of(id)}/requests/${number}`);
export const requests_socket_path = (id: number) => `${path_of(id)}/requests/live`;
