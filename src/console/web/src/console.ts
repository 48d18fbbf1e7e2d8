// The console: decides which page is shown.

import { ApiError, find_session, type Session } from "./api";
import { button, el, notice } from "./dom";
import { Live } from "./live";
import { match, pages, public_pages } from "./pages";
import { Frame, link, type Page, type Shell } from "./shell";
import { set_server_time } from "./time";

const app = document.getElementById("app")!;

const message_of = (error: unknown) => (error instanceof Error ? error.message : `${error}`);

class Console {
  private page: Page | null = null;
  private frame: Frame | null = null;
  private shell: Shell | null = null;
  private path = "";

  async start(): Promise<void> {
    try {
      if (await this.show_public()) return;
      this.enter(await find_session());
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return this.sign_in();
      app.replaceChildren(el("main", "page", notice(message_of(error), button("Try again", "", () => void this.start()))));
    }
  }

  // Back and forward; within a page the address may change behind "?" and "#" without this.
  route = () => {
    if (location.pathname !== this.path) void this.show();
  };

  private async show(): Promise<void> {
    if (!this.shell || !this.frame) return;
    const path = location.pathname;
    this.path = path;
    this.page?.leave();
    this.page = null;
    for (const { pattern, section, open } of pages) {
      const parts = match(pattern, path);
      if (!parts) continue;
      this.frame.mark(section);
      try {
        const page = await open(this.shell, parts);
        if (this.path !== path || this.page) return page.leave(); // somebody was faster
        this.put(page);
      } catch (error) {
        if (this.path === path) this.show_failure(error);
      }
      return;
    }
    this.frame.mark(null);
    const home = link("/", this.go, "button primary", "To your devices");
    this.frame.main.replaceChildren(el("div", "page", el("div", "empty card", el("h1", { text: "There is no such page" }), home)));
  }

  private put(page: Page): void {
    this.page = page;
    this.frame!.main.replaceChildren(page.element);
    scrollTo(0, 0);
  }

  // The script of a page did not load: the server is away, or it was replaced by a newer one.
  private show_failure(error: unknown): void {
    const again = button("Load again", "", () => location.reload());
    this.frame!.main.replaceChildren(el("div", "page", notice(`The page did not load. ${message_of(error)}`, again)));
  }

  private async show_public(): Promise<boolean> {
    for (const { pattern, open } of public_pages) {
      const parts = match(pattern, location.pathname);
      if (!parts) continue;
      const page = await open(parts);
      app.replaceChildren(page.element);
      return true;
    }
    return false;
  }

  private enter(session: Session): void {
    set_server_time(session.now);
    const frame = new Frame(session, this.go, () => location.assign("/login/"));
    this.frame = frame;
    app.replaceChildren(frame.element);
    const live = new Live((state) => frame.show_state(state), () => void this.check());
    const show_count: Shell["show_count"] = (section, count) => frame.show_count(section, count);
    this.shell = { session, live, go: this.go, failed: this.failed, show_count };
    void this.show();
    void import("./alarms/count").then(({ watch_alarm_count }) => watch_alarm_count(this.shell!));
  }

  private go = (path: string) => {
    history.pushState(null, "", path);
    void this.show();
    this.frame?.main.focus();
  };

  private failed = (error: unknown): string => {
    if (error instanceof ApiError && error.status === 401) this.sign_in();
    return message_of(error);
  };

  // The live connection broke: because the session ended, or only because the server is away?
  private async check(): Promise<void> {
    try {
      await find_session();
    } catch (error) {
      this.failed(error);
    }
  }

  // The session has ended: the login page leads back here.
  private sign_in(): void {
    this.shell?.live.close();
    location.assign(`/login/?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
}

const the_console = new Console();
addEventListener("popstate", the_console.route);
void the_console.start();
