// <tt-map lat="30.73" lon="76.78" zoom="5" label="CityName" points="stations">
//
// A map with one point at lat/lon, or one for each {lat, lon, label, href} of the JSON script whose
// id `points` names.  Land and borders come from world.json beside this script.
//
// Scripts may set `points` and `track` (earlier places, the oldest first) as properties, again and
// again: the view stays as the reader left it.  With the attribute `pick` a press on the map sends
// the event "pick" whose detail is {lat, lon}.

import * as L from "leaflet";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";

interface Place {
  lat: number | string;
  lon: number | string;
}

interface Point extends Place {
  label?: string;
  href?: string;
}

type Position = [number, number];

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

function popupOf(point: Point): HTMLElement {
  const element = document.createElement(point.href ? "a" : "span");
  element.textContent = point.label ?? "";
  if (point.href && element instanceof HTMLAnchorElement) element.href = point.href;
  return element;
}

const positionOf = ({ lat, lon }: Place): Position => [Number(lat), Number(lon)];
const isPlace = (place: Place) => positionOf(place).every(Number.isFinite);

class MapElement extends HTMLElement {
  private map: L.Map | undefined;
  private given: Point[] | undefined; // by script
  private way: Place[] = [];
  private markers: L.CircleMarker[] = [];
  private line: L.Polyline | undefined;
  private isPlaced = false; // the view was chosen
  private size = new ResizeObserver(() => this.map?.invalidateSize({ animate: false }));

  connectedCallback(): void {
    this.setAttribute("role", "region");
    if (!this.hasAttribute("aria-label")) this.setAttribute("aria-label", "Map");
    this.map = L.map(this, { worldCopyJump: true, minZoom: 1, maxZoom: 9 }).setView([20, 0], 1);
    this.map.attributionControl.setPrefix("Leaflet, Natural Earth");
    this.map.on("click", (event: L.LeafletMouseEvent) => this.pick(event.latlng.wrap()));
    void this.drawLand(this.map);
    this.isPlaced = false;
    this.draw();
    this.size.observe(this);
  }

  disconnectedCallback(): void {
    this.size.disconnect();
    this.map?.remove();
    this.map = undefined;
    this.markers = [];
    this.line = undefined;
  }

  get points(): Point[] {
    return this.given ?? this.written();
  }
  set points(points: Point[]) {
    this.given = points;
    this.draw();
  }

  get track(): Place[] {
    return this.way;
  }
  set track(places: Place[]) {
    this.way = places;
    this.draw();
  }

  // What the attributes say.
  private written(): Point[] {
    const id = this.getAttribute("points");
    const script = id ? document.getElementById(id) : null;
    if (script?.textContent) return JSON.parse(script.textContent) as Point[];
    const lat = this.getAttribute("lat");
    const lon = this.getAttribute("lon");
    if (!lat || !lon) return [];
    return [{ lat, lon, label: this.getAttribute("label") ?? "" }];
  }

  private pick(place: L.LatLng): void {
    if (!this.hasAttribute("pick")) return;
    const detail = { lat: Number(place.lat.toFixed(5)), lon: Number(place.lng.toFixed(5)) };
    this.dispatchEvent(new CustomEvent("pick", { detail }));
  }

  private async drawLand(map: L.Map): Promise<void> {
    const topology = await loadWorld();
    if (map !== this.map) return; // the element has left the page meanwhile
    const countries = topology.objects["countries"] as GeometryCollection;
    const style = { className: "land", weight: 0.7, fillOpacity: 1, interactive: false };
    L.geoJSON(feature(topology, countries), { style, interactive: false }).addTo(map).bringToBack();
  }

  private draw(): void {
    if (!this.map) return;
    const points = this.points.filter(isPlace);
    this.drawTrack(this.map, points);
    this.drawPoints(this.map, points);
    if (!this.isPlaced) this.place(this.map, [...points, ...this.way.filter(isPlace)]);
  }

  // Markers stay where their points only moved or changed their text, so that a popup stays open.
  private drawPoints(map: L.Map, points: Point[]): void {
    for (const marker of this.markers.splice(points.length)) marker.remove();
    points.forEach((point, index) => {
      const marker = (this.markers[index] ??= L.circleMarker(positionOf(point), {
        radius: POINT_RADIUS_PX,
        weight: 2,
        fillOpacity: 1,
        className: "point",
      }).addTo(map));
      marker.setLatLng(positionOf(point)).bringToFront();
      this.label(marker, point);
    });
  }

  private label(marker: L.CircleMarker, point: Point): void {
    if (!point.label) {
      marker.unbindPopup().unbindTooltip();
    } else if (marker.getPopup()) {
      marker.setPopupContent(popupOf(point)).setTooltipContent(popupOf({ ...point, href: "" }));
    } else {
      marker.bindPopup(popupOf(point)).bindTooltip(popupOf({ ...point, href: "" }));
    }
  }

  private drawTrack(map: L.Map, points: Point[]): void {
    const places = this.way.filter(isPlace).map(positionOf);
    if (places.length > 0 && points.length === 1) places.push(positionOf(points[0]!));
    this.line ??= L.polyline([], { className: "track", interactive: false }).addTo(map);
    this.line.setLatLngs(places);
  }

  private place(map: L.Map, places: Place[]): void {
    const zoom = Number(this.getAttribute("zoom") ?? DEFAULT_ZOOM);
    if (places.length === 0) return;
    this.isPlaced = true;
    if (places.length === 1) map.setView(positionOf(places[0]!), zoom, { animate: false });
    else map.fitBounds(places.map(positionOf), { maxZoom: zoom, padding: [30, 30], animate: false });
  }
}

customElements.define("tt-map", MapElement);
