// The WebSocket that brings a device's requests as they happen; opens again when it is lost.

import { requests_socket_path, type RequestSummary } from "./api";

const retry_ms_min = 1000;
const retry_ms_max = 15_000;

export class LiveRequests {
  private socket: WebSocket | null = null;
  private retry_ms = retry_ms_min;
  private timer = 0;
  private is_closed = false;

  // `opened` is called each time the connection stands: what came before must be fetched.
  constructor(
    private device: number,
    private opened: () => void,
    private arrived: (requests: RequestSummary[]) => void,
  ) {
    this.connect();
  }

  close(): void {
    this.is_closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private connect(): void {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${requests_socket_path(this.device)}`);
    this.socket = socket;
    socket.onopen = () => {
      this.retry_ms = retry_ms_min;
      this.opened();
    };
    socket.onmessage = (event) => {
      try {
        this.arrived(JSON.parse(String(event.data)).requests);
      } catch {
        // A message that is none of ours says nothing.
      }
    };
    socket.onclose = () => {
      if (this.is_closed) return;
      this.timer = setTimeout(() => this.connect(), this.retry_ms * (0.5 + Math.random()));
      this.retry_ms = Math.min(this.retry_ms * 2, retry_ms_max);
    };
  }
}
