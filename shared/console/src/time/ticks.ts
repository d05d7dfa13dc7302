import { frameStart, type Rate } from "./timecode.ts";
import { DAY, floorDiv, HOUR, MINUTE, SECOND, type Ns } from "./timestamp.ts";

const MS = 1_000_000n;
const STEPS: readonly Ns[] = [
  ...[1n, 2n, 5n, 10n, 15n, 30n].map((n) => n * SECOND),
  ...[1n, 2n, 5n, 10n, 15n, 30n].map((n) => n * MINUTE),
  ...[1n, 2n, 3n, 6n, 12n].map((n) => n * HOUR),
  ...[1n, 2n, 7n, 14n, 30n, 91n, 182n, 365n, 730n, 1826n, 3652n, 18_262n, 36_525n].map((n) => n * DAY),
];

/** The step between labels that are at least `room` nanoseconds apart: frames, seconds … decades. */
export function tickStep(room: number, rate: Rate): Ns {
  const frame = frameStart(1n, rate);
  const frames = [1n, 2n, 5n].map((n) => n * frame);
  const fine = [...frames, 500n * MS].filter((each) => each < SECOND);
  const steps = [...fine, ...STEPS];
  return steps.find((each) => Number(each) >= room) ?? DAY * 36_525n;
}

/** The multiples of a step in a stretch, counted from `origin`. */
export function ticks(start: Ns, end: Ns, step: Ns, origin: Ns = 0n): Ns[] {
  const found: Ns[] = [];
  for (let at = origin - floorDiv(origin - start, step) * step; at < end; at += step) found.push(at);
  return found;
}
