// Draft: a layout that is being changed, with undo; kept in the browser until it is saved or
// dropped, so that a closed page loses nothing.

import type { Layout } from "./api";

const steps_max = 100;

const key_of = (dashboard: number) => `dashboard-draft-${dashboard}`;

interface Kept {
  version: number;
  layout: Layout;
}

export class Draft {
  private past: Layout[] = [];
  private future: Layout[] = [];

  constructor(
    private dashboard: number,
    private version: number,
    private saved: Layout,
    public layout: Layout = saved,
  ) {}

  change(layout: Layout): void {
    if (JSON.stringify(layout) === JSON.stringify(this.layout)) return;
    this.past = [...this.past.slice(1 - steps_max), this.layout];
    this.future = [];
    this.set(layout);
  }

  undo(): void {
    const layout = this.past.pop();
    if (!layout) return;
    this.future.push(this.layout);
    this.set(layout);
  }

  redo(): void {
    const layout = this.future.pop();
    if (!layout) return;
    this.past.push(this.layout);
    this.set(layout);
  }

  get can_undo(): boolean {
    return this.past.length > 0;
  }

  get can_redo(): boolean {
    return this.future.length > 0;
  }

  get is_changed(): boolean {
    return JSON.stringify(this.layout) !== JSON.stringify(this.saved);
  }

  forget(): void {
    sessionStorage.removeItem(key_of(this.dashboard));
  }

  private set(layout: Layout): void {
    this.layout = layout;
    const kept: Kept = { version: this.version, layout };
    if (this.is_changed) sessionStorage.setItem(key_of(this.dashboard), JSON.stringify(kept));
    else this.forget();
  }
}

// What an earlier visit to the page left unsaved; null if there is nothing, or it was made from
// another version.
export function kept_layout(dashboard: number, version: number): Layout | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key_of(dashboard)) ?? "null") as Kept | null;
    return kept?.version === version ? kept.layout : null;
  } catch {
    return null;
  }
}
