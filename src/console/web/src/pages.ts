// The pages: which address shows what.  A page's script is loaded when it is first shown.

import type { Page, Section, Shell } from "./shell";

export interface PageRoute {
  pattern: RegExp;
  section: Section;
  // `parts` are the pattern's groups, decoded.
  open: (shell: Shell, parts: string[]) => Promise<Page>;
}

export const pages: PageRoute[] = [
  {
    pattern: /^\/$/,
    section: "develop",
    open: async (shell) => (await import("./develop/home")).home_page(shell),
  },
  {
    pattern: /^\/devices\/(\d+)\/?$/,
    section: "develop",
    open: async (shell, [id]) => (await import("./device/page")).device_page(shell, Number(id)),
  },
  {
    pattern: /^\/manage\/?$/,
    section: "manage",
    open: async (shell) => (await import("./manage/products")).products_page(shell),
  },
  {
    pattern: /^\/manage\/([^/]+)\/?$/,
    section: "manage",
    open: async (shell, [id]) => (await import("./manage/batch")).batch_page(shell, id!),
  },
  {
    pattern: /^\/dashboards\/?$/,
    section: "dashboards",
    open: async (shell) => (await import("./dashboards/list")).dashboard_list_page(shell),
  },
  {
    pattern: /^\/dashboards\/(\d+)\/?$/,
    section: "dashboards",
    open: async (shell, [id]) => (await import("./dashboards/view")).dashboard_page(shell, Number(id)),
  },
  {
    pattern: /^\/alarms\/?$/,
    section: "alarms",
    open: async (shell) => (await import("./alarms/page")).alarm_page(shell),
  },
  {
    pattern: /^\/audit\/?$/,
    section: "audit",
    open: async (shell) => (await import("./audit/page")).audit_page(shell),
  },
];

// Pages for people who are not signed in, without the frame.
export interface PublicRoute {
  pattern: RegExp;
  open: (parts: string[]) => Promise<Page>;
}

export const public_pages: PublicRoute[] = [
  {
    pattern: /^\/share\/([^/]+)\/?$/,
    open: async ([token]) => (await import("./dashboards/shared_page")).shared_page(token!),
  },
];

export function match(pattern: RegExp, path: string): string[] | null {
  const found = pattern.exec(path);
  return found && found.slice(1).map((part) => decodeURIComponent(part ?? ""));
}
