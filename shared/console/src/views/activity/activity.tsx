import { href } from "../../route.ts";
import { Bin } from "./bin.tsx";
import { Deletions } from "./deletions.tsx";
import { Events } from "./events.tsx";
import { Webhooks } from "./webhooks.tsx";

const PARTS = [
  ["events", "Events"],
  ["webhooks", "Webhooks"],
  ["deletions", "Deletions"],
  ["bin", "Recycle bin"],
] as const;

export function Activity({ part }: { part: string }) {
  return (
    <div class="sheet">
      <h1 class="unseen">Activity</h1>
      <nav class="tabs" aria-label="Activity">
        {PARTS.map(([path, name]) => (
          <a href={href(["activity", path])} aria-current={path === part ? "page" : undefined}>
            {name}
          </a>
        ))}
      </nav>
      {part === "webhooks" ? <Webhooks /> : part === "deletions" ? <Deletions /> : part === "bin" ? <Bin /> : <Events />}
    </div>
  );
}
