import { formatTimeRange, merged, parseSpan, type Span } from "../time/timerange.ts";
import { formatTimestamp, type Ns } from "../time/timestamp.ts";
import { api } from "./client.ts";

/** Where a Flow has media in a stretch of time, about as finely as was asked for. */
export interface Coverage {
  /** Null for all of time. */
  readonly asked: Span | null;
  readonly resolution: Ns;
  readonly ranges: readonly Span[];
}

interface Described {
  readonly ranges: readonly string[];
}

export async function coverageOf(flowId: string, asked: Span | null, resolution: Ns, signal?: AbortSignal): Promise<Coverage> {
  const query = {
    timerange: asked === null ? undefined : formatTimeRange(asked),
    resolution: formatTimestamp(resolution),
  };
  const { body } = await api.get<Described>(`/flows/${flowId}/coverage`, query, signal);
  return { asked, resolution, ranges: merged(body.ranges.map(parseSpan).filter((each) => each !== null)) };
}
