import { api, send, urlOf } from "../../api/client.ts";
import { service } from "../../api/service.ts";
import { token } from "../../api/session.ts";
import type { StorageBackend } from "../../api/types.ts";
import { lengthText } from "../../time/timecode.ts";
import { parseTimestamp } from "../../time/timestamp.ts";
import { Fault } from "../../ui/fault.tsx";
import { useLoaded } from "../../ui/loading.ts";
import { claimsOf } from "./claims.ts";

type Health = Readonly<Record<string, unknown>>;

export function ServiceView() {
  return (
    <div class="sheet">
      <div class="head">
        <h1>{service.value?.name ?? "Service"}</h1>
        <span class="dim">{service.value?.description}</span>
      </div>
      <div class="grid">
        <HealthPanel />
        <About />
        <Backends />
        <Who />
      </div>
    </div>
  );
}

/** Of each part, where the reader is an admin; for others whether all is well. */
function HealthPanel() {
  const { value, error, again } = useLoaded(readHealth, `health ${token.value !== null}`);
  return (
    <section class="panel" aria-label="Health">
      <h2>Health</h2>
      {error !== null && <Fault error={error} again={again} />}
      {value !== null && (
        <dl class="pairs">
          {Object.entries(value).map(([part, state]) => (
            <>
              <dt>{part === "status" ? "overall" : part}</dt>
              <dd>
                <span class={`badge ${state === "ok" ? "good" : "bad"}`}>{String(state)}</span>
              </dd>
            </>
          ))}
        </dl>
      )}
      <div>
        <button class="button" onClick={again}>
          Check again
        </button>
      </div>
    </section>
  );
}

/** A 503 says what is wrong, as a 200 says that all is well. */
async function readHealth(signal: AbortSignal): Promise<Health> {
  const headers = new Headers(token.value === null ? {} : { Authorization: `Bearer ${token.value}` });
  const answer = await fetch(urlOf("/health"), { headers, signal });
  if (answer.status !== 503 && !answer.ok) await send("GET", urlOf("/health"));
  return (await answer.json()) as Health;
}

function About() {
  const it = service.value;
  const kept = parseTimestamp(it?.min_object_timeout ?? "");
  return (
    <section class="panel" aria-label="About">
      <h2>About</h2>
      <dl class="pairs">
        <dt>TAMS API</dt>
        <dd>{it?.api_version ?? "–"}</dd>
        <dt>Version</dt>
        <dd>{it?.service_version ?? "–"}</dd>
        <dt>Unused Objects kept for</dt>
        <dd title={it?.min_object_timeout}>{kept !== null ? lengthText(kept) : "–"}</dd>
        <dt>Events by</dt>
        <dd>{it?.event_stream_mechanisms?.map((each) => each.name).join(", ") ?? "–"}</dd>
      </dl>
      <div class="actions">
        <a class="button" href={urlOf("/docs")}>
          The API
        </a>
        <a class="button" href={urlOf("/console/licences.txt")}>
          Licences
        </a>
      </div>
    </section>
  );
}

function Backends() {
  const { value, error, again } = useLoaded(
    async (signal) => (await api.get<StorageBackend[]>("/service/storage-backends", {}, signal)).body,
    "backends",
  );
  return (
    <section class="panel" aria-label="Storage backends">
      <h2>Storage backends</h2>
      {error !== null && <Fault error={error} again={again} />}
      <ul class="items">
        {(value ?? []).map((each) => (
          <li>
            <strong>{each.label ?? each.id.slice(0, 8)}</strong>{" "}
            {each.default_storage && <span class="badge calm">default</span>}
            <div class="dim">
              {[each.provider, each.store_product, each.region].filter(Boolean).join(" · ")} <code>{each.id}</code>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What the token says of its bearer. Only the service decides what that allows. */
function Who() {
  const claims = token.value === null ? null : claimsOf(token.value);
  return (
    <section class="panel" aria-label="Who I am">
      <h2>Who I am</h2>
      {token.value === null ? (
        <p>This service requires no credentials: anyone who can reach it may do anything.</p>
      ) : claims === null ? (
        <p>The bearer of a static token, which says nothing about itself.</p>
      ) : (
        <dl class="pairs">
          {claims.map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd class="mono">{value}</dd>
            </>
          ))}
        </dl>
      )}
    </section>
  );
}
