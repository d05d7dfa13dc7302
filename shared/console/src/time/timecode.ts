import { DAY, floorDiv, SECOND, type Ns } from "./timestamp.ts";

/** Frames in `numerator / denominator` seconds. */
export interface Rate {
  readonly numerator: number;
  readonly denominator: number;
}

export const DEFAULT_RATE: Rate = { numerator: 25, denominator: 1 };

/** When frame `index` begins, counted from zero. */
export function frameStart(index: bigint, rate: Rate): Ns {
  const a = index * BigInt(rate.denominator) * SECOND;
  const b = BigInt(rate.numerator);
  return -floorDiv(-a, b); // rounded up: the first nanosecond that belongs to the frame
}

/** The frame on show at an instant. */
export function frameAt(ns: Ns, rate: Rate): bigint {
  return floorDiv(ns * BigInt(rate.numerator), BigInt(rate.denominator) * SECOND);
}

/** The beginning of the nearest frame of a grid that starts at `origin`. */
export function nearestFrame(ns: Ns, origin: Ns, rate: Rate): Ns {
  const half = frameStart(1n, rate) / 2n;
  return origin + frameStart(frameAt(ns - origin + half, rate), rate);
}

const two = (value: bigint | number): string => String(value).padStart(2, "0");

/** `HH:MM:SS:FF` of an instant, within its day; the frame is counted from the full second. */
export function timecode(ns: Ns, rate: Rate): string {
  const within = ns - floorDiv(ns, DAY) * DAY;
  const seconds = within / SECOND;
  // Half a microsecond forgives what rounding took from the start of a frame.
  const frame = frameAt((within % SECOND) + 500n, rate);
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}:${two(frame)}`;
}

/** A length, as people say it: `2.4 s`, `3 min 20 s`, `5 h 10 min`, `12 d 4 h`, `3.2 years`. */
export function lengthText(ns: Ns): string {
  const seconds = Number(ns) / 1e9;
  if (seconds < 1e-3) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${Number(seconds.toFixed(2))} s`;
  const pair = (big: number, bigName: string, unit: number, name: string): string => {
    const rest = Math.floor((seconds % big) / unit);
    return `${Math.floor(seconds / big)} ${bigName}${rest > 0 ? ` ${rest} ${name}` : ""}`;
  };
  if (seconds < 3600) return pair(60, "min", 1, "s");
  if (seconds < 86_400) return pair(3600, "h", 60, "min");
  if (seconds < 86_400 * 730) return pair(86_400, "d", 3600, "h");
  return `${(seconds / 86_400 / 365.25).toFixed(1)} years`;
}
