// The triggers: "When temperature > 30 → POST http://…".

import type { Channel } from "../api";
import { el, notice } from "../dom";
import { open_dialog } from "../dialog";
import { confirm_dialog, open_form, select_field, text_field } from "../form";
import type { Shell } from "../shell";
import { show_ago } from "../time";
import {
  change_trigger,
  create_trigger,
  delete_trigger,
  list_deliveries,
  list_triggers,
  test_trigger,
  type Condition,
  type Delivery,
  type Severity,
  type Trigger,
  type TriggerDraft,
} from "./api";
import { button } from "../dom";
import { add_button, icon_button, Panel } from "./panel";

// How a condition is written in a sentence, and chosen from a list.
const conditions: Record<Condition, { sign: string; choice: string }> = {
  gt: { sign: ">", choice: "is greater than" },
  gte: { sign: "≥", choice: "is at least" },
  lt: { sign: "<", choice: "is less than" },
  lte: { sign: "≤", choice: "is at most" },
  eq: { sign: "=", choice: "is equal to" },
  change: { sign: "changes", choice: "changes" },
  frozen: { sign: "is silent for 15 minutes", choice: "is silent for 15 minutes" },
  live: { sign: "is heard of again", choice: "is heard of after silence" },
};
const with_threshold = new Set<string>(["gt", "gte", "lt", "lte", "eq"]);

const severities = [
  ["none", "no alarm"],
  ["info", "info"],
  ["warning", "warning"],
  ["critical", "critical"],
] as const;

// "temperature > 30"
function condition_text(trigger: Trigger): string {
  const { sign } = conditions[trigger.condition];
  return with_threshold.has(trigger.condition) ? `${trigger.channel} ${sign} ${trigger.threshold}` : `${trigger.channel} ${sign}`;
}

// "POST http://…", "mail to …"
function effects(trigger: Trigger): string[] {
  const texts = [];
  if (trigger.url) texts.push(`POST ${trigger.url}`);
  if (trigger.mail) texts.push(`mail to ${trigger.mail}`);
  if (trigger.topic) texts.push(`topic ${trigger.topic}`);
  if (trigger.severity !== "none") texts.push(`${trigger.severity === "info" ? "an" : "a"} ${trigger.severity} alarm`);
  return texts;
}

function delivery_row(delivery: Delivery): HTMLElement {
  const at = el("time", "muted");
  show_ago(at, delivery.fired_at);
  const answer = delivery.status ? `${delivery.status}` : delivery.state;
  const style = { delivered: "good", failed: "bad", waiting: "waits" }[delivery.state];
  const details = [
    delivery.value && `value ${delivery.value}`,
    delivery.attempts === 1 ? "1 attempt" : `${delivery.attempts} attempts`,
    delivery.duration_us > 0 && `${(delivery.duration_us / 1000).toFixed(1)} ms`,
    delivery.is_test && "test",
  ].filter(Boolean);
  return el(
    "li",
    "delivery",
    el("div", "delivery-head", el("span", { class: `status ${style}`, text: answer }), el("span", { class: "what", text: delivery.destination }), at),
    el("p", { class: "muted", text: details.join(" · ") }),
    delivery.message ? el("p", { class: "delivery-message", text: delivery.message }) : null,
    delivery.next_attempt ? el("p", { class: "muted", text: `Next attempt at ${new Date(delivery.next_attempt).toLocaleTimeString()}` }) : null,
  );
}

const delivery_list = (deliveries: Delivery[]) => el("ul", "deliveries", ...deliveries.map(delivery_row));

export class Triggers {
  private panel = new Panel("Triggers", "triggers");
  readonly element = this.panel.element;

  constructor(
    private shell: Shell,
    private device: number,
    private channels: () => Channel[],
  ) {
    void this.load();
  }

  load = async (): Promise<void> => {
    try {
      this.show(await list_triggers(this.device));
    } catch (error) {
      this.panel.fail(this.shell.failed(error), () => void this.load());
    }
  };

  private show(triggers: Trigger[]): void {
    const rows = el("ul", { class: "trigger-rows", attributes: { "aria-label": "Triggers of this device" } }, ...triggers.map((trigger) => this.row(trigger)));
    this.panel.body.replaceChildren(
      triggers.length ? rows : el("p", { class: "muted", text: "A trigger calls an address, writes a mail or raises an alarm when a channel’s value meets a condition." }),
      add_button("Add trigger", () => this.edit(null)),
    );
  }

  private row(trigger: Trigger): HTMLElement {
    const fired = el("time", "muted");
    if (trigger.notified_at) show_ago(fired, trigger.notified_at, "last fired ");
    else fired.textContent = "never fired";
    const what = condition_text(trigger);
    return el(
      "li",
      "trigger-row",
      el(
        "p",
        "sentence",
        "When ",
        el("strong", { text: what }),
        ...effects(trigger).map((text, index) => el("span", "effect", index === 0 ? " → " : ", ", el("span", { text }))),
      ),
      el(
        "div",
        "trigger-line",
        trigger.is_true ? el("span", { class: "badge frozen now-true", text: "true now" }) : null,
        fired,
        el(
          "span",
          "row-actions",
          button("Send test", "quiet small", () => void this.test(trigger)),
          button("Log", "quiet small", () => void this.log(trigger)),
          icon_button("edit", `Edit the trigger: ${what}`, () => this.edit(trigger)),
          icon_button("trash", `Delete the trigger: ${what}`, () => this.remove(trigger)),
        ),
      ),
    );
  }

  // Shows what `fetch` brings in a dialog.
  private async show_deliveries(title: string, meanwhile: string, none: string, fetch: () => Promise<Delivery[]>): Promise<void> {
    const dialog = open_dialog(title, "wide-dialog");
    dialog.body.append(el("p", { class: "muted", text: meanwhile, attributes: { role: "status" } }));
    try {
      const deliveries = await fetch();
      dialog.body.replaceChildren(deliveries.length ? delivery_list(deliveries) : el("p", { class: "muted", text: none }));
    } catch (error) {
      dialog.body.replaceChildren(notice(this.shell.failed(error)));
    }
  }

  private test = (trigger: Trigger) =>
    this.show_deliveries("Test", "Sending…", "There is nothing to send: the trigger only raises an alarm.", () => test_trigger(trigger.id));

  private log = (trigger: Trigger) =>
    this.show_deliveries(condition_text(trigger), "Loading…", "Nothing was sent yet.", () => list_deliveries(trigger.id));

  private edit(trigger: Trigger | null): void {
    const names = this.channels().map(({ id }) => id);
    const choices = (trigger ? [trigger.channel] : names).map((name) => [name, name] as const);
    if (choices.length === 0) {
      const dialog = open_dialog("Add trigger");
      dialog.body.append(
        el("p", { text: "A trigger watches a channel, and this device has none yet. Add a channel first." }),
        el("div", "dialog-actions", button("Close", "primary", dialog.close)),
      );
      return;
    }
    const channel = select_field({ name: "stream_id", also: ["channel", "stream"], label: "When", choices });
    const condition = select_field({
      name: "trigger_type",
      also: ["condition"],
      label: "Condition",
      value: trigger?.condition ?? "gt",
      choices: Object.entries(conditions).map(([name, { choice }]) => [name, choice] as const),
    });
    const threshold = text_field({ name: "threshold_value", also: ["threshold"], label: "Value", value: trigger?.threshold ?? "", inputmode: "decimal", placeholder: "30" });
    const url = text_field({ name: "url", label: "POST to this address", value: trigger?.url ?? "", placeholder: "https://example.org/hook", inputmode: "url", max: 2000 });
    const format = select_field({ name: "body_format", label: "Sent as", value: trigger?.body_format ?? "form", choices: [["form", "a form, body=… as Xively’s"], ["json", "plain JSON"]] });
    const secret = text_field({
      name: "secret",
      label: "Signing secret",
      type: "password",
      placeholder: trigger?.has_secret ? "as it was" : "none",
      hint: "With a secret each request carries X-Thingtank-Signature.",
    });
    const mail = text_field({ name: "mail", label: "Write a mail to", value: trigger?.mail ?? "", inputmode: "email", placeholder: "nobody" });
    const topic = text_field({ name: "topic", label: "Publish on the topic", value: trigger?.topic ?? "", placeholder: "none" });
    const severity = select_field({ name: "severity", label: "Raise an alarm", value: trigger?.severity ?? "none", choices: severities });
    const show_threshold = () => (threshold.element.hidden = !with_threshold.has(condition.value()));
    condition.control.addEventListener("change", show_threshold);
    show_threshold();
    const more = el("details", "more-options", el("summary", { text: "More ways to tell" }), el("div", "field-row", mail.element, topic.element), el("div", "field-row", format.element, secret.element));
    more.open = !!trigger && !!(trigger.mail || trigger.topic || trigger.has_secret || trigger.body_format === "json");
    const draft = (): TriggerDraft => ({
      channel: channel.value(),
      condition: condition.value() as Condition,
      threshold: with_threshold.has(condition.value()) ? threshold.value() : "",
      url: url.value(),
      mail: mail.value(),
      topic: topic.value(),
      body_format: format.value() as "form" | "json",
      severity: severity.value() as Severity,
      ...(secret.value() || !trigger ? { secret: secret.value() } : {}),
    });
    open_form({
      title: trigger ? "Edit trigger" : "Add trigger",
      fields: [channel, condition, threshold, url, severity, mail, topic, format, secret],
      layout: [el("div", "field-row three", channel.element, condition.element, threshold.element), url.element, severity.element, more],
      submit: trigger ? "Save" : "Add trigger",
      failed: this.shell.failed,
      send: async () => {
        if (trigger) await change_trigger(trigger.id, draft());
        else await create_trigger(this.device, draft());
        await this.load();
      },
    });
  }

  private remove(trigger: Trigger): void {
    confirm_dialog({
      title: "Delete this trigger?",
      text: `When ${condition_text(trigger)}: nothing happens any more. What waits to be sent is dropped.`,
      submit: "Delete trigger",
      send: async () => {
        await delete_trigger(trigger.id);
        await this.load();
      },
      failed: this.shell.failed,
    });
  }
}
