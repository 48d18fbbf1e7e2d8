// Where devices are, with their last values.  The map's script is large: it is loaded when a
// dashboard has a map.

import type { Feed } from "../../api";
import { el } from "../../dom";
import { shown } from "../numbers";
import { channel_in } from "../source";
import { unit_of, type Context, type WidgetView } from "./widget";

interface MapPoint {
  lat: number;
  lon: number;
  label: string;
  href?: string;
}

interface MapElement extends HTMLElement {
  points: MapPoint[];
}

const script = "/static/thingtank/map.js";
const style = "/static/thingtank/map.css";

let loaded: Promise<unknown> | undefined;

function load_map(): Promise<unknown> {
  document.head.append(el("link", { attributes: { rel: "stylesheet", href: style } }));
  return import(/* not bundled: a file of its own */ `${script}`);
}

export class MapWidget implements WidgetView {
  readonly element = el("div", "map-widget");
  private map: MapElement | null = null;
  private empty = el("p", { class: "plot-empty muted", text: "None of these devices has a location yet. Give it one on the device's page." });
  private feeds = new Map<number, Feed>();
  private is_left = false;

  constructor(private context: Context) {
    this.empty.hidden = true;
    this.element.append(this.empty);
    void this.start();
  }

  update(feed: Feed): void {
    this.feeds.set(feed.id, feed);
    this.show();
  }

  leave(): void {
    this.is_left = true;
  }

  private async start(): Promise<void> {
    try {
      await (loaded ??= load_map());
    } catch {
      loaded = undefined;
      return this.context.complain("The map did not load. Load the page again.");
    }
    if (this.is_left) return;
    this.map = document.createElement("tt-map") as MapElement;
    this.map.setAttribute("zoom", "6");
    this.map.points = this.points();
    this.element.prepend(this.map);
    this.show();
  }

  private show(): void {
    const points = this.points();
    const is_known = this.feeds.size >= new Set(this.context.widget.channels.map(({ feed }) => feed)).size;
    this.empty.hidden = !is_known || points.length > 0;
    if (this.map) this.map.points = points;
  }

  private points(): MapPoint[] {
    const points: MapPoint[] = [];
    for (const [id, feed] of this.feeds) {
      const { lat, lon } = feed.location ?? {};
      if (lat === undefined || lon === undefined) continue;
      const href = this.context.source.device_path(id);
      points.push({ lat, lon, label: this.label_of(feed), ...(href ? { href } : {}) });
    }
    return points;
  }

  // "Roof: 21.5 °C, 48 %"
  private label_of(feed: Feed): string {
    const { widget } = this.context;
    const values = widget.channels.flatMap(({ feed: id, channel: name }) => {
      const channel = id === feed.id ? channel_in(feed, name) : undefined;
      if (channel?.current_value === undefined) return [];
      return [`${shown(channel.current_value, widget.options.decimals)} ${unit_of(widget.options, channel)}`.trim()];
    });
    return values.length > 0 ? `${feed.title}: ${values.join(", ")}` : feed.title;
  }
}
