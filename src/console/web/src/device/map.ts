// <tt-map>, loaded when a map is first shown: it is larger than the rest of the console together.

import { el } from "../dom";

interface MapPoint {
  lat: number;
  lon: number;
  label?: string;
}

export interface MapElement extends HTMLElement {
  points: MapPoint[];
  track: { lat: number; lon: number }[];
}

const script = "/static/thingtank/map.js";
const style = "/static/thingtank/map.css";

let loaded: Promise<unknown> | undefined;

function load(): Promise<unknown> {
  loaded ??= Promise.all([
    import(/* a file of its own */ `${script}`),
    new Promise((done) => {
      document.head.append(el("link", { attributes: { rel: "stylesheet", href: style }, on: { load: done, error: done } }));
    }),
  ]).catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

// Throws if the script cannot be loaded.
export async function make_map(label: string): Promise<MapElement> {
  await load();
  const map = document.createElement("tt-map") as MapElement;
  map.setAttribute("aria-label", label);
  return map;
}
