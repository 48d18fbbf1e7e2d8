// Where the device is, and where it has been.

import { el } from "../dom";
import { open_form, select_field, text_field } from "../form";
import { icon } from "../icons";
import type { Shell } from "../shell";
import { change_device, type Device, type Place } from "./api";
import { make_map, type MapElement } from "./map";
import { add_button, icon_button, Panel } from "./panel";

const exposures = [["", "not said"], ["outdoor", "outdoor"], ["indoor", "indoor"]] as const;
const dispositions = [["", "not said"], ["fixed", "no, it is fixed"], ["mobile", "yes, keep its track"]] as const;

// "47.37690° N, 8.54170° E"
function coordinates(lat: number, lon: number): string {
  const part = (value: number, names: string) => `${Math.abs(value).toFixed(5)}° ${names[value < 0 ? 1 : 0]}`;
  return `${part(lat, "NS")}, ${part(lon, "EW")}`;
}

const number_of = (text: string) => (text.trim() === "" ? null : Number(text.replace(",", ".")));

export class Location {
  private panel = new Panel("Location");
  readonly element = this.panel.element;
  private map: MapElement | null = null;
  private frame = el("div", "map-frame");

  constructor(
    private shell: Shell,
    private device: Device,
    private changed: (device: Device) => void,
  ) {
    this.panel.actions.append(icon_button("edit", "Edit location", () => this.edit()));
    this.show(device);
  }

  show(device: Device): void {
    this.device = device;
    const { location } = device;
    const { lat, lon } = location;
    if (lat === null || lon === null) {
      const add = add_button(location.name ? `${location.name}: add the place on the map` : "Add location", () => this.edit());
      this.panel.body.replaceChildren(add);
      return;
    }
    const facts = [location.ele && `${location.ele} m`, location.exposure, location.disposition].filter(Boolean).join(" · ");
    this.panel.body.replaceChildren(
      this.frame,
      el(
        "div",
        "place-line",
        icon("pin", 18),
        el("div", {}, location.name && el("strong", { text: location.name }), el("span", { class: "muted", text: coordinates(lat, lon) }), facts && el("span", { class: "muted", text: facts })),
      ),
      ...(location.waypoints.length ? [el("p", { class: "muted", text: `Tracking: ${location.waypoints.length} earlier ${location.waypoints.length === 1 ? "place" : "places"}` })] : []),
    );
    void this.draw();
  }

  private async draw(): Promise<void> {
    try {
      if (!this.map) {
        this.map = await make_map(`Map of ${this.device.title}`);
        this.map.setAttribute("zoom", "5");
        this.frame.replaceChildren(this.map);
      }
    } catch {
      this.frame.replaceChildren(el("p", { class: "muted", text: "The map did not load. Load the page again to see it." }));
      return;
    }
    const { lat, lon, name, waypoints } = this.device.location;
    if (lat === null || lon === null) return;
    this.map.points = [{ lat, lon, label: name || this.device.title }];
    this.map.track = waypoints;
  }

  private edit(): void {
    const { location } = this.device;
    const name = text_field({ name: "location_name", label: "Name", value: location.name, placeholder: "Roof" });
    const lat = text_field({ name: "location_lat", also: ["lat"], label: "Latitude", value: location.lat?.toString() ?? "", inputmode: "decimal", placeholder: "47.3769" });
    const lon = text_field({ name: "location_lon", also: ["lon"], label: "Longitude", value: location.lon?.toString() ?? "", inputmode: "decimal", placeholder: "8.5417" });
    const ele = text_field({ name: "location_ele", label: "Elevation, m", value: location.ele, inputmode: "decimal" });
    const exposure = select_field({ name: "location_exposure", label: "Exposure", value: location.exposure, choices: exposures });
    const disposition = select_field({ name: "location_disposition", label: "Does it move?", value: location.disposition, choices: dispositions });
    const map_frame = el("div", "map-frame pick", el("p", { class: "muted", text: "Loading the map…" }));
    const inputs = [lat.control, lon.control] as HTMLInputElement[];
    const place = (): Place => ({
      name: name.value(),
      ele: ele.value(),
      exposure: exposure.value(),
      disposition: disposition.value(),
      lat: number_of(lat.value()),
      lon: number_of(lon.value()),
    });
    const send = async () => {
      const wanted = place();
      for (const [field, value, max] of [[lat, wanted.lat, 90], [lon, wanted.lon, 180]] as const) {
        if (value !== null && !(Math.abs(value) <= max)) throw new Error(`${field.name} must be a number from -${max} to ${max}`);
      }
      this.changed(await change_device(this.device.id, { location: wanted }));
    };
    const dialog = open_form({
      title: "Location",
      fields: [name, lat, lon, ele, exposure, disposition],
      layout: [
        map_frame,
        el("p", { class: "hint", text: "Press on the map where the device is, or type its position." }),
        name.element,
        el("div", "field-row three", lat.element, lon.element, ele.element),
        el("div", "field-row", exposure.element, disposition.element),
      ],
      submit: "Save",
      failed: this.shell.failed,
      send,
    });
    void this.show_picker(map_frame, inputs, dialog.element);
  }

  private async show_picker(frame: HTMLElement, inputs: HTMLInputElement[], dialog: HTMLElement): Promise<void> {
    let map: MapElement;
    try {
      map = await make_map("Press where the device is");
    } catch {
      frame.replaceChildren(el("p", { class: "muted", text: "The map did not load; type the position instead." }));
      return;
    }
    if (!dialog.isConnected) return;
    const mark = () => {
      const [lat, lon] = inputs.map((input) => number_of(input.value));
      map.points = typeof lat === "number" && typeof lon === "number" ? [{ lat, lon }] : [];
    };
    map.setAttribute("pick", "");
    map.setAttribute("zoom", "5");
    map.addEventListener("pick", (event) => {
      const { lat, lon } = (event as CustomEvent<{ lat: number; lon: number }>).detail;
      inputs[0]!.value = `${lat}`;
      inputs[1]!.value = `${lon}`;
      mark();
    });
    for (const input of inputs) input.addEventListener("input", mark);
    mark();
    frame.replaceChildren(map);
  }
}
