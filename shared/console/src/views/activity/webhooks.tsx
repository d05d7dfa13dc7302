import { api, urlOf } from "../../api/client.ts";
import type { Webhook } from "../../api/types.ts";
import { say, sayFault } from "../../ui/notices.tsx";
import { PagedTable, usePaged, type Paged } from "../../ui/paged.tsx";
import { when } from "../../ui/when.ts";

export function Webhooks() {
  const paged = usePaged<Webhook>("/service/webhooks", { limit: 100 }, 10_000);
  return (
    <PagedTable
      paged={paged}
      label="Webhooks"
      columns={["Receiver", "Events", "State", ""]}
      empty={
        <>
          <strong>No webhook is registered</strong>
          <span>A webhook sends each event to a URL of yours. Register one with POST /service/webhooks.</span>
          <a href={urlOf("/docs")}>How the API takes it</a>
        </>
      }
      row={(each) => (
        <tr key={each.id}>
          <td>
            <code>{each.url}</code>
          </td>
          <td class="dim">{each.events.join(", ")}</td>
          <td>
            <span class={`badge ${each.status === "error" ? "bad" : each.status === "disabled" ? "calm" : "good"}`}>{each.status}</span>
            {each.error && (
              <div class="dim">
                {each.error.summary} {when(each.error.time)}
              </div>
            )}
          </td>
          <td class="number">
            <Toggle webhook={each} paged={paged} />
          </td>
        </tr>
      )}
    />
  );
}

function Toggle({ webhook, paged }: { webhook: Webhook; paged: Paged<Webhook> }) {
  const isOff = webhook.status === "error" || webhook.status === "disabled";
  const change = async (): Promise<void> => {
    try {
      const { error: _, ...kept } = webhook;
      await api.put(`/service/webhooks/${webhook.id}`, { ...kept, status: isOff ? "created" : "disabled" });
      say(isOff ? "The webhook is on again; what it missed follows" : "The webhook is off");
      paged.again();
    } catch (error) {
      sayFault(error);
    }
  };
  return (
    <button class="button" onClick={change}>
      {isOff ? "Enable" : "Disable"}
    </button>
  );
}
