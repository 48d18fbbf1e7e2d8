// Time as people read it, by the server's clock.

let skew_ms = 0;

// The server said that it is `server_now`.  Less than two seconds is the way there, not the clock.
export function set_server_time(server_now: string): void {
  const difference = Date.parse(server_now) - Date.now();
  skew_ms = Math.abs(difference) > 2000 ? difference : 0;
}

export const server_now_ms = () => Date.now() + skew_ms;

// "17:03:12", where the reader is.
export const clock_time = (at_ms: number) =>
  new Date(at_ms).toLocaleTimeString(undefined, { hourCycle: "h23" });

const steps: [number, string][] = [
  [60, "s"],
  [60, "min"],
  [24, "h"],
];

// "just now", "3 s ago", "12 min ago", "5 h ago", then the date.
export function ago(at_ms: number, now_ms = server_now_ms()): string {
  let amount = Math.floor((now_ms - at_ms) / 1000);
  if (amount < 1) return "just now";
  for (const [size, unit] of steps) {
    if (amount < size) return `${amount} ${unit} ago`;
    amount = Math.floor(amount / size);
  }
  return amount < 30 ? `${amount} d ago` : new Date(at_ms).toLocaleDateString();
}

// Keeps a <time> element's text up to date until it leaves the page.
export function show_ago(node: HTMLTimeElement, at: string | undefined, prefix = ""): void {
  if (!at) {
    node.textContent = "no reading yet";
    node.removeAttribute("datetime");
    return;
  }
  if (node.dateTime !== at) {
    node.dateTime = at;
    node.title = new Date(at).toLocaleString();
  }
  node.dataset.prefix = prefix;
  node.textContent = prefix + ago(Date.parse(at));
}

setInterval(() => {
  for (const node of document.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const text = (node.dataset.prefix ?? "") + ago(Date.parse(node.dateTime));
    if (node.textContent !== text) node.textContent = text;
  }
}, 1000);

const live_ms = 15 * 60 * 1000;

// Xively's rule: live if a reading came within 15 minutes.
export const is_live = (at: string | undefined) =>
  !!at && server_now_ms() - Date.parse(at) < live_ms;
