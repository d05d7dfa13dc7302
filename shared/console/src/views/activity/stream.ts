import { send, urlOf } from "../../api/client.ts";

export interface StoreEvent {
  readonly event_id?: string;
  readonly event_type: string;
  readonly event_timestamp?: string;
  readonly event?: Readonly<Record<string, unknown>>;
}

interface Message {
  readonly id: string | null;
  readonly data: string;
}

/** The messages of a server-sent stream, from its text. Source: HTML Standard, "Server-sent events". */
export function messagesOf(text: string): Message[] {
  return text
    .split(/\n\n/)
    .map((block) => {
      const lines = block.split("\n");
      const of = (name: string): string[] =>
        lines.filter((each) => each.startsWith(`${name}:`)).map((each) => each.slice(name.length + 1).trimStart());
      return { id: of("id").at(-1) ?? null, data: of("data").join("\n") };
    })
    .filter((each) => each.id !== null || each.data !== "");
}

/**
 * Follows the event log, from `since` on, until it is told to end. The service ends each answer soon, so this
 * asks again from where it was. Throws what a request throws.
 */
export async function followLog(since: Date, heard: (events: readonly StoreEvent[]) => void, signal: AbortSignal): Promise<void> {
  let page: string | undefined;
  while (!signal.aborted) {
    const asked = {
      follow: "sse",
      since: since.toISOString().replace(/\.\d+Z$/, "Z"),
      accept_get_urls: "",
      page,
      wait: 15,
    };
    const answer = await send("GET", urlOf("/events", asked), { signal });
    const messages = messagesOf(await answer.text());
    page = messages.findLast((each) => each.id !== null)?.id ?? page;
    const events = messages.filter((each) => each.data !== "").map((each) => JSON.parse(each.data) as StoreEvent);
    if (events.length > 0) heard(events);
    else await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
