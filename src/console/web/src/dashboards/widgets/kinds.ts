// The kinds of widgets: what they are called, how large they begin, and what can be set.

import type { Options, Widget, WidgetType } from "../api";
import { GaugeWidget } from "./gauge";
import { LineWidget } from "./line";
import { LogWidget } from "./log";
import { MapWidget } from "./map";
import { SliderWidget } from "./slider";
import { SwitchWidget } from "./switch";
import { TableWidget } from "./table";
import { TextWidget } from "./text";
import { ValueWidget } from "./value";
import type { Context, WidgetView } from "./widget";

export interface Kind {
  type: WidgetType;
  name: string;
  about: string;
  shape: string; // of its icon, 24 × 24
  w: number;
  h: number;
  channels_max: number; // 0: it shows none
  options: (keyof Options)[];
  make: (context: Context) => WidgetView;
}

export const kinds: Kind[] = [
  {
    type: "line",
    name: "Line chart",
    about: "Channels over time",
    shape: "M4 4v16h16M7 15l4-5 3 3 5-7",
    w: 6,
    h: 6,
    channels_max: 16,
    options: ["min", "max", "decimals", "unit", "colour", "fill", "thresholds"],
    make: (context) => new LineWidget(context),
  },
  {
    type: "value",
    name: "Value",
    about: "The last value, big",
    shape: "M6 7l2-1v12M6 18h4M13 9a2.500 2.500 0 1 1 4.500 1.500L13 18h5",
    w: 3,
    h: 4,
    channels_max: 1,
    options: ["decimals", "unit", "colour", "thresholds"],
    make: (context) => new ValueWidget(context),
  },
  {
    type: "gauge",
    name: "Gauge",
    about: "A value between two ends",
    shape: "M5 18a9 9 0 1 1 14 0M12 14l4-5",
    w: 3,
    h: 5,
    channels_max: 1,
    options: ["min", "max", "decimals", "unit", "colour", "thresholds"],
    make: (context) => new GaugeWidget(context),
  },
  {
    type: "table",
    name: "Table",
    about: "Channels in rows",
    shape: "M4 5h16v14H4zM4 10h16M4 14.500h16M10 5v14",
    w: 6,
    h: 5,
    channels_max: 50,
    options: ["decimals", "thresholds"],
    make: (context) => new TableWidget(context),
  },
  {
    type: "map",
    name: "Map",
    about: "Where devices are",
    shape: "M12 21s7-6.5 7-11a7 7 0 1 0-14 0c0 4.500 7 11 7 11M12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5",
    w: 6,
    h: 7,
    channels_max: 50,
    options: ["decimals"],
    make: (context) => new MapWidget(context),
  },
  {
    type: "switch",
    name: "Switch",
    about: "Writes one of two values",
    shape: "M8 7h8a5 5 0 0 1 0 10H8A5 5 0 0 1 8 7M16 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4",
    w: 2,
    h: 3,
    channels_max: 1,
    options: ["on", "off"],
    make: (context) => new SwitchWidget(context),
  },
  {
    type: "slider",
    name: "Slider",
    about: "Writes a number",
    shape: "M3 12h8M17 12h4M14 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6",
    w: 3,
    h: 4,
    channels_max: 1,
    options: ["min", "max", "step", "decimals", "unit"],
    make: (context) => new SliderWidget(context),
  },
  {
    type: "log",
    name: "Log",
    about: "Last values as they came",
    shape: "M4 6h3M10 6h10M4 12h3M10 12h10M4 18h3M10 18h10",
    w: 4,
    h: 6,
    channels_max: 16,
    options: ["unit"],
    make: (context) => new LogWidget(context),
  },
  {
    type: "text",
    name: "Note",
    about: "A text of yours",
    shape: "M5 6h14M12 6v13M9 19h6",
    w: 3,
    h: 3,
    channels_max: 0,
    options: ["text"],
    make: (context) => new TextWidget(context),
  },
];

export const kind_of = (type: WidgetType): Kind => kinds.find((kind) => kind.type === type)!;

export function kind_icon({ shape }: Kind, size_px = 22): SVGSVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const node = document.createElementNS(namespace, "svg");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", shape);
  for (const [name, value] of Object.entries({ class: "icon", viewBox: "0 0 24 24", width: `${size_px}`, height: `${size_px}`, "aria-hidden": "true" })) {
    node.setAttribute(name, value);
  }
  node.append(path);
  return node;
}

// What a widget is called: its own title, else what it shows.
export function title_of(widget: Widget): string {
  if (widget.title) return widget.title;
  const names = [...new Set(widget.channels.map(({ channel }) => channel))];
  if (names.length === 0) return kind_of(widget.type).name;
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} …` : names.join(", ");
}
