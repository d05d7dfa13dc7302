import { api } from "../../api/client.ts";
import { nextKey } from "../../api/paging.ts";
import type { Bench } from "./bench.ts";

const PAUSE_MS = 400;
const AFTER_FAULT_MS = 10_000;

/** While a Flow is being ingested, its lane grows with the events of its Segments. */
export function followEvents(bench: Bench): () => void {
  const live = bench.lanes.filter(({ flow }) => flow.status === "ingesting");
  const ending = new AbortController();
  if (live.length > 0) void follow(bench, live.map(({ flow }) => flow.id), ending.signal);
  return () => ending.abort();
}

async function follow(bench: Bench, flowIds: readonly string[], signal: AbortSignal): Promise<void> {
  const asked = {
    event_types: "flows/segments_added,flows/segments_deleted",
    flow_ids: flowIds.join(","),
    since: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    accept_get_urls: "",
  };
  let page: string | undefined;
  while (!signal.aborted) {
    try {
      const { body, headers } = await api.get<unknown[]>("/events", { ...asked, page, wait: 20 }, signal);
      page = nextKey(headers.get("link")) ?? page;
      if (body.length > 0) for (const lane of bench.lanes) lane.again();
      await pause(PAUSE_MS, signal);
    } catch {
      await pause(AFTER_FAULT_MS, signal); // a view that does not grow for a while; reading it says what is wrong
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
