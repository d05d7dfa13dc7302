import { utcOf, utcText } from "../time/tai.ts";
import { timecode, type Rate } from "../time/timecode.ts";
import { DAY, floorDiv, formatTimestamp, MINUTE, SECOND, type Ns } from "../time/timestamp.ts";

/** In which words instants are written. */
export type Clock = "utc" | "local" | "tai";

export const CLOCKS: readonly Clock[] = ["utc", "local", "tai"];

/** Timelines that start at zero are not of a day: they are written without one. */
function hasDate(ns: Ns): boolean {
  return ns < 0n || ns >= DAY;
}

/** An instant, to the frame. */
export function instantText(ns: Ns, clock: Clock, rate: Rate): string {
  if (clock === "tai") return formatTimestamp(ns);
  const zone = hasDate(ns) ? clock : "utc";
  const text = utcText(ns, zone);
  if (text === null) return formatTimestamp(ns);
  const [date = ""] = text.split(" ");
  const zoned = zone === "utc" ? utcOf(ns) : utcOf(ns) - offsetOf(ns);
  const code = timecode(zoned, rate);
  return hasDate(ns) ? `${date} ${code}` : code;
}

function offsetOf(ns: Ns): Ns {
  const ms = Number(floorDiv(utcOf(ns), 1_000_000n));
  return BigInt(new Date(ms).getTimezoneOffset()) * MINUTE;
}

/** A label of the axis: as much as tells it from its neighbours. */
export function tickLabel(ns: Ns, step: Ns, clock: Clock, rate: Rate): string {
  if (clock === "tai") return step < SECOND ? formatTimestamp(ns) : `${floorDiv(ns, SECOND)}`;
  const text = utcText(ns, hasDate(ns) ? clock : "utc");
  if (text === null) return `${floorDiv(ns, SECOND)}`;
  const [date = "", time = ""] = text.split(" ");
  if (step >= 365n * DAY) return date.slice(0, 4);
  if (step >= DAY) return date;
  if (step < SECOND) return instantText(ns, clock, rate).split(" ").at(-1) ?? "";
  const short = time.slice(0, step < MINUTE ? 8 : 5);
  return time.startsWith("00:00:00") && hasDate(ns) ? date : short;
}
