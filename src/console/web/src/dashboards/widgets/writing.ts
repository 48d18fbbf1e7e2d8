// Writing a value from a widget: shown at once, taken back if the server refuses it.

import { only_channel, type Context } from "./widget";

export class Writing {
  // What was asked for and is not confirmed yet.
  wanted: string | null = null;
  private is_written = false;
  private request = 0;

  constructor(
    private context: Context,
    private changed: () => void,
  ) {}

  get is_possible(): boolean {
    return this.context.source.write !== null;
  }

  async write(value: string): Promise<void> {
    const { source } = this.context;
    if (!source.write) return;
    const mine = ++this.request;
    const { feed, channel } = only_channel(this.context);
    this.wanted = value;
    this.is_written = false;
    this.changed();
    try {
      await source.write(feed, channel, value);
      if (mine === this.request) this.is_written = true;
      this.context.complain("");
    } catch (error) {
      if (mine !== this.request) return;
      this.wanted = null;
      this.context.complain(`Not written. ${source.message_of(error)}`);
      this.changed();
    }
  }

  // The channel has this value now: what was asked for, or what somebody else has written since.
  heard(value: string | undefined): void {
    if (value === this.wanted || this.is_written) this.wanted = null;
  }
}
