import { signal } from "@preact/signals";
import { sayFault } from "../ui/notices.tsx";
import { api, ApiError } from "./client.ts";
import type { Service } from "./types.ts";

/** What the service says about itself; null until it has. */
export const service = signal<Service | null>(null);

export async function loadService(): Promise<void> {
  try {
    service.value = (await api.get<Service>("/service")).body;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) sayFault(error);
  }
}
