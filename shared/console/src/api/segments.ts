import { formatTimeRange, parseSpan, type Span } from "../time/timerange.ts";
import { all } from "./paging.ts";
import type { Segment } from "./types.ts";

/** The Segments that share an instant with a stretch, in order, without URLs. */
export function segmentsOf(flowId: string, asked: Span | null, most: number, signal?: AbortSignal): Promise<Segment[]> {
  const query = {
    timerange: asked === null ? undefined : formatTimeRange(asked),
    limit: Math.min(most, 1000),
    accept_get_urls: "",
    include_object_timerange: true,
  };
  return all<Segment>(`/flows/${flowId}/segments`, query, most, signal);
}

export function spanOfSegment(segment: Segment): Span {
  return parseSpan(segment.timerange) ?? { start: 0n, end: 0n };
}
