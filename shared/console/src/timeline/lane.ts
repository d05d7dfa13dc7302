import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import { coverageOf, type Coverage } from "../api/coverage.ts";
import { segmentsOf, spanOfSegment } from "../api/segments.ts";
import type { Flow } from "../api/types.ts";
import { hull, parseSpan, type Span } from "../time/timerange.ts";
import { SECOND, type Ns } from "../time/timestamp.ts";
import { spanOf, type View } from "./view.ts";

/** A Flow on the timeline: what is known of its coverage, and of its Segments where the view is near. */
export interface Lane {
  readonly flow: Flow;
  readonly role: string;
  readonly extent: ReadonlySignal<Span | null>;
  /** All that it covers, as finely as the first look asked. */
  readonly ranges: ReadonlySignal<readonly Span[]>;
  /** What it covers in a part, more finely. */
  readonly detail: ReadonlySignal<Coverage | null>;
  readonly segments: ReadonlySignal<readonly Span[]>;
  /** Fetches what the view lacks. */
  look(view: View): void;
  /** Fetches anew what may have changed. */
  again(): void;
  end(): void;
}

/** More Segments than these are not drawn one by one. */
const SEGMENTS_NEAR = 240;
const SETTLED_MS = 140;

export function laneOf(flow: Flow, role: string, failed: (error: unknown) => void): Lane {
  const extent = signal(parseSpan(flow.timerange));
  const whole = signal<Coverage | null>(null);
  const detail = signal<Coverage | null>(null);
  const segments = signal<readonly Span[]>([]);
  let ending = new AbortController();
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let last: View | null = null;
  let isStale = false;

  const fetchFor = async (view: View): Promise<void> => {
    ending.abort();
    ending = new AbortController();
    const mine = ending.signal;
    try {
      if (whole.value === null || isStale) {
        const found = await coverageOf(flow.id, null, resolutionFor(view), mine);
        if (mine.aborted) return;
        isStale = false;
        batch(() => {
          whole.value = found;
          detail.value = null;
          extent.value = hull(found.ranges) ?? extent.value;
        });
      }
      if (!isEnough(whole.value, view) && !isEnough(detail.value, view)) {
        const found = await coverageOf(flow.id, roomy(view), resolutionFor(view), mine);
        if (mine.aborted) return;
        detail.value = found;
      }
      const near = await segmentsOf(flow.id, spanOf(view), SEGMENTS_NEAR + 1, mine);
      if (!mine.aborted) segments.value = near.length > SEGMENTS_NEAR ? [] : near.map(spanOfSegment);
    } catch (error) {
      if (!mine.aborted) failed(error);
    }
  };

  return {
    flow,
    role,
    extent,
    ranges: computed(() => whole.value?.ranges ?? []),
    detail,
    segments,
    look: (view) => {
      if (view.width === 0) return;
      last = view;
      clearTimeout(waiting);
      waiting = setTimeout(() => void fetchFor(view), whole.value === null ? 0 : SETTLED_MS);
    },
    again: () => {
      isStale = true; // what was known is shown until the answer is there
      if (last !== null) void fetchFor(last);
    },
    end: () => {
      clearTimeout(waiting);
      ending.abort();
    },
  };
}

/** What is drawn in a view: the detail where it is known for all of that. */
export function rangesIn(lane: Lane, view: View): readonly Span[] {
  const detail = lane.detail.value;
  return detail !== null && holds(detail, view) ? detail.ranges : lane.ranges.value;
}

/** Whether what is known covers the view, and is about as fine as its pixels. */
function isEnough(known: Coverage | null, view: View): boolean {
  return known !== null && known.resolution <= resolutionFor(view) * 4n && holds(known, view);
}

function holds(known: Coverage, view: View): boolean {
  const seen = spanOf(view);
  return known.asked === null || (known.asked.start <= seen.start && known.asked.end >= seen.end);
}

/** The view and as much again on both sides, so that a small movement needs nothing new. */
function roomy(view: View): Span {
  const { start, end } = spanOf(view);
  return { start: start - (end - start), end: end + (end - start) };
}

/** About two pixels, as a power of two of seconds where that is more than a second. */
function resolutionFor(view: View): Ns {
  const seconds = (view.perPx * 2) / 1e9;
  return seconds <= 1 ? SECOND : BigInt(2 ** Math.floor(Math.log2(seconds))) * SECOND;
}
