import { floorDiv, SECOND, type Ns } from "./timestamp.ts";

/**
 * When TAI became another second ahead of UTC: the first instant of these months. First 10, now 37.
 * Before, nothing is subtracted, as the service does, so that a timeline from zero starts in 1970.
 * Source: IERS Bulletin C.
 */
const STEPS: readonly (readonly [number, number])[] = [
  [1972, 0], [1972, 6], [1973, 0], [1974, 0], [1975, 0], [1976, 0], [1977, 0], [1978, 0], [1979, 0],
  [1980, 0], [1981, 6], [1982, 6], [1983, 6], [1985, 6], [1988, 0], [1990, 0], [1991, 0], [1992, 6],
  [1993, 6], [1994, 6], [1996, 0], [1997, 6], [1999, 0], [2006, 0], [2009, 0], [2012, 6], [2015, 6],
  [2017, 0],
];
const FIRST_AHEAD = 10;
/** The leap seconds before them, in TAI seconds since 1970. */
const BEGINS = STEPS.map(([year, month], at) => Date.UTC(year, month) / 1000 + FIRST_AHEAD + at - 1);

export function taiAheadSeconds(tai: Ns): number {
  const second = Number(floorDiv(tai, SECOND));
  const steps = BEGINS.filter((each) => each <= second).length;
  return steps === 0 ? 0 : FIRST_AHEAD + steps - 1;
}

/** UTC as nanoseconds since 1970. */
export function utcOf(tai: Ns): Ns {
  return tai - BigInt(taiAheadSeconds(tai)) * SECOND;
}

export function taiOf(utc: Ns): Ns {
  const guess = utc + BigInt(taiAheadSeconds(utc)) * SECOND;
  return utc + BigInt(taiAheadSeconds(guess)) * SECOND;
}

/** `2026-01-02 03:04:05.678`; null for a year that dates cannot express. */
export function utcText(tai: Ns, zone: "utc" | "local" = "utc"): string | null {
  const ms = Number(floorDiv(utcOf(tai), 1_000_000n));
  const date = new Date(zone === "utc" ? ms : ms - new Date(ms).getTimezoneOffset() * 60_000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString().replace("T", " ").replace("Z", "");
}
