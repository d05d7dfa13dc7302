import type { DeletionRequest } from "../../api/types.ts";
import { parseSpan } from "../../time/timerange.ts";
import { PagedTable, usePaged } from "../../ui/paged.tsx";
import { when } from "../../ui/when.ts";

const EVERY_MS = 3000;

export function Deletions() {
  const paged = usePaged<DeletionRequest>("/flow-delete-requests", { limit: 50 }, EVERY_MS);
  return (
    <PagedTable
      paged={paged}
      label="Deletion requests"
      columns={["Flow", "Deletes", "State", "Progress", "Asked for"]}
      empty={
        <>
          <strong>No deletion is under way</strong>
          <span>A deletion of many Segments runs in the background, and this page shows how far it is.</span>
        </>
      }
      row={(each) => (
        <tr key={each.id}>
          <td>
            <code title={each.flow_id}>{each.flow_id.slice(0, 8)}</code>
          </td>
          <td>
            {each.delete_flow ? "the Flow" : <code>{each.timerange_to_delete}</code>}
          </td>
          <td>
            <span class={`badge ${each.status === "error" ? "bad" : each.status === "done" ? "good" : "calm"}`}>{each.status}</span>
            {each.error?.summary && <div class="dim">{each.error.summary}</div>}
          </td>
          <td>
            <Progress request={each} />
          </td>
          <td class="dim" title={each.created}>
            {when(each.created)} {each.created_by && `by ${each.created_by}`}
          </td>
        </tr>
      )}
    />
  );
}

function Progress({ request }: { request: DeletionRequest }) {
  const done = partDone(request);
  if (done === null) return <span class="dim">{request.timerange_remaining ?? ""}</span>;
  return (
    <div class="progress" role="progressbar" aria-label="Deleted" aria-valuenow={Math.round(done * 100)} aria-valuemin={0} aria-valuemax={100}>
      <i style={{ width: `${done * 100}%` }} />
    </div>
  );
}

/** By time; null where a bound is missing, so that nobody knows. */
export function partDone(request: DeletionRequest): number | null {
  if (request.status === "done") return 1;
  const all = parseSpan(request.timerange_to_delete);
  const rest = parseSpan(request.timerange_remaining);
  if (all === null || rest === null) return null;
  return 1 - Number(rest.end - rest.start) / Number(all.end - all.start);
}
