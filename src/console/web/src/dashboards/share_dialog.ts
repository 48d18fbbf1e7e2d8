// The dialog about the link by which everybody may look at a dashboard.

import { copy_button } from "../connect";
import { button, el, notice } from "../dom";
import type { Shell } from "../shell";
import { share_dashboard, unshare_dashboard, type Dashboard } from "./api";
import { open_modal } from "./modal";

export function open_share_dialog(shell: Shell, dashboard: Dashboard, changed: (dashboard: Dashboard) => void): void {
  const body = el("div");
  const attempt = async (work: Promise<Dashboard>) => {
    try {
      const now = await work;
      changed(now);
      show(now);
    } catch (error) {
      body.prepend(notice(shell.failed(error)));
    }
  };
  const show = ({ id, share_token }: Dashboard) => {
    if (!share_token) {
      body.replaceChildren(
        el("p", { text: "A link shows this dashboard to everybody who has it, without an account: live, but nobody can change or switch anything. It shows the channels of this dashboard and nothing else of yours." }),
        el("div", "dialog-actions", button("Create link", "primary", () => void attempt(share_dashboard(id)))),
      );
      return;
    }
    const url = `${location.origin}/share/${share_token}`;
    const input = el("input", { class: "input", attributes: { readonly: "", value: url, "aria-label": "Link" } });
    input.addEventListener("focus", () => input.select());
    body.replaceChildren(
      el("p", { text: "Everybody who has this link can look at the dashboard, and not change anything." }),
      el("div", "share-link", input, copy_button("link", () => url)),
      el("div", "dialog-actions", el("a", { class: "button", text: "Open", attributes: { href: url, target: "_blank", rel: "noopener noreferrer" } }), button("Withdraw link", "danger", () => void attempt(unshare_dashboard(id)))),
    );
  };
  show(dashboard);
  open_modal({ title: "Share", content: [body] });
}
