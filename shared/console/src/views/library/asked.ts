import type { Query } from "../../api/client.ts";
import { formatOf } from "../../api/types.ts";

/** What the library shows, as its address says it. */
export interface Asked {
  readonly what: "sources" | "flows";
  readonly text: string;
  readonly kind: string;
  readonly codec: string;
  readonly status: string;
  readonly sort: string;
  readonly everything: boolean;
}

export function askedOf(query: URLSearchParams): Asked {
  return {
    what: query.get("what") === "flows" ? "flows" : "sources",
    text: query.get("q") ?? "",
    kind: query.get("kind") ?? "",
    codec: query.get("codec") ?? "",
    status: query.get("status") ?? "",
    sort: query.get("sort") ?? "created",
    everything: query.get("all") === "1",
  };
}

export function toQuery(asked: Asked): Record<string, string | undefined> {
  return {
    what: asked.what === "flows" ? "flows" : undefined,
    q: asked.text,
    kind: asked.kind,
    codec: asked.what === "flows" ? asked.codec : undefined,
    status: asked.what === "flows" ? asked.status : undefined,
    sort: asked.sort === "created" ? undefined : asked.sort,
    all: asked.everything ? "1" : undefined,
  };
}

const TAG = /^([^\s=]+)=(.*)$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isId(text: string): boolean {
  return UUID.test(text.trim());
}

/** Whether the text is `name=value`: a tag, which the service looks for itself. */
export function tagOf(text: string): readonly [string, string] | null {
  const found = TAG.exec(text.trim());
  return found?.[1] === undefined ? null : [found[1], found[2] ?? ""];
}

/** The part of it that the service decides. */
export function apiQuery(asked: Asked): Query {
  const tag = tagOf(asked.text);
  const isFlows = asked.what === "flows";
  const sort = asked.sort === "updated" && isFlows ? "metadata_updated" : asked.sort;
  return {
    limit: 100,
    sort_by: sort,
    format: asked.kind === "" ? undefined : formatOf(asked.kind),
    ...(isFlows ? { codec: asked.codec || undefined, status: asked.status || undefined, include_timerange: true } : {}),
    ...(tag === null ? {} : tag[1] === "" ? { [`tag_exists.${tag[0]}`]: true } : { [`tag.${tag[0]}`]: tag[1] }),
  };
}

interface Searched {
  readonly id: string;
  readonly label?: string;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string | readonly string[]>>;
}

/** Whether an item has the text, which is no tag: in its label, its description, its tags, or at the start of its id. */
export function hasText(item: Searched, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === "" || tagOf(text) !== null) return true;
  const values = Object.values(item.tags ?? {}).flat();
  return (
    item.id.startsWith(wanted) ||
    [item.label ?? "", item.description ?? "", ...values].some((each) => each.toLowerCase().includes(wanted))
  );
}
