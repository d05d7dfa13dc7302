import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Query } from "../api/client.ts";
import { page } from "../api/paging.ts";
import { Fault } from "./fault.tsx";

export interface Paged<T> {
  readonly items: readonly T[];
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly more: () => void;
  readonly again: () => void;
}

/** A listing of the API, a page at a time. `everyMs` asks for the first page again. */
export function usePaged<T>(path: string, query: Query, everyMs?: number): Paged<T> {
  const [items, setItems] = useState<readonly T[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [isLoading, setLoading] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const ending = useRef<AbortController | null>(null);
  const load = useCallback(
    async (key: string | null, known: readonly T[]) => {
      ending.current?.abort();
      const mine = (ending.current = new AbortController());
      setLoading(true);
      try {
        const found = await page<T>(path, query, key, mine.signal);
        setItems([...known, ...found.items]);
        setNext(found.next);
        setError(null);
      } catch (fault) {
        if (!mine.signal.aborted) setError(fault);
      } finally {
        if (!mine.signal.aborted) setLoading(false);
      }
    },
    [path],
  );
  useEffect(() => {
    void load(null, []);
    const timer = everyMs === undefined ? undefined : setInterval(() => void load(null, []), everyMs);
    return () => {
      clearInterval(timer);
      ending.current?.abort();
    };
  }, [load]);
  const again = useCallback(() => void load(null, []), [load]);
  return { items, hasMore: next !== null, isLoading, error, more: () => void load(next, items), again };
}

interface Props<T> {
  readonly paged: Paged<T>;
  readonly label: string;
  readonly columns: readonly string[];
  readonly row: (item: T) => ComponentChildren;
  readonly empty: ComponentChildren;
}

/** It as a table, with what to say when there is nothing. */
export function PagedTable<T>({ paged, label, columns, row, empty }: Props<T>) {
  if (paged.error !== null) return <Fault error={paged.error} again={paged.again} />;
  if (paged.items.length === 0) return paged.isLoading ? <p class="dim">Loading…</p> : <div class="empty">{empty}</div>;
  return (
    <>
      <table class="list" aria-label={label}>
        <thead>
          <tr>
            {columns.map((each) => (
              <th scope="col">{each}</th>
            ))}
          </tr>
        </thead>
        <tbody>{paged.items.map(row)}</tbody>
      </table>
      {paged.hasMore && (
        <p>
          <button class="button" disabled={paged.isLoading} onClick={paged.more}>
            More
          </button>
        </p>
      )}
    </>
  );
}
