import { formatTimestamp } from "../../time/timestamp.ts";
import { instantText } from "../../timeline/clock.ts";
import type { Bench } from "./bench.ts";

const CLOCK_NAMES = { utc: "UTC", local: "Local", tai: "TAI" } as const;

export function Controls({ bench }: { bench: Bench }) {
  const transport = bench.transport.value;
  const playhead = transport?.playhead.value ?? null;
  const speed = transport?.speed.value ?? 0;
  const clock = bench.clock.value;
  const act = (name: string, keys: string, does: () => void, text: string, first = false) => (
    <button class={first ? "button first" : "button"} onClick={does} aria-label={name} title={`${name} (${keys})`}>
      {text}
    </button>
  );
  return (
    <div class="controls" role="toolbar" aria-label="Playback">
      <span class="actions">
        {act("One frame back", "←", () => transport?.step(-1), "◂❙")}
        {act("Play backwards", "J", () => transport?.shuttle(-1), "◀")}
        {act(speed === 0 ? "Play" : "Pause", "K or space", () => transport?.toggle(), speed === 0 ? "▶" : "❙❙", true)}
        {act("Play faster", "L", () => transport?.shuttle(1), "▶▶")}
        {act("One frame on", "→", () => transport?.step(1), "❙▸")}
      </span>
      <output class="timecode mono" aria-label="Time of the playhead">
        {playhead === null ? "--:--:--:--" : instantText(playhead, clock, bench.rate)}
      </output>
      <button class="button plain" onClick={() => bench.nextClock()} title="UTC, your own zone, TAI (T)">
        {CLOCK_NAMES[clock]} <kbd>T</kbd>
      </button>
      {Math.abs(speed) > 1 || speed < 0 ? <span class="badge calm">{speed}×</span> : null}
      <span class="dim mono tai" title="On the timeline: TAI, seconds:nanoseconds">
        {playhead !== null && clock !== "tai" && formatTimestamp(playhead)}
      </span>
      <span class="actions rest">
        <button class="button" onClick={() => bench.mark("in")}>
          Mark in <kbd>I</kbd>
        </button>
        <button class="button" onClick={() => bench.mark("out")}>
          Mark out <kbd>O</kbd>
        </button>
        <button class="button" onClick={() => bench.fit()}>
          Fit <kbd>F</kbd>
        </button>
      </span>
    </div>
  );
}
