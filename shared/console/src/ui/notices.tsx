import { signal } from "@preact/signals";
import { ApiError } from "../api/client.ts";

interface Notice {
  readonly id: number;
  readonly text: string;
  readonly requestId: string | null;
  readonly bad: boolean;
}

const shown = signal<readonly Notice[]>([]);
let last = 0;

function show(text: string, bad: boolean, requestId: string | null = null): void {
  const notice = { id: (last += 1), text, requestId, bad };
  shown.value = [...shown.value.slice(-3), notice];
  if (!bad) setTimeout(() => dismiss(notice.id), 6000);
}

function dismiss(id: number): void {
  shown.value = shown.value.filter((each) => each.id !== id);
}

export function say(text: string): void {
  show(text, false);
}

/** A failure of something that the reader asked for. One of signing in is shown by the sign-in itself. */
export function sayFault(error: unknown): void {
  if (error instanceof DOMException && error.name === "AbortError") return;
  const id = error instanceof ApiError ? error.requestId : null;
  show(error instanceof Error ? error.message : String(error), true, id);
}

export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {shown.value.map((each) => (
        <div key={each.id} class={each.bad ? "notice bad" : "notice"}>
          <div>
            {each.text}
            {each.requestId !== null && (
              <div class="dim">
                request <code>{each.requestId}</code>
              </div>
            )}
          </div>
          <button class="button plain" aria-label="Dismiss" onClick={() => dismiss(each.id)}>
            ✕
          </button>
        </div>
      ))}
    </div>
  );
}
