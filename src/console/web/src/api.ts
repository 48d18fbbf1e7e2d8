// The server's two HTTP interfaces: the console's own (/console/api) and the public one (/v2).

export interface Session {
  login: string;
  is_admin: boolean;
  now: string;
  mqtt_port: number | null;
}

export interface DeviceSummary {
  id: number;
  title: string;
  private: boolean;
  channels: number;
  last: { channel: string; value: string; symbol: string; at: string } | null;
}

export interface DevicePage {
  total: number;
  devices: DeviceSummary[];
}

export interface Channel {
  id: string;
  current_value?: string;
  at?: string;
  min_value?: string;
  max_value?: string;
  tags?: string[];
  unit?: { symbol?: string; label?: string };
}

export interface Feed {
  id: number;
  title: string;
  description?: string;
  private: string;
  status: string;
  tags?: string[];
  creator?: string;
  location?: { name?: string; lat?: number; lon?: number; disposition?: string };
  datastreams?: Channel[];
}

export interface Point {
  at: string;
  value: string;
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const request_timeout_ms = 15_000;
// Browsers never add this header to a request that another site makes them send.
const console_header = { "X-Thingtank-Console": "1" };

function message_of(status: number, body: any): string {
  const errors = body?.errors;
  if (Array.isArray(errors)) return errors.join("; ");
  if (typeof errors === "string") return errors;
  return `The server answered with status ${status}.`;
}

// One request; throws an ApiError with a text for people.
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json", ...console_header };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(request_timeout_ms),
    });
    text = await response.text();
  } catch {
    throw new ApiError(0, "The server cannot be reached. Check that it is running, then try again.");
  }
  let parsed: any = null;
  try {
    parsed = text.trim() ? JSON.parse(text) : null;
  } catch {
    if (response.ok) throw new ApiError(response.status, "The server's answer could not be read.");
  }
  if (!response.ok) throw new ApiError(response.status, message_of(response.status, parsed));
  return parsed as T;
}

export const find_session = () => call<Session>("GET", "/console/api/session");
export const sign_out = () => call<null>("DELETE", "/console/api/session");

export const devices_per_page = 50;

export function list_devices(text: string, offset: number): Promise<DevicePage> {
  const query = new URLSearchParams({ q: text, offset: `${offset}`, limit: `${devices_per_page}` });
  return call("GET", `/console/api/devices?${query}`);
}

export interface DeviceDraft {
  title: string;
  description: string;
  private: boolean;
}

export const create_device = (draft: DeviceDraft) =>
  call<{ id: number; title: string; key: string }>("POST", "/console/api/devices", draft);

export const find_feed = (id: number) => call<Feed>("GET", `/v2/feeds/${id}.json`);

// At most 1000 points, the oldest first.
export function find_points(
  feed: number,
  channel: string,
  start: Date,
  end: Date,
  interval_s: number,
): Promise<Point[]> {
  const query = new URLSearchParams({
    start: start.toISOString(),
    end: end.toISOString(),
    interval: `${interval_s}`,
    limit: "1000",
  });
  const path = `/v2/feeds/${feed}/datastreams/${encodeURIComponent(channel)}.json?${query}`;
  return call<{ datapoints?: Point[] }>("GET", path).then((stream) => stream.datapoints ?? []);
}
