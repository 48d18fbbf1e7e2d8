// One WebSocket for the page: subscriptions to feeds that survive a lost connection.
//
// The socket speaks Xively's contract: a request with method, resource and token; the reply and
// every later update carry the token.  The session cookie says who asks.

import type { Feed } from "./api";

export type LiveState = "connecting" | "open" | "lost";

interface Subscription {
  feed: number;
  update: (feed: Feed) => void;
  // The connection was lost and is back: fetch what was missed.
  resumed: () => void;
}

const retry_ms_min = 500;
const retry_ms_max = 15_000;
const silence_ms_max = 25_000;
const reply_ms_max = 10_000;

export class Live {
  private socket: WebSocket | null = null;
  private subscriptions = new Map<string, Subscription>();
  private tokens = 0;
  private retry_ms = retry_ms_min;
  private retry_timer = 0;
  private silence_timer = 0;
  private was_lost = false;
  private closed = false;

  constructor(
    private show_state: (state: LiveState) => void,
    private refused: () => void,
  ) {
    this.show_state("connecting");
    window.addEventListener("online", this.retry_now);
    window.addEventListener("offline", this.drop);
    document.addEventListener("visibilitychange", this.retry_if_visible);
    this.connect();
  }

  subscribe(feed: number, update: (feed: Feed) => void, resumed: () => void): () => void {
    const token = `${++this.tokens}`;
    this.subscriptions.set(token, { feed, update, resumed });
    this.send("subscribe", feed, token);
    return () => {
      this.subscriptions.delete(token);
      this.send("unsubscribe", feed, token);
    };
  }

  close(): void {
    this.closed = true;
    window.removeEventListener("online", this.retry_now);
    window.removeEventListener("offline", this.drop);
    document.removeEventListener("visibilitychange", this.retry_if_visible);
    clearTimeout(this.retry_timer);
    clearTimeout(this.silence_timer);
    this.socket?.close();
  }

  private connect(): void {
    clearTimeout(this.retry_timer);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/`);
    this.socket = socket;
    socket.onopen = () => this.opened();
    socket.onmessage = (event) => this.received(String(event.data));
    socket.onclose = () => {
      if (this.socket === socket) this.lost();
    };
  }

  private opened(): void {
    this.retry_ms = retry_ms_min;
    this.show_state("open");
    for (const [token, { feed }] of this.subscriptions) this.send("subscribe", feed, token);
    if (this.was_lost) for (const { resumed } of this.subscriptions.values()) resumed();
    this.was_lost = false;
    this.watch_silence();
  }

  private lost(): void {
    this.socket = null;
    clearTimeout(this.silence_timer);
    if (this.closed) return;
    if (!this.was_lost) this.refused();
    this.was_lost = true;
    this.show_state("lost");
    const spread = 0.5 + Math.random();
    this.retry_timer = setTimeout(() => this.connect(), this.retry_ms * spread);
    this.retry_ms = Math.min(this.retry_ms * 2, retry_ms_max);
  }

  private received(text: string): void {
    this.watch_silence();
    let message: any;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    if (message.status === 401) this.refused();
    const subscription = this.subscriptions.get(message.token);
    if (subscription && message.body?.id === subscription.feed) subscription.update(message.body);
  }

  private send(method: string, feed: number, token: string): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.socket.send(JSON.stringify({ method, resource: `/feeds/${feed}`, token }));
  }

  // A connection can die without a sign; after some silence, ask and expect an answer.
  private watch_silence(): void {
    clearTimeout(this.silence_timer);
    this.silence_timer = setTimeout(() => {
      const [first] = this.subscriptions.values();
      if (!first) return this.watch_silence();
      this.send("get", first.feed, "alive?");
      this.silence_timer = setTimeout(this.drop, reply_ms_max);
    }, silence_ms_max);
  }

  private drop = () => {
    const socket = this.socket;
    if (!socket) return;
    socket.onclose = null;
    socket.close();
    this.lost();
  };

  private retry_now = () => {
    if (!this.socket) this.connect();
  };

  private retry_if_visible = () => {
    if (!document.hidden) this.retry_now();
  };
}
