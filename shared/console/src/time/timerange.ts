import { formatTimestamp, least, most, parseTimestamp, type Ns } from "./timestamp.ts";

/** `[start, end)` in nanoseconds. Null is without a bound. */
export interface TimeRange {
  readonly start: Ns | null;
  readonly end: Ns | null;
}

/** A stretch with both bounds. */
export interface Span {
  readonly start: Ns;
  readonly end: Ns;
}

export const ETERNITY: TimeRange = { start: null, end: null };

/** A TAMS timerange, whatever bounds it includes. Null for one that is empty, or none at all. */
export function parseTimeRange(text: string): TimeRange | null {
  if (text === "_") return ETERNITY;
  const found = /^([[(])?(-?\d+:\d+)?(?:(_)(-?\d+:\d+)?)?([\])])?$/.exec(text.trim());
  if (found === null || text.trim() === "" || text === "()") return null;
  const [, opening = "[", first, dash, second, closing = dash ? "]" : ""] = found;
  const start = first === undefined ? null : parseTimestamp(first);
  if (first !== undefined && start === null) return null;
  if (dash === undefined) return start === null ? null : { start, end: start + 1n };
  const end = second === undefined ? null : parseTimestamp(second);
  if (second !== undefined && end === null) return null;
  const range = {
    start: start !== null && opening === "(" ? start + 1n : start,
    end: end !== null && closing === "]" ? end + 1n : end,
  };
  return isEmpty(range) ? null : range;
}

export function formatTimeRange({ start, end }: TimeRange): string {
  if (start === null && end === null) return "_";
  return `[${start === null ? "" : formatTimestamp(start)}_${end === null ? "" : formatTimestamp(end)})`;
}

export function isEmpty({ start, end }: TimeRange): boolean {
  return start !== null && end !== null && start >= end;
}

/** What is stored has both bounds; null for what is empty or endless. */
export function parseSpan(text: string | undefined): Span | null {
  const range = text === undefined ? null : parseTimeRange(text);
  return range === null || range.start === null || range.end === null
    ? null
    : { start: range.start, end: range.end };
}

export function intersection(a: Span, b: Span): Span | null {
  const span = { start: most(a.start, b.start), end: least(a.end, b.end) };
  return span.start < span.end ? span : null;
}

export function hull(spans: readonly Span[]): Span | null {
  return spans.reduce<Span | null>(
    (all, each) =>
      all === null ? each : { start: least(all.start, each.start), end: most(all.end, each.end) },
    null,
  );
}

/** Sorted, with those that touch or overlap as one. */
export function merged(spans: readonly Span[]): Span[] {
  const found: Span[] = [];
  for (const each of [...spans].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))) {
    const last = found.at(-1);
    if (last !== undefined && each.start <= last.end) {
      found[found.length - 1] = { start: last.start, end: most(last.end, each.end) };
    } else found.push(each);
  }
  return found;
}

/** What sorted, separate spans leave of a stretch. */
export function gapsIn(stretch: Span, covered: readonly Span[]): Span[] {
  const gaps: Span[] = [];
  let from = stretch.start;
  for (const each of covered) {
    if (each.end <= from || each.start >= stretch.end) continue;
    if (each.start > from) gaps.push({ start: from, end: each.start });
    from = each.end;
  }
  if (from < stretch.end) gaps.push({ start: from, end: stretch.end });
  return gaps;
}
