import { useCallback, useEffect, useState } from "preact/hooks";

export interface Loaded<T> {
  readonly value: T | null;
  readonly error: unknown;
  readonly again: () => void;
}

/** What `load` finds; anew when `key` changes, or when asked. What was shown stays until then. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, key: string): Loaded<T> {
  const [found, setFound] = useState<{ key: string; value: T | null; error: unknown }>({
    key,
    value: null,
    error: null,
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const ending = new AbortController();
    load(ending.signal).then(
      (value) => !ending.signal.aborted && setFound({ key, value, error: null }),
      (error) => !ending.signal.aborted && setFound({ key, value: null, error }),
    );
    return () => ending.abort();
    // `load` is made anew by each render; `key` says when it differs.
  }, [key, round]);
  const again = useCallback(() => setRound((it) => it + 1), []);
  const isOld = found.key !== key;
  return { value: isOld ? null : found.value, error: isOld ? null : found.error, again };
}
