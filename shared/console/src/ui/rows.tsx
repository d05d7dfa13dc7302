import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

interface Props {
  readonly count: number;
  readonly height: number;
  readonly label: string;
  readonly row: (index: number) => ComponentChildren;
  /** Called when the end comes near. */
  readonly nearEnd: () => void;
}

const SPARE = 8;

/** A long list of rows of one height, of which only those in view exist. */
export function Rows({ count, height, label, row, nearEnd }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, size: 800 });
  const look = (): void => {
    const it = box.current;
    if (it !== null) setView({ top: it.scrollTop, size: it.clientHeight });
  };
  useEffect(() => {
    look();
    addEventListener("resize", look);
    return () => removeEventListener("resize", look);
  }, []);
  const first = Math.max(0, Math.floor(view.top / height) - SPARE);
  const last = Math.min(count, Math.ceil((view.top + view.size) / height) + SPARE);
  useEffect(() => {
    if (last >= count - SPARE) nearEnd();
  }, [last, count]);
  const indexes = Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
  return (
    <div class="rows" ref={box} onScroll={look} role="list" aria-label={label} tabIndex={0}>
      <div class="all" role="presentation" style={{ height: `${count * height}px` }}>
        {indexes.map(row)}
      </div>
    </div>
  );
}
