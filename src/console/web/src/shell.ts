// The frame of every page of someone who is signed in: name, connection state, sign out.

import { ApiError, sign_out, type Session } from "./api";
import { button, el } from "./dom";
import { Live, type LiveState } from "./live";

export interface Page {
  element: HTMLElement;
  leave: () => void;
}

export interface Shell {
  session: Session;
  live: Live;
  go: (path: string) => void;
  // Leads to the login page if the error means that the session has ended.
  failed: (error: unknown) => string;
}

const state_text: Record<LiveState, string> = {
  connecting: "connecting…",
  open: "live",
  lost: "reconnecting…",
};

// An <a> that changes the page without loading it again.
export function link(path: string, go: (path: string) => void, style: string, ...children: (Node | string)[]) {
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(path);
  };
  return el("a", { class: style, attributes: { href: path }, on: { click: follow } }, ...children);
}

export class Frame {
  readonly element: HTMLElement;
  readonly main = el("main", { attributes: { id: "main", tabindex: "-1" } });
  private state = el("span", { class: "pill", attributes: { role: "status" } });

  constructor(session: Session, go: (path: string) => void, signed_out: () => void) {
    const leave = async () => {
      try {
        await sign_out();
        signed_out();
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return signed_out();
        this.state.textContent = error instanceof Error ? error.message : `${error}`;
      }
    };
    const icon = el("img", { attributes: { src: "/static/icon.svg", alt: "", width: "28", height: "28" } });
    this.element = el(
      "div",
      "frame",
      el("a", { class: "skip", text: "Skip to content", attributes: { href: "#main" } }),
      el(
        "header",
        "top",
        link("/", go, "brand", icon, el("span", { text: "Thingtank" })),
        this.state,
        session.is_admin && el("a", { class: "admin-link", text: "Admin", attributes: { href: "/admin/" } }),
        el("span", { class: "who", text: session.login }),
        button("Sign out", "quiet small", leave),
      ),
      this.main,
    );
  }

  show_state(state: LiveState): void {
    this.state.textContent = state_text[state];
    this.state.className = `pill state-${state}`;
  }
}
