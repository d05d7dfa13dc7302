import { signal } from "@preact/signals";
import { Dialog } from "./dialog.tsx";

const isShown = signal(false);

export function showHelp(): void {
  isShown.value = true;
}

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "search the library"],
  ["Space  K", "play or pause"],
  ["J  L", "backwards, forwards; again for faster"],
  ["← →", "one frame back, one frame on"],
  ["Shift ← →", "one second"],
  ["Home  End", "to the first, to the last frame"],
  ["I  O", "mark in, mark out"],
  ["X", "clear the marks"],
  ["+  −", "zoom the timeline at the playhead"],
  ["F", "fit everything; with marks, fit them first"],
  ["T", "UTC, your own zone, TAI"],
  ["?", "this list"],
];

export function Help() {
  if (!isShown.value) return null;
  const close = (): void => {
    isShown.value = false;
  };
  return (
    <Dialog title="Keyboard" close={close}>
      <dl class="keys">
        {KEYS.map(([keys, meaning]) => (
          <>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </>
        ))}
      </dl>
      <div class="actions end">
        <button class="button first" autofocus onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
