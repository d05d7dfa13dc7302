import { kindOf } from "../../api/types.ts";
import { lengthText } from "../../time/timecode.ts";
import { formatTimeRange, gapsIn } from "../../time/timerange.ts";
import { technical } from "../library/item.tsx";
import type { Bench } from "./bench.ts";
import type { Subject } from "./subject.ts";

/** What the lanes are, how much they cover, and where the gaps are. */
export function Facts({ subject, bench }: { subject: Subject; bench: Bench }) {
  const extent = bench.extent.value;
  const transport = bench.transport.value;
  const gaps = bench.lanes.flatMap((lane) => (lane.extent.value === null ? [] : gapsIn(lane.extent.value, lane.ranges.value)));
  return (
    <section class="card" aria-label="What it is">
      <h2>Flows</h2>
      <ul class="items">
        {subject.lanes.map(({ flow, role }) => (
          <li>
            <span class="kind" data-kind={kindOf(flow.format)}>
              {role}
            </span>{" "}
            <span class="dim">{technical(flow)}</span>
          </li>
        ))}
      </ul>
      {extent !== null && (
        <dl class="pairs">
          <dt>Covers</dt>
          <dd class="mono">{formatTimeRange(extent)}</dd>
          <dt>Gaps</dt>
          <dd>
            {gaps.length === 0 ? (
              "none"
            ) : (
              <button class="link" onClick={() => gaps[0] && bench.seek(gaps[0].start - 1n)}>
                {gaps.length}, the first of {lengthText((gaps[0]?.end ?? 0n) - (gaps[0]?.start ?? 0n))}
              </button>
            )}
          </dd>
          {transport?.isReady.value && (
            <>
              <dt>Plays by</dt>
              <dd>
                {transport.engineName.value}
                {transport.note.value !== null && (
                  <span class="dim" title="What plays is more than the Flow shows">
                    {" "}
                    not exact yet: {transport.note.value}
                  </span>
                )}
              </dd>
            </>
          )}
        </dl>
      )}
    </section>
  );
}
