import { signal } from "@preact/signals";
import { Dialog } from "./dialog.tsx";

interface Question {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly answer: (said: boolean) => void;
}

const asked = signal<Question | null>(null);

/** Asks before something is lost. */
export function confirmed(title: string, text: string, yes: string): Promise<boolean> {
  return new Promise((resolve) => {
    asked.value = {
      title,
      text,
      yes,
      answer: (said) => {
        asked.value = null;
        resolve(said);
      },
    };
  });
}

export function Confirmation() {
  const it = asked.value;
  if (it === null) return null;
  return (
    <Dialog title={it.title} close={() => it.answer(false)}>
      <p>{it.text}</p>
      <div class="actions end">
        <button class="button" autofocus onClick={() => it.answer(false)}>
          Cancel
        </button>
        <button class="button danger" onClick={() => it.answer(true)}>
          {it.yes}
        </button>
      </div>
    </Dialog>
  );
}
