import { useRef } from "preact/hooks";
import { KINDS } from "../../api/types.ts";
import { href, place, replace } from "../../route.ts";
import { Fault } from "../../ui/fault.tsx";
import { useKeys } from "../../ui/keys.ts";
import { Rows } from "../../ui/rows.tsx";
import { askedOf, toQuery, type Asked } from "./asked.ts";
import { LibraryItem, ROW_PX } from "./item.tsx";
import { useListing, type Listing } from "./listing.ts";

const STATUSES = ["ingesting", "awaiting_content", "replication_in_progress", "closed_complete"];

export function Library() {
  const asked = askedOf(place.value.query);
  const listing = useListing(asked);
  const change = (to: Partial<Asked>): void =>
    replace(href(["library"], toQuery({ ...asked, ...to })));
  return (
    <div class="library">
      <Filters asked={asked} change={change} />
      <h1 class="unseen">Library</h1>
      <div class="count" role="status">
        {countText(asked, listing)}
        {listing.hasMore && !listing.isLoading && listing.seen > 0 && (
          <button class="button plain" onClick={listing.more}>
            Search further
          </button>
        )}
        <button class="button plain" onClick={listing.again}>
          Refresh
        </button>
      </div>
      {listing.error !== null ? (
        <div class="sheet">
          <Fault error={listing.error} again={listing.more} />
        </div>
      ) : listing.items.length === 0 && !listing.isLoading ? (
        <Nothing asked={asked} />
      ) : (
        <Rows
          key={JSON.stringify(asked)}
          count={listing.items.length}
          height={ROW_PX}
          label={asked.what === "flows" ? "Flows" : "Sources"}
          nearEnd={() => listing.items.length > 0 && listing.more()}
          row={(index) => {
            const item = listing.items[index];
            return (
              item && (
                <LibraryItem
                  key={item.id}
                  item={item}
                  what={asked.what}
                  index={index}
                  count={listing.items.length}
                  live={listing.isLive(item)}
                />
              )
            );
          }}
        />
      )}
    </div>
  );
}

function Filters({ asked, change }: { asked: Asked; change: (to: Partial<Asked>) => void }) {
  const search = useRef<HTMLInputElement>(null);
  useKeys({ "/": () => search.current?.focus() });
  const choose = (what: Asked["what"]) => (
    <button class="button" aria-pressed={asked.what === what} onClick={() => change({ what })}>
      {what === "sources" ? "Sources" : "Flows"}
    </button>
  );
  return (
    <div class="filters" role="search">
      <span class="switch">
        {choose("sources")}
        {choose("flows")}
      </span>
      <input
        ref={search}
        class="input search"
        type="search"
        aria-label="Search by label, id, or tag=value"
        placeholder="Label, id, or tag=value"
        value={asked.text}
        onInput={(event) => change({ text: event.currentTarget.value })}
      />
      <Choice label="Format" any="all formats" value={asked.kind} values={KINDS} set={(kind) => change({ kind })} />
      {asked.what === "flows" && (
        <>
          <Choice
            label="Status"
            any="all statuses"
            value={asked.status}
            values={STATUSES}
            set={(status) => change({ status })}
          />
          <input
            class="input"
            size={14}
            aria-label="Codec"
            placeholder="video/h264"
            value={asked.codec}
            onChange={(event) => change({ codec: event.currentTarget.value.trim() })}
          />
        </>
      )}
      <Choice
        label="Sort by"
        value={asked.sort}
        values={["created", "updated", "label"]}
        set={(sort) => change({ sort })}
      />
      <button class="button" aria-pressed={asked.everything} onClick={() => change({ everything: !asked.everything })}>
        Parts of collections
      </button>
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly any?: string;
  readonly set: (value: string) => void;
}

function Choice({ label, value, values, any, set }: ChoiceProps) {
  return (
    <select class="input" aria-label={label} value={value} onChange={(event) => set(event.currentTarget.value)}>
      {any !== undefined && <option value="">{any}</option>}
      {values.map((each) => (
        <option value={each}>{each.replaceAll("_", " ")}</option>
      ))}
    </select>
  );
}

function countText(asked: Asked, { items, seen, hasMore, isLoading }: Listing): string {
  if (isLoading && seen === 0) return "Looking…";
  const what = asked.what === "flows" ? "Flow" : "Source";
  const found = `${items.length.toLocaleString("en")} ${what}${items.length === 1 ? "" : "s"}`;
  if (!hasMore) return found;
  return `${found} among the first ${seen.toLocaleString("en")}${isLoading ? "; looking…" : ""}`;
}

function Nothing({ asked }: { asked: Asked }) {
  if (asked.text || asked.kind || asked.codec || asked.status) {
    return (
      <div class="empty">
        <strong>Nothing matches this search</strong>
        <a href={href(["library"], { what: asked.what === "flows" ? "flows" : undefined })}>Clear the search</a>
      </div>
    );
  }
  return (
    <div class="empty">
      <strong>The store is empty</strong>
      <span>Put in a clip that shows a timecode, or a file of your own:</span>
      <code>tams demo</code>
      <code>tams ingest my-video.mp4</code>
    </div>
  );
}
