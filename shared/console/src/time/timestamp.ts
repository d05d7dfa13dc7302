/** An instant on a timeline, or a length of time: whole nanoseconds. TAI, where the timeline follows the clock. */
export type Ns = bigint;

export const SECOND: Ns = 1_000_000_000n;
export const MINUTE = 60n * SECOND;
export const HOUR = 60n * MINUTE;
export const DAY = 24n * HOUR;

const FORM = /^(-)?(0|[1-9]\d{0,29}):(0|[1-9]\d{0,8})$/;

/** `seconds:nanoseconds`; the sign covers both. Null for anything else. */
export function parseTimestamp(text: string): Ns | null {
  const found = FORM.exec(text);
  if (found === null) return null;
  const ns = BigInt(found[2] ?? "0") * SECOND + BigInt(found[3] ?? "0");
  return found[1] === undefined ? ns : -ns;
}

export function formatTimestamp(ns: Ns): string {
  const size = ns < 0n ? -ns : ns;
  return `${ns < 0n ? "-" : ""}${size / SECOND}:${size % SECOND}`;
}

/** Division that rounds down, also below zero. */
export function floorDiv(a: bigint, b: bigint): bigint {
  const whole = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? whole - 1n : whole;
}

export const least = (a: Ns, b: Ns): Ns => (a < b ? a : b);
export const most = (a: Ns, b: Ns): Ns => (a > b ? a : b);
