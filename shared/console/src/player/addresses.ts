import { api, send, urlOf } from "../api/client.ts";
import { formatTimeRange } from "../time/timerange.ts";
import type { Target } from "./engine.ts";

interface Token {
  readonly hls: string;
  readonly dash: string;
}

export interface Chosen {
  readonly by: "HLS" | "DASH";
  readonly url: string;
  /** Why what plays is not exactly what the Flow shows; null where it is. */
  readonly inexact: string | null;
}

const EXACT = "x-tams-exact";

/** The list that plays what the Flow shows: HLS where it is exact, else DASH if that is. */
export async function chooseList(target: Target): Promise<Chosen> {
  const isFlow = target.kind === "flows";
  const timerange = target.stretch === null ? undefined : formatTimeRange(target.stretch);
  const opened = isFlow ? { flow_id: target.id } : { source_id: target.id };
  const { body } = await api.post<Token>("/playback/tokens", opened);
  const at = (url: string): string => {
    const here = new URL(url);
    if (timerange !== undefined) here.searchParams.set("timerange", timerange);
    return here.href;
  };
  const hls = target.pictureId === null ? null : await inexactness(`/flows/${target.pictureId}/hls.m3u8`, timerange);
  if (hls === null) return { by: "HLS", url: at(body.hls), inexact: null };
  const dash = await inexactness(`/${target.kind}/${target.id}/dash.mpd`, timerange);
  if (dash === null) return { by: "DASH", url: at(body.dash), inexact: null };
  return { by: "HLS", url: at(body.hls), inexact: hls };
}

/** What a list says of itself; null if it is exact. A list that there is not is for the player to say. */
async function inexactness(path: string, timerange: string | undefined): Promise<string | null> {
  try {
    const said = (await send("HEAD", urlOf(path, { timerange }))).headers.get(EXACT);
    return said === null || said === "true" ? null : (/because="([^"]*)"/.exec(said)?.[1] ?? said);
  } catch {
    return "it cannot be listed";
  }
}
