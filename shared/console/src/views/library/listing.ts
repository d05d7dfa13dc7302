import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiError } from "../../api/client.ts";
import { page, type Page } from "../../api/paging.ts";
import type { Flow, Source } from "../../api/types.ts";
import { apiQuery, hasText, isId, type Asked } from "./asked.ts";

export type Item = Source | Flow;

export interface Listing {
  readonly items: readonly Item[];
  readonly seen: number;
  readonly isLive: (item: Item) => boolean;
  readonly more: () => void;
  readonly again: () => void;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly error: unknown;
}

/** Pages that are looked through for words without being asked to go on. */
const AT_ONCE = 5;

interface State {
  readonly items: readonly Item[];
  readonly seen: number;
  readonly next: string | null;
  readonly ended: boolean;
  readonly live: ReadonlySet<string>;
  readonly isLoading: boolean;
  readonly error: unknown;
}

const EMPTY: State = {
  items: [],
  seen: 0,
  next: null,
  ended: false,
  live: new Set(),
  isLoading: true,
  error: null,
};

/** The library's items, page by page: a request a page, and for Sources one more at first, for what is live. */
export function useListing(asked: Asked): Listing {
  const key = JSON.stringify(asked);
  const [state, setState] = useState(EMPTY);
  const [round, setRound] = useState(0);
  const current = useRef<{ ending: AbortController; busy: boolean; state: State } | null>(null);

  const load = async (mine: { ending: AbortController; busy: boolean; state: State }): Promise<void> => {
    if (mine.busy || mine.state.ended) return;
    mine.busy = true;
    const show = (change: Partial<State>): void => {
      mine.state = { ...mine.state, ...change };
      if (current.current === mine) setState(mine.state);
    };
    show({ isLoading: true, error: null });
    try {
      for (let round = 0; round < AT_ONCE && !mine.ending.signal.aborted; round += 1) {
        const found = await nextPage(asked, mine.state.next, mine.ending.signal);
        const fitting = found.items.filter((each) => fits(each, asked));
        show({
          items: [...mine.state.items, ...fitting],
          seen: mine.state.seen + found.items.length,
          next: found.next,
          ended: found.next === null,
        });
        if (fitting.length > 0 || found.next === null) break;
      }
    } catch (error) {
      if (!mine.ending.signal.aborted) show({ error });
    } finally {
      mine.busy = false;
      show({ isLoading: false });
    }
  };

  useEffect(() => {
    const mine = { ending: new AbortController(), busy: false, state: EMPTY };
    current.current = mine;
    setState(EMPTY);
    void load(mine);
    if (asked.what === "sources") {
      liveSources(mine.ending.signal).then(
        (live) => {
          mine.state = { ...mine.state, live };
          if (current.current === mine) setState(mine.state);
        },
        () => undefined, // a badge less; what is wrong shows with the page
      );
    }
    return () => mine.ending.abort();
  }, [key, round]);

  return {
    ...state,
    hasMore: !state.ended,
    again: () => setRound(round + 1),
    more: () => current.current && void load(current.current),
    isLive: (item) => isLive(item, state.live),
  };
}

async function nextPage(asked: Asked, key: string | null, signal: AbortSignal): Promise<Page<Item>> {
  if (isId(asked.text)) return { items: await byId(asked, signal), next: null };
  return page<Item>(`/${asked.what}`, apiQuery(asked), key, signal);
}

async function byId(asked: Asked, signal: AbortSignal): Promise<Item[]> {
  try {
    const path = `/${asked.what}/${asked.text.trim().toLowerCase()}`;
    return [(await api.get<Item>(path, asked.what === "flows" ? { include_timerange: true } : {}, signal)).body];
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

/** Parts of a collection are shown with it, unless they are asked for. */
function fits(item: Item, asked: Asked): boolean {
  if (isId(asked.text)) return true;
  const isPart = (item.collected_by ?? []).length > 0;
  return (asked.everything || !isPart) && hasText(item, asked.text);
}

async function liveSources(signal: AbortSignal): Promise<ReadonlySet<string>> {
  const { items } = await page<Flow>("/flows", { status: "ingesting", limit: 1000 }, null, signal);
  return new Set(items.map((each) => each.source_id));
}

function isLive(item: Item, live: ReadonlySet<string>): boolean {
  if ("source_id" in item) return item.status === "ingesting";
  return live.has(item.id) || (item.source_collection ?? []).some((each) => live.has(each.id));
}
