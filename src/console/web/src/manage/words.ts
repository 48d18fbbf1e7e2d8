// Numbers of devices in words.

export const count = (number: number) => number.toLocaleString("en");

// "2,351 of 2,734 activated · 86 %"
export function activated_text({ devices, activated }: { devices: number; activated: number }): string {
  if (devices === 0) return "no devices yet";
  return `${count(activated)} of ${count(devices)} activated · ${percent(activated, devices)}`;
}

// 100 % only when all are, 0 % only when none is.
export function percent(part: number, all: number): string {
  if (all === 0) return "0 %";
  const rounded = Math.round((part / all) * 100);
  return `${part > 0 && part < all ? Math.min(99, Math.max(1, rounded)) : rounded} %`;
}
