// The console: decides which page is shown.

import { ApiError, find_session, type Session } from "./api";
import { device_list_page } from "./device_list";
import { device_page } from "./device";
import { button, el, notice } from "./dom";
import { Live } from "./live";
import { Frame, type Page, type Shell } from "./shell";
import { set_server_time } from "./time";

const app = document.getElementById("app")!;

class Console {
  private page: Page | null = null;
  private frame: Frame | null = null;
  private shell: Shell | null = null;

  async start(): Promise<void> {
    try {
      this.enter(await find_session());
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return this.sign_in();
      const message = error instanceof Error ? error.message : `${error}`;
      app.replaceChildren(el("main", "page", notice(message, button("Try again", "", () => void this.start()))));
    }
  }

  route = () => {
    if (!this.shell || !this.frame) return;
    this.page?.leave();
    const id = /^\/devices\/(\d+)\/?$/.exec(location.pathname)?.[1];
    this.page = id ? device_page(this.shell, Number(id)) : device_list_page(this.shell);
    this.frame.main.replaceChildren(this.page.element);
    scrollTo(0, 0);
  };

  private enter(session: Session): void {
    set_server_time(session.now);
    const frame = new Frame(session, this.go, () => location.assign("/login/"));
    this.frame = frame;
    app.replaceChildren(frame.element);
    const live = new Live((state) => frame.show_state(state), () => void this.check());
    this.shell = { session, live, go: this.go, failed: this.failed };
    this.route();
  }

  private go = (path: string) => {
    history.pushState(null, "", path);
    this.route();
    this.frame?.main.focus();
  };

  private failed = (error: unknown): string => {
    if (error instanceof ApiError && error.status === 401) this.sign_in();
    return error instanceof Error ? error.message : `${error}`;
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
