import { api, ApiError } from "../../api/client.ts";
import { all } from "../../api/paging.ts";
import { kindOf, type Flow, type Source } from "../../api/types.ts";
import { DEFAULT_RATE, type Rate } from "../../time/timecode.ts";

/** What a workbench is about: a Source or a Flow, and the Flows that have its media, one lane each. */
export interface Subject {
  readonly kind: "sources" | "flows";
  readonly resource: Source | Flow;
  /** The Flow that collects the lanes; null for a Flow by itself. */
  readonly collecting: Flow | null;
  readonly lanes: readonly { readonly flow: Flow; readonly role: string }[];
}

const LANES_MAX = 24;
const WITH_TIME = { include_timerange: true };

export async function loadSubject(kind: "sources" | "flows", id: string, signal: AbortSignal): Promise<Subject> {
  if (kind === "flows") {
    const { body } = await api.get<Flow>(`/flows/${id}`, WITH_TIME, signal);
    return { kind, resource: body, ...(await lanesOf([body], signal)) };
  }
  const { body } = await api.get<Source>(`/sources/${id}`, {}, signal);
  const flows = await all<Flow>("/flows", { source_id: id, limit: LANES_MAX, ...WITH_TIME }, LANES_MAX, signal);
  return { kind, resource: body, ...(await lanesOf(flows, signal)) };
}

type Lanes = Pick<Subject, "collecting" | "lanes">;

async function lanesOf(flows: readonly Flow[], signal: AbortSignal): Promise<Lanes> {
  const collecting = flows.find((each) => (each.flow_collection ?? []).length > 0) ?? null;
  const own = flows.filter((each) => each !== collecting).map((flow) => ({ flow, role: roleOf(flow) }));
  const members = await Promise.all(
    (collecting?.flow_collection ?? []).slice(0, LANES_MAX).map(async ({ id, role }) => {
      const flow = await flowOrNone(id, signal);
      return flow === null ? null : { flow, role: role ?? roleOf(flow) };
    }),
  );
  const lanes = [...members.filter((each) => each !== null), ...own];
  const order = ["video", "image", "audio", "data", "multi"];
  const rank = (flow: Flow): number => order.indexOf(kindOf(flow.format));
  return { collecting, lanes: lanes.sort((a, b) => rank(a.flow) - rank(b.flow)).slice(0, LANES_MAX) };
}

/** A collection may name what is not there, or not for this reader. */
async function flowOrNone(id: string, signal: AbortSignal): Promise<Flow | null> {
  try {
    return (await api.get<Flow>(`/flows/${id}`, WITH_TIME, signal)).body;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 403)) return null;
    throw error;
  }
}

function roleOf(flow: Flow): string {
  return kindOf(flow.format);
}

export function pictureOf({ lanes }: Subject): Flow | null {
  return lanes.find(({ flow }) => kindOf(flow.format) === "video")?.flow ?? null;
}

export function rateOf(subject: Subject): Rate {
  const rate = pictureOf(subject)?.essence_parameters?.frame_rate;
  return rate === undefined ? DEFAULT_RATE : { numerator: rate.numerator, denominator: rate.denominator ?? 1 };
}

export function isLive({ lanes }: Subject): boolean {
  return lanes.some(({ flow }) => flow.status === "ingesting");
}
