import { api } from "../../api/client.ts";
import type { DeletionRequest } from "../../api/types.ts";
import type { Subject } from "./subject.ts";

/** Deletes the Segments within a timerange from each lane. What has become of it, in words. */
export async function deleteStretch({ lanes }: Subject, timerange: string): Promise<string> {
  let running = 0;
  for (const { flow } of lanes) {
    const { body } = await api.delete<DeletionRequest | undefined>(`/flows/${flow.id}/segments`, { timerange });
    if (body?.status !== undefined && body.status !== "done") running += 1;
  }
  return running === 0
    ? "The Segments wholly within the marks are deleted"
    : "The deletion is running: see its progress under Activity";
}
