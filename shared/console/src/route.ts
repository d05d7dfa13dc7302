import { computed, signal } from "@preact/signals";
import { placeOf } from "./place.ts";

/** Where the reader is, in the fragment of the address, so that every place can be linked to below any base path. */
const hash = signal(location.hash);
addEventListener("hashchange", () => {
  hash.value = location.hash;
});

export const place = computed(() => placeOf(hash.value));

export function href(parts: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const search = new URLSearchParams(given).toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${search === "" ? "" : `?${search}`}`;
}

export function go(to: string): void {
  location.hash = to;
}

/** A new address for the same place, which "back" passes over. */
export function replace(to: string): void {
  history.replaceState(null, "", to);
  hash.value = to;
}
