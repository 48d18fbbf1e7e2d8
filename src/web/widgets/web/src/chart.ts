// <tt-chart for="readings" x="timestamp" y="temperature" unit="°C">
// <tt-chart src="/station/?format=json" x="timestamp" y="temperature" refresh="10">
//
// Lines over time: of the rows in the JSON script whose id `for` names, or of those that `src`
// answers (a list, or an object with `results`), asked again every `refresh` seconds.  `x` names the
// member with the time (seconds since 1970, or ISO 8601), `y` one or more members with numbers,
// separated by spaces.

import uPlot from "uplot";

type Row = Record<string, unknown>;

const HEIGHT_PX = 240;

function timeOf(value: unknown): number {
  const number = Number(value);
  return Number.isFinite(number) ? number : Date.parse(String(value)) / 1000;
}

function numberOf(value: unknown): number | null {
  if (value === null || value === undefined || value === "") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

class ChartElement extends HTMLElement {
  private plot: uPlot | undefined;
  private resized: ResizeObserver | undefined;
  private timer: number | undefined;

  connectedCallback(): void {
    this.setAttribute("role", "img");
    if (!this.hasAttribute("aria-label")) this.setAttribute("aria-label", `Chart of ${this.names().join(", ")}`);
    void this.show();
    const refresh = Number(this.getAttribute("refresh"));
    if (refresh > 0) this.timer = window.setInterval(() => void this.show(), refresh * 1000);
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
    this.resized?.disconnect();
    this.plot?.destroy();
    this.plot = undefined;
  }

  private names(): string[] {
    return (this.getAttribute("y") ?? "").split(/\s+/).filter(Boolean);
  }

  private async show(): Promise<void> {
    try {
      this.draw(await this.rows());
    } catch (failure) {
      this.say(`The chart cannot be shown: ${failure instanceof Error ? failure.message : String(failure)}`);
    }
  }

  private async rows(): Promise<Row[]> {
    const id = this.getAttribute("for");
    if (id) return JSON.parse(document.getElementById(id)?.textContent ?? "[]") as Row[];
    const answer = await fetch(this.getAttribute("src") ?? "", { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    const body = (await answer.json()) as Row[] | { results: Row[] };
    return Array.isArray(body) ? body : body.results;
  }

  private draw(rows: Row[]): void {
    const x = this.getAttribute("x") ?? "time";
    const sorted = rows
      .map((row) => ({ at: timeOf(row[x]), row }))
      .filter(({ at }) => Number.isFinite(at))
      .sort((a, b) => a.at - b.at);
    if (sorted.length === 0) return this.say("No readings yet.");
    const values = this.names().map((name) => sorted.map(({ row }) => numberOf(row[name])));
    const data = [sorted.map(({ at }) => at), ...values] as uPlot.AlignedData;
    if (this.plot) return this.plot.setData(data);
    this.replaceChildren();
    this.plot = new uPlot(this.options(), data, this);
    this.resized = new ResizeObserver(() => this.plot?.setSize({ width: this.clientWidth, height: HEIGHT_PX }));
    this.resized.observe(this);
  }

  private options(): uPlot.Options {
    const colour = (name: string): string => getComputedStyle(this).getPropertyValue(name).trim();
    const unit = this.getAttribute("unit") ?? "";
    const axis = { stroke: colour("--chart-text"), grid: { stroke: colour("--chart-grid"), width: 1 } };
    return {
      width: this.clientWidth || 600,
      height: HEIGHT_PX,
      axes: [axis, { ...axis, values: (_, ticks) => ticks.map((tick) => `${tick}${unit && ` ${unit}`}`), size: 70 }],
      series: [{}, ...this.names().map((name) => ({ label: name, stroke: colour("--chart-line"), width: 2 }))],
    };
  }

  private say(text: string): void {
    this.plot?.destroy();
    this.plot = undefined;
    const note = document.createElement("p");
    note.className = "empty";
    note.textContent = text;
    this.replaceChildren(note);
  }
}

customElements.define("tt-chart", ChartElement);
