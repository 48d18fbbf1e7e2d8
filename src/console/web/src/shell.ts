// The frame of every page of someone who is signed in: name, navigation, connection state, theme,
// sign out.  On a phone the navigation is at the bottom.

import { ApiError, sign_out, type Session } from "./api";
import { button, el } from "./dom";
import { icon, type IconName } from "./icons";
import { Live, type LiveState } from "./live";

export type Section = "develop" | "manage" | "dashboards" | "alarms" | "audit";

// What is shown below the frame.  `leave` is called once, when another page is shown.
export interface Page {
  element: HTMLElement;
  leave: () => void;
}

// What a page gets.
export interface Shell {
  session: Session;
  live: Live;
  go: (path: string) => void;
  // The text for people; leads to the login page if the error means that the session has ended.
  failed: (error: unknown) => string;
  // A number beside a section's name; 0: none.
  show_count: (section: Section, count: number) => void;
}

const sections: { section: Section; path: string; title: string }[] = [
  { section: "develop", path: "/", title: "Develop" },
  { section: "manage", path: "/manage", title: "Manage" },
  { section: "dashboards", path: "/dashboards", title: "Dashboards" },
  { section: "alarms", path: "/alarms", title: "Alarms" },
  { section: "audit", path: "/audit", title: "Audit" },
];

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

const themes: { name: string; icon: IconName; text: string }[] = [
  { name: "", icon: "system", text: "Colours: as the system" },
  { name: "light", icon: "sun", text: "Colours: light" },
  { name: "dark", icon: "moon", text: "Colours: dark" },
];

function theme_switch(): HTMLButtonElement {
  const node = button("", "quiet icon theme-switch", () => {
    const next = themes[(themes.indexOf(current()) + 1) % themes.length]!;
    if (next.name) localStorage.setItem("theme", next.name);
    else localStorage.removeItem("theme");
    dispatchEvent(new Event("theme-chosen"));
    show();
  });
  const current = () => themes.find(({ name }) => name === (localStorage.getItem("theme") ?? "")) ?? themes[0]!;
  const show = () => {
    node.replaceChildren(icon(current().icon));
    node.setAttribute("aria-label", current().text);
    node.title = current().text;
  };
  show();
  return node;
}

export class Frame {
  readonly element: HTMLElement;
  readonly main = el("main", { attributes: { id: "main", tabindex: "-1" } });
  private state = el("span", { class: "pill", attributes: { role: "status" } });
  private items = new Map<Section, { link: HTMLAnchorElement; count: HTMLElement }>();

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
    const logo = el("img", { attributes: { src: "/static/icon.svg", alt: "", width: "28", height: "28" } });
    this.element = el(
      "div",
      "frame",
      el("a", { class: "skip", text: "Skip to content", attributes: { href: "#main" } }),
      el(
        "header",
        "top",
        link("/", go, "brand", logo, el("span", { text: "Thingtank" })),
        this.navigation(go),
        this.state,
        session.is_admin &&
          el("a", { class: "admin-link", attributes: { href: "/admin/", title: "Accounts, and everything in tables" } }, icon("admin"), el("span", { text: "Admin" })),
        theme_switch(),
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

  mark(section: Section | null): void {
    for (const [name, item] of this.items) {
      if (name === section) item.link.setAttribute("aria-current", "page");
      else item.link.removeAttribute("aria-current");
    }
  }

  show_count(section: Section, count: number): void {
    const node = this.items.get(section)!.count;
    node.textContent = count === 0 ? "" : count > 99 ? "99+" : `${count}`;
  }

  private navigation(go: (path: string) => void): HTMLElement {
    const nav = el("nav", { class: "sections", attributes: { "aria-label": "Main" } });
    for (const { section, path, title } of sections) {
      const count = el("span", "count");
      const item = link(path, go, "section-link", icon(section), el("span", { text: title }), count);
      this.items.set(section, { link: item, count });
      nav.append(item);
    }
    return nav;
  }
}
