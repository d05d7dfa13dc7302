import type { Kind } from "../api/types.ts";

const PATHS: Record<Kind, string> = {
  video: "M4 6h11v12H4zM15 10l5-3v10l-5-3z",
  audio: "M4 10v4M8 7v10M12 4v16M16 8v8M20 10v4",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4",
  data: "M8 5l-4 7 4 7M16 5l4 7-4 7M13 5l-2 14",
  multi: "M5 5h14M5 12h14M5 19h14",
};

export function KindIcon({ kind }: { kind: Kind }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true">
      <path d={PATHS[kind]} stroke-linejoin="round" stroke-linecap="round" />
    </svg>
  );
}

export function Brand() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect x="3" y="7" width="15" height="4.5" rx="1" fill="var(--video)" />
      <rect x="8" y="14" width="21" height="4.5" rx="1" fill="var(--audio)" />
      <rect x="3" y="21" width="10" height="4.5" rx="1" fill="var(--data)" />
      <rect x="20" y="3" width="2" height="26" fill="var(--mark)" />
    </svg>
  );
}
