import { merged, parseSpan, type Span } from "../time/timerange.ts";
import { formatTimeRange } from "../time/timerange.ts";
import { formatTimestamp, type Ns } from "../time/timestamp.ts";
import { api, ApiError } from "./client.ts";
import { coverageOfSegments, isMissing, noteMissing } from "./coverage-fallback.ts";

/** Where a Flow has media in a stretch of time, as finely as was asked for. */
export interface Coverage {
  readonly asked: Span | null;
  readonly resolution: Ns;
  readonly segments: number;
  readonly ranges: readonly Span[];
}

interface Described {
  readonly segments: number;
  readonly ranges: readonly string[];
}

/** `asked` of null is all of time. */
export async function coverageOf(flowId: string, asked: Span | null, resolution: Ns, signal?: AbortSignal): Promise<Coverage> {
  const query = {
    timerange: asked === null ? undefined : formatTimeRange(asked),
    resolution: formatTimestamp(resolution),
  };
  if (isMissing()) return { asked, resolution, ...(await coverageOfSegments(flowId, asked, signal)) };
  try {
    const { body } = await api.get<Described>(`/flows/${flowId}/coverage`, query, signal);
    const ranges = merged(body.ranges.map(parseSpan).filter((each) => each !== null));
    return { asked, resolution, segments: body.segments, ranges };
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
    noteMissing();
    return coverageOf(flowId, asked, resolution, signal);
  }
}
