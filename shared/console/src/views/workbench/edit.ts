import { api } from "../../api/client.ts";
import { segmentsOf } from "../../api/segments.ts";
import { nameOf, type Flow, type Segment } from "../../api/types.ts";
import { intersection, formatTimeRange, parseSpan, type Span } from "../../time/timerange.ts";
import { formatTimestamp, parseTimestamp } from "../../time/timestamp.ts";
import type { Subject } from "./subject.ts";

/** Segments in one request. */
const AT_ONCE = 1000;
const SEGMENTS_MAX = 100_000;
/** What the service says of a Flow, or what was true of the original alone. */
const NOT_COPIED = [
  ...["created", "metadata_updated", "segments_updated", "timerange", "collected_by", "metadata_version"],
  ...["created_by", "updated_by", "read_only", "profile_id", "generation"],
];

/** A new Flow that plays a stretch of another from zero on, of the same Objects: nothing is copied. Its id. */
export async function editOf(subject: Subject, marked: Span): Promise<string> {
  const members: { id: string; role: string }[] = [];
  for (const { flow, role } of subject.lanes) {
    const id = await newFlow(flow, {});
    members.push({ id, role });
    const uses = (await segmentsOf(flow.id, marked, SEGMENTS_MAX)).map((each) => usedAgain(each, marked));
    const posts = uses.filter((each) => each !== null);
    for (let at = 0; at < posts.length; at += AT_ONCE) {
      await api.post(`/flows/${id}/segments`, posts.slice(at, at + AT_ONCE));
    }
  }
  const [only] = members;
  if (subject.collecting === null || members.length === 1) return only?.id ?? "";
  return newFlow(subject.collecting, { flow_collection: members });
}

async function newFlow(original: Flow, changes: Partial<Flow>): Promise<string> {
  const kept = Object.entries(original).filter(([name]) => !NOT_COPIED.includes(name));
  const body = {
    ...Object.fromEntries(kept),
    id: crypto.randomUUID(),
    source_id: crypto.randomUUID(),
    label: `${nameOf(original)} (edit)`,
    status: "closed_complete",
    ...changes,
  };
  await api.post("/flows", body);
  return body.id;
}

/** The part of a Segment that is within the marks, moved so that the marks begin at zero. */
export function usedAgain(segment: Segment, marked: Span): object | null {
  const span = parseSpan(segment.timerange);
  const part = span === null ? null : intersection(span, marked);
  if (part === null) return null;
  const offset = (parseTimestamp(segment.ts_offset ?? "0:0") ?? 0n) - marked.start;
  return {
    object_id: segment.object_id,
    timerange: formatTimeRange({ start: part.start - marked.start, end: part.end - marked.start }),
    ts_offset: formatTimestamp(offset),
    ...(segment.object_timerange === undefined ? {} : { object_timerange: segment.object_timerange }),
    ...(segment.init_object === undefined ? {} : { init_object_id: segment.init_object.object_id }),
    ...(segment.tags === undefined ? {} : { tags: segment.tags }),
  };
}
