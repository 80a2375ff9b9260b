import { i18n } from "@lingui/core";

const NANO = 1e9;

/** The person's own region where it is one of the site's language: en-GB writes dates unlike en-US. */
function region(): string {
  const { locale } = i18n;
  return navigator.languages.find((one) => one.split("-")[0] === locale) ?? locale;
}

/** Money of the provider is tiny: as many digits as tell something. */
export function dollars(nanoUsd: number): string {
  const amount = nanoUsd / NANO;
  const digits = amount !== 0 && amount < 0.1 ? 4 : 2;
  const style = { style: "currency", currency: "USD", maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(region(), style).format(amount);
}

/** Seconds as a person says them: `40 sec`, `3 min`, `1 hr`. */
export function duration(seconds: number): string {
  const [value, unit] = rounded(seconds);
  const style = { style: "unit", unit, unitDisplay: "short" } as const;
  return new Intl.NumberFormat(region(), style).format(value);
}

function rounded(seconds: number): [number, "second" | "minute" | "hour"] {
  if (seconds < 90) return [Math.round(seconds), "second"];
  if (seconds < 90 * 60) return [Math.round(seconds / 60), "minute"];
  return [Math.round(seconds / 360) / 10, "hour"];
}

/** A length as players show it: `0:30`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  if (whole >= 3600) parts.unshift(Math.floor(whole / 3600));
  return parts.map((part, at) => (at === 0 ? `${part}` : `${part}`.padStart(2, "0"))).join(":");
}

export function bytes(count: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  const power = count < 1 ? 0 : Math.min(4, Math.floor(Math.log10(count) / 3));
  const style = {
    style: "unit",
    unit: units[power],
    unitDisplay: "short",
    maximumFractionDigits: power < 2 ? 0 : 1,
  } as const;
  return new Intl.NumberFormat(region(), style).format(count / 1000 ** power);
}

export function count(value: number): string {
  return new Intl.NumberFormat(region()).format(value);
}

export function day(time: string): string {
  return new Intl.DateTimeFormat(region(), { day: "numeric", month: "short" }).format(
    new Date(time),
  );
}

export function dateTime(time: string): string {
  const style = { dateStyle: "medium", timeStyle: "short" } as const;
  return new Intl.DateTimeFormat(region(), style).format(new Date(time));
}
