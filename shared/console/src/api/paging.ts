import { api, type Query } from "./client.ts";

export interface Page<T> {
  readonly items: readonly T[];
  /** The key of the next page; null after the last. */
  readonly next: string | null;
}

/** One page. The key of the next comes from the `Link` header's own parameters. */
export async function page<T>(path: string, query: Query, key: string | null, signal?: AbortSignal): Promise<Page<T>> {
  const asked = key === null ? query : { ...query, page: key };
  const { body, headers } = await api.get<T[]>(path, asked, signal);
  return { items: body, next: nextKey(headers.get("link")) };
}

/** All pages, up to `most` items. */
export async function all<T>(path: string, query: Query, most: number, signal?: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  let key: string | null = null;
  do {
    const found: Page<T> = await page<T>(path, query, key, signal);
    items.push(...found.items);
    key = found.next;
  } while (key !== null && items.length < most);
  return items.slice(0, most);
}

export function nextKey(link: string | null): string | null {
  const found = /<([^>]+)>\s*;\s*rel="?next"?/.exec(link ?? "");
  return found?.[1] === undefined ? null : new URL(found[1]).searchParams.get("page");
}
