import { useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import { nameOf, type Flow, type Source, type Tags } from "../../api/types.ts";
import { href } from "../../route.ts";
import { Fault } from "../../ui/fault.tsx";
import { useLoaded } from "../../ui/loading.ts";
import { say, sayFault } from "../../ui/notices.tsx";
import { when } from "../../ui/when.ts";
import { TagRows, tagRowsOf, tagsOf, type TagRow } from "./tags.tsx";

type Resource = Source | Flow;

export function Metadata({ kind, id }: { kind: "sources" | "flows"; id: string }) {
  const path = `/${kind}/${id}`;
  const { value, error, again } = useLoaded(async (signal) => (await api.get<Resource>(path, {}, signal)).body, path);
  return (
    <div class="sheet">
      <div class="head">
        <h1>{value === null ? "Metadata" : nameOf(value)}</h1>
        <code class="dim">{id}</code>
        <a href={href([kind, id])}>Back to the timeline</a>
      </div>
      {error !== null && <Fault error={error} again={again} />}
      {value !== null && (
        <div class="grid">
          <Words key={JSON.stringify(value)} path={path} resource={value} saved={again} />
          <Known resource={value} path={path} changed={again} />
        </div>
      )}
    </div>
  );
}

function Words({ path, resource, saved }: { path: string; resource: Resource; saved: () => void }) {
  const [label, setLabel] = useState(resource.label ?? "");
  const [description, setDescription] = useState(resource.description ?? "");
  const [rows, setRows] = useState<readonly TagRow[]>(tagRowsOf(resource.tags));
  const isLocked = "read_only" in resource && resource.read_only === true;
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await saveText(`${path}/label`, resource.label, label);
      await saveText(`${path}/description`, resource.description, description);
      await saveTags(path, resource.tags ?? {}, tagsOf(rows));
      say("Saved");
      saved();
    } catch (error) {
      sayFault(error);
    }
  };
  return (
    <form class="panel" onSubmit={save}>
      <h2>Metadata</h2>
      <label class="field">
        <span>Label</span>
        <input class="input" value={label} disabled={isLocked} onInput={(event) => setLabel(event.currentTarget.value)} />
      </label>
      <label class="field">
        <span>Description</span>
        <textarea
          class="input"
          rows={3}
          value={description}
          disabled={isLocked}
          onInput={(event) => setDescription(event.currentTarget.value)}
        />
      </label>
      <TagRows rows={rows} disabled={isLocked} change={setRows} />
      <div class="actions end">
        <button class="button first" type="submit" disabled={isLocked}>
          Save
        </button>
      </div>
    </form>
  );
}

async function saveText(path: string, before: string | undefined, now: string): Promise<void> {
  if ((before ?? "") === now) return;
  if (now === "") await api.delete(path);
  else await api.put(path, now);
}

/** Only what differs is written, so that a tag that another has set meanwhile stays. */
async function saveTags(path: string, before: Tags, now: Tags): Promise<void> {
  for (const [name, value] of Object.entries(now)) {
    if (JSON.stringify(before[name]) !== JSON.stringify(value)) {
      await api.put(`${path}/tags/${encodeURIComponent(name)}`, value);
    }
  }
  for (const name of Object.keys(before)) {
    if (!(name in now)) await api.delete(`${path}/tags/${encodeURIComponent(name)}`);
  }
}

function Known({ resource, path, changed }: { resource: Resource; path: string; changed: () => void }) {
  const isFlow = "source_id" in resource;
  const lock = async (isLocked: boolean): Promise<void> => {
    try {
      await api.put(`${path}/read_only`, isLocked);
      say(isLocked ? "The Flow is read-only" : "The Flow can be changed");
      changed();
    } catch (error) {
      sayFault(error);
    }
  };
  const kind = isFlow ? "flows" : "sources";
  const collects = (isFlow ? resource.flow_collection : resource.source_collection)?.map((each) => each.id) ?? [];
  const collectedBy = resource.collected_by ?? [];
  const links = (ids: readonly string[], kind: string) =>
    ids.map((each) => (
      <div>
        <a class="mono" href={href([kind, each])}>
          {each}
        </a>
      </div>
    ));
  return (
    <section class="panel">
      <h2>Details</h2>
      <dl class="pairs">
        <dt>Format</dt>
        <dd>{resource.format}</dd>
        {isFlow && (
          <>
            <dt>Source</dt>
            <dd>{links([resource.source_id], "sources")}</dd>
            <dt>Codec</dt>
            <dd>{resource.codec ?? "–"}</dd>
            <dt>Container</dt>
            <dd>{resource.container ?? "–"}</dd>
            <dt>Status</dt>
            <dd>{resource.status ?? "–"}</dd>
          </>
        )}
        <dt>Created</dt>
        <dd title={resource.created}>
          {when(resource.created)} {resource.created_by && `by ${resource.created_by}`}
        </dd>
        {collects.length > 0 && (
          <>
            <dt>Collects</dt>
            <dd>{links(collects, kind)}</dd>
          </>
        )}
        {collectedBy.length > 0 && (
          <>
            <dt>Part of</dt>
            <dd>{links(collectedBy, kind)}</dd>
          </>
        )}
      </dl>
      {isFlow && (
        <label>
          <input
            type="checkbox"
            checked={resource.read_only === true}
            onChange={(event) => void lock(event.currentTarget.checked)}
          />{" "}
          Read-only: neither metadata nor Segments can change
        </label>
      )}
    </section>
  );
}
