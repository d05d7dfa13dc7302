import { ApiError } from "../api/client.ts";

/** Why a view has nothing to show, and what finds it in the service's log. */
export function Fault({ error, again }: { error: unknown; again?: () => void }) {
  const id = error instanceof ApiError ? error.requestId : null;
  return (
    <div class="fault stack" role="alert">
      <div>{error instanceof Error ? error.message : String(error)}</div>
      {id !== null && (
        <div class="dim">
          request <code>{id}</code>
        </div>
      )}
      {again && (
        <div>
          <button class="button" onClick={again}>
            Try again
          </button>
        </div>
      )}
    </div>
  );
}
