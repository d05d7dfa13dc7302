import { useEffect, useState } from "preact/hooks";
import { href } from "../../route.ts";
import { Fault } from "../../ui/fault.tsx";
import { when } from "../../ui/when.ts";
import { followLog, type StoreEvent } from "./stream.ts";

const SHOWN_MAX = 300;
const BACK_MS = 24 * 3_600_000;

/** The log of the last day, and what happens while one looks. */
export function Events() {
  const [events, setEvents] = useState<readonly StoreEvent[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);
  const [isPaused, setPaused] = useState(false);
  useEffect(() => {
    if (isPaused) return;
    const ending = new AbortController();
    const heard = (found: readonly StoreEvent[]): void =>
      setEvents((known) => {
        const ids = new Set(known.map((each) => each.event_id));
        return [...found.filter((each) => !ids.has(each.event_id)).reverse(), ...known].slice(0, SHOWN_MAX);
      });
    setError(null);
    followLog(new Date(Date.now() - BACK_MS), heard, ending.signal).catch((fault: unknown) => {
      if (!ending.signal.aborted) setError(fault);
    });
    return () => ending.abort();
  }, [round, isPaused]);
  return (
    <section class="stack" aria-label="Events">
      <div class="head">
        {error === null && !isPaused && <span class="badge live good">FOLLOWING</span>}
        <span class="dim">The last 24 hours, newest first</span>
        <button class="button" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
          Pause
        </button>
      </div>
      {error !== null && <Fault error={error} again={() => setRound(round + 1)} />}
      {events.length === 0 && error === null ? (
        <div class="empty">
          <strong>Nothing has happened yet</strong>
          <span>Put something in, and its events appear here:</span>
          <code>tams demo</code>
        </div>
      ) : (
        <ul class="log items" aria-label="Events, newest first">
          {events.map((each) => (
            <li key={each.event_id}>
              <span class="dim" title={each.event_timestamp}>
                {when(each.event_timestamp)}
              </span>
              <code>{each.event_type}</code>
              <Subject event={each} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** What an event is about: the id that its document has. */
function Subject({ event }: { event: StoreEvent }) {
  const isFlow = event.event_type.startsWith("flows/");
  const document = event.event ?? {};
  const inner = document[isFlow ? "flow" : "source"];
  const id = idOf(document[isFlow ? "flow_id" : "source_id"]) ?? idOf(inner);
  const label = typeof inner === "object" && inner !== null && "label" in inner ? String(inner.label) : null;
  const segments = Array.isArray(document.segments) ? ` · ${document.segments.length} ${document.segments.length === 1 ? "Segment" : "Segments"}` : "";
  if (id === null) return <span />;
  const isGone = event.event_type.endsWith("/deleted");
  const words = label ?? id;
  return (
    <span>
      {isGone ? <code>{words}</code> : <a href={href([isFlow ? "flows" : "sources", id])}>{words}</a>}
      <span class="dim">
        {segments}
        {typeof document.timerange === "string" && ` · ${document.timerange}`}
      </span>
    </span>
  );
}

function idOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null && "id" in value ? String(value.id) : null;
}
