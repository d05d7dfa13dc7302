import { kindOf, nameOf, type Flow } from "../../api/types.ts";
import { href } from "../../route.ts";
import { lengthText } from "../../time/timecode.ts";
import { parseSpan } from "../../time/timerange.ts";
import { when } from "../../ui/when.ts";
import type { Item } from "./listing.ts";
import { Thumbnail } from "./thumbnail.tsx";

export const ROW_PX = 56;

interface Props {
  readonly item: Item;
  readonly what: "sources" | "flows";
  readonly index: number;
  readonly count: number;
  readonly live: boolean;
}

export function LibraryItem({ item, what, index, count, live }: Props) {
  const kind = kindOf(item.format);
  const tags = Object.entries(item.tags ?? {}).slice(0, 4);
  const changed = "source_id" in item ? (item.metadata_updated ?? item.created) : item.updated;
  return (
    <div role="listitem" aria-posinset={index + 1} aria-setsize={count}>
      <a class="item" href={href([what, item.id])} style={{ top: `${index * ROW_PX}px` }}>
        <Thumbnail what={what} id={item.id} format={item.format} />
        <span class="name">
          <strong>{nameOf(item)}</strong>
          <span class="mono">{item.id.slice(0, 8)}</span>
        </span>
        <span class="kind" data-kind={kind}>
          {kind}
        </span>
        <span class="tech dim">{"source_id" in item ? technical(item) : made(item)}</span>
        <span class="chips">
          {live && <span class="badge live">LIVE</span>}
          {tags.map(([name, value]) => (
            <span class="chip" title={`${name} = ${[value].flat().join(", ")}`}>
              {name} {[value].flat().join(", ")}
            </span>
          ))}
        </span>
        <span class="dim" title={changed}>
          {when(changed)}
        </span>
      </a>
    </div>
  );
}

function made(item: Item): string {
  const parts = "source_collection" in item ? (item.source_collection ?? []) : [];
  return parts.length === 0 ? (item.description ?? "") : parts.map((each) => each.role ?? "part").join(" · ");
}

export function technical(flow: Flow): string {
  const it = flow.essence_parameters;
  const rate = it?.frame_rate && it.frame_rate.numerator / (it.frame_rate.denominator ?? 1);
  const span = parseSpan(flow.timerange);
  return [
    flow.codec?.split("/").at(-1)?.toUpperCase(),
    it?.frame_width && `${it.frame_width}×${it.frame_height}`,
    rate && `${Number(rate.toFixed(2))} fps`,
    it?.sample_rate && `${it.sample_rate / 1000} kHz`,
    it?.channels && `${it.channels} ch`,
    span && lengthText(span.end - span.start),
  ]
    .filter(Boolean)
    .join(" · ");
}
