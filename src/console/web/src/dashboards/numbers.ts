// Numbers as people read them.

export function is_number(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "" && Number.isFinite(Number(value));
}

// As many as a device writes.
export const decimals_in = (value: string) => Math.min(/\.(\d+)$/.exec(value)?.[1]?.length ?? 0, 6);

export function written(value: number, decimals: number): string {
  return Math.abs(value) < 1e9 ? value.toFixed(decimals) : value.toPrecision(6);
}

// A device's own text, unless the widget says how many decimals.
export function shown(value: string, decimals: number | undefined): string {
  return decimals === undefined || !is_number(value) ? value : written(Number(value), decimals);
}
