import { merged, type Span } from "../time/timerange.ts";
import { segmentsOf, spanOfSegment } from "./segments.ts";

const SEGMENTS_MAX = 5000;

let missing = false;

/** Whether this service has turned out to have no `/coverage`. */
export const isMissing = (): boolean => missing;

export function noteMissing(): void {
  missing = true;
}

/** Coverage from the Segments themselves, for a service that has no `/coverage`. To be removed with the last of them. */
export async function coverageOfSegments(
  flowId: string,
  asked: Span | null,
  signal?: AbortSignal,
): Promise<{ segments: number; ranges: readonly Span[] }> {
  const found = await segmentsOf(flowId, asked, SEGMENTS_MAX, signal);
  return { segments: found.length, ranges: merged(found.map(spanOfSegment)) };
}
