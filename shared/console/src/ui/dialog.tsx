import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface Props {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
  /** Whether there is a way back: without one, Escape does nothing. */
  readonly mayClose?: boolean;
}

/** A modal dialog of the browser's own: it keeps the focus, and Escape closes it. */
export function Dialog({ title, close, children, mayClose = true }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const it = element.current;
    it?.showModal();
    return () => it?.close();
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        if (mayClose) close();
      }}
    >
      <div class="stack">
        <h1 id={heading}>{title}</h1>
        {children}
      </div>
    </dialog>
  );
}
