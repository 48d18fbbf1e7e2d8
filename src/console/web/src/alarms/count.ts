// How many alarms nobody has acknowledged, beside the name of the section.

import type { Shell } from "../shell";
import { list_alarms } from "./api";

const poll_ms = 10_000;

// Counts until the page is closed; the server being away is shown elsewhere.
export function watch_alarm_count(shell: Shell): void {
  let timer = 0;
  const count = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      shell.show_count("alarms", (await list_alarms("active", 0, 1)).active);
    } catch {
      // The next time it may be there again.
    }
    timer = setTimeout(() => void count(), poll_ms);
  };
  document.addEventListener("visibilitychange", () => void count());
  addEventListener("alarms-changed", () => void count());
  void count();
}
