// <tt-map lat="30.73" lon="76.78" zoom="5" label="CityName" points="stations">
//
// A map with one point at lat/lon, or one for each {lat, lon, label, href} of the JSON script whose
// id `points` names.  Land and borders come from world.json beside this script.

import * as L from "leaflet";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";

interface Point {
  lat: number | string;
  lon: number | string;
  label?: string;
  href?: string;
}

const POINT_RADIUS_PX = 8;
const DEFAULT_ZOOM = 4;

let world: Promise<Topology> | undefined;

function loadWorld(): Promise<Topology> {
  world ??= fetch(new URL("world.json", import.meta.url)).then((answer) => {
    if (!answer.ok) throw new Error(`world.json: ${answer.status}`);
    return answer.json() as Promise<Topology>;
  });
  return world;
}

function popupOf(point: Point): HTMLElement | undefined {
  if (!point.label) return undefined;
  const element = document.createElement(point.href ? "a" : "span");
  element.textContent = point.label;
  if (point.href && element instanceof HTMLAnchorElement) element.href = point.href;
  return element;
}

class MapElement extends HTMLElement {
  private map: L.Map | undefined;

  connectedCallback(): void {
    const points = this.points();
    this.setAttribute("role", "region");
    if (!this.hasAttribute("aria-label")) this.setAttribute("aria-label", "Map");
    const zoom = Number(this.getAttribute("zoom") ?? DEFAULT_ZOOM);
    this.map = L.map(this, { worldCopyJump: true, minZoom: 1, maxZoom: 9 }).setView([0, 0], zoom);
    this.map.attributionControl.setPrefix("Leaflet, Natural Earth");
    void this.drawLand(this.map);
    this.drawPoints(this.map, points, zoom);
  }

  disconnectedCallback(): void {
    this.map?.remove();
    this.map = undefined;
  }

  private points(): Point[] {
    const id = this.getAttribute("points");
    const script = id ? document.getElementById(id) : null;
    if (script?.textContent) return JSON.parse(script.textContent) as Point[];
    const lat = this.getAttribute("lat");
    const lon = this.getAttribute("lon");
    if (!lat || !lon) return [];
    return [{ lat, lon, label: this.getAttribute("label") ?? "" }];
  }

  private async drawLand(map: L.Map): Promise<void> {
    const topology = await loadWorld();
    const countries = topology.objects["countries"] as GeometryCollection;
    const style = { className: "land", weight: 0.7, fillOpacity: 1, interactive: false };
    L.geoJSON(feature(topology, countries), { style, interactive: false }).addTo(map).bringToBack();
  }

  private drawPoints(map: L.Map, points: Point[], zoom: number): void {
    const places = points
      .map((point) => ({ point, at: [Number(point.lat), Number(point.lon)] as [number, number] }))
      .filter(({ at }) => at.every(Number.isFinite));
    for (const { point, at } of places) {
      const marker = L.circleMarker(at, { radius: POINT_RADIUS_PX, weight: 2, fillOpacity: 1, className: "point" });
      const popup = popupOf(point);
      if (popup) marker.bindPopup(popup).bindTooltip(point.label ?? "");
      marker.addTo(map);
    }
    if (places.length === 1) map.setView(places[0]!.at, zoom);
    if (places.length > 1) map.fitBounds(places.map(({ at }) => at), { maxZoom: zoom, padding: [30, 30] });
  }
}

customElements.define("tt-map", MapElement);
