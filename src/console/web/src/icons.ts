// Small drawings, 24 × 24, in the colour of the text beside them.

const shapes = {
  develop: "M14.5 6.5a4 4 0 0 0 5 5L11 20a2.1 2.1 0 0 1-3-3zM14.5 6.5 18 3M19.5 11.5 21 6",
  manage: "m12 3 9 5-9 5-9-5zM3 12l9 5 9-5M3 16l9 5 9-5",
  dashboards: "M3 4h8v9H3zM13 4h8v5h-8zM13 11h8v9h-8zM3 15h8v5H3z",
  alarms: "M6 10a6 6 0 0 1 12 0c0 6 2 7 2 7H4s2-1 2-7M10 20a2 2 0 0 0 4 0",
  audit: "M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h7",
  admin: "M12 3 4 6v6c0 5 3.5 7.5 8 9 4.5-1.5 8-4 8-9V6zM9 12l2 2 4-4",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5 19 19M19 5l-1.5 1.5M6.5 17.5 5 19",
  moon: "M20 14a8 8 0 1 1-9.5-10A6.5 6.5 0 0 0 20 14",
  system: "M4 5h16v11H4zM9 20h6M12 16v4",
  edit: "m4 20 1-4L16.5 4.5l3 3L8 19zM14 7l3 3",
  plus: "M12 5v14M5 12h14",
  trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
  pause: "M8 5v14M16 5v14",
  play: "M8 5v14l11-7z",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  check: "m5 13 4 4L19 7",
  chevron: "m9 6 6 6-6 6",
  pin: "M12 21s7-6.5 7-11a7 7 0 1 0-14 0c0 4.500 7 11 7 11M12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5",
  chart: "M4 4v16h16M7 15l4-5 3 3 5-7",
  lock: "M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3",
  globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18",
};

export type IconName = keyof typeof shapes;

const svg = "http://www.w3.org/2000/svg";

export function icon(name: IconName, size_px = 20): SVGSVGElement {
  const node = document.createElementNS(svg, "svg");
  const path = document.createElementNS(svg, "path");
  path.setAttribute("d", shapes[name]);
  for (const [key, value] of Object.entries({
    class: "icon",
    viewBox: "0 0 24 24",
    width: `${size_px}`,
    height: `${size_px}`,
    "aria-hidden": "true",
  })) {
    node.setAttribute(key, value);
  }
  node.append(path);
  return node;
}
