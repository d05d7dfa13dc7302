import { api } from "../../api/client.ts";
import { kindOf, type BinEntry } from "../../api/types.ts";
import { go, href } from "../../route.ts";
import { say, sayFault } from "../../ui/notices.tsx";
import { PagedTable, usePaged } from "../../ui/paged.tsx";
import { bytesText, when } from "../../ui/when.ts";

const NAMES = { flow: "Flow", segments: "Segments of", source: "Source" } as const;

export function Bin() {
  const paged = usePaged<BinEntry>("/recycle-bin", { limit: 50 });
  const restore = async (entry: BinEntry): Promise<void> => {
    try {
      await api.post(`/recycle-bin/deletions/${entry.deletion_id}/restore`, undefined);
      say("Restored, with everything that the same request deleted");
      const isSource = entry.kind === "source";
      const id = isSource ? entry.source_id : entry.flow_id;
      if (id !== undefined) go(href([isSource ? "sources" : "flows", id]));
    } catch (error) {
      sayFault(error);
    }
  };
  return (
    <PagedTable
      paged={paged}
      label="Recycle bin"
      columns={["What", "Timerange", "Size", "Deleted", "Kept until", ""]}
      empty={
        <>
          <strong>The recycle bin is empty</strong>
          <span>What is deleted stays here until its time is over, and can be restored.</span>
        </>
      }
      row={(each) => (
        <tr key={each.id}>
          <td>
            <span class="kind" data-kind={kindOf(each.format ?? "multi")}>
              {NAMES[each.kind]} {each.label ?? (each.flow_id ?? each.source_id ?? "").slice(0, 8)}
            </span>
          </td>
          <td>
            <code>{each.timerange ?? ""}</code>
          </td>
          <td class="dim">{each.size_bytes === undefined ? "" : bytesText(each.size_bytes)}</td>
          <td class="dim" title={each.deleted_at}>
            {when(each.deleted_at)} {each.deleted_by && `by ${each.deleted_by}`}
          </td>
          <td class="dim" title={each.kept_until}>
            {when(each.kept_until)}
          </td>
          <td class="number">
            <button class="button" onClick={() => restore(each)}>
              Restore
            </button>
          </td>
        </tr>
      )}
    />
  );
}
