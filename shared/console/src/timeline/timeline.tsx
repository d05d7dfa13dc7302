import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { formatTimestamp } from "../time/timestamp.ts";
import { kindOf } from "../api/types.ts";
import { href } from "../route.ts";
import { theme } from "../ui/theme.ts";
import type { Bench } from "../views/workbench/bench.ts";
import { instantText } from "./clock.ts";
import { AXIS_PX, draw, heightOf, LANE_PX } from "./draw.ts";
import { rangesIn } from "./lane.ts";
import { palette } from "./palette.ts";
import { handle } from "./pointer.ts";
import { fitted, resized } from "./view.ts";

/** The lanes' names, and the canvas with their time. */
export function Timeline({ bench }: { bench: Bench }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const it = canvas.current;
    if (it === null) return;
    const ends = [keepDrawn(it, bench), keepSized(it, bench), handle(it, bench)];
    return () => ends.forEach((end) => end());
  }, [bench]);
  const playhead = bench.transport.value?.playhead.value ?? null;
  const extent = bench.extent.value;
  const part = extent && playhead !== null ? Number(playhead - extent.start) / Number(extent.end - extent.start) : 0;
  return (
    <section class="timeline" aria-label="Timeline">
      <div class="names" style={{ paddingTop: `${AXIS_PX}px` }}>
        {bench.lanes.map((lane) => (
          <a
            class="kind"
            data-kind={kindOf(lane.flow.format)}
            href={href(["flows", lane.flow.id])}
            style={{ height: `${LANE_PX}px` }}
            title={`${lane.flow.label ?? lane.flow.id}: ${lane.flow.codec ?? ""}`}
          >
            <span>{lane.role}</span>
            {lane.flow.status === "ingesting" && <span class="badge live">LIVE</span>}
          </a>
        ))}
      </div>
      <div class="canvas">
        <canvas
          ref={canvas}
          tabIndex={0}
          role="slider"
          aria-label="Playhead"
          aria-valuemin={0}
          aria-valuemax={1000}
          aria-valuenow={Math.round(part * 1000)}
          aria-valuetext={playhead === null ? "no media" : instantText(playhead, bench.clock.value, bench.rate)}
          data-playhead={playhead === null ? "" : formatTimestamp(playhead)}
          style={{ height: `${heightOf(bench.lanes.length)}px` }}
        />
      </div>
    </section>
  );
}

/** Draws when something of the scene changes, at most once a frame. */
function keepDrawn(canvas: HTMLCanvasElement, bench: Bench): () => void {
  let colours = palette();
  let asked = 0;
  const stopTheme = effect(() => {
    theme();
    queueMicrotask(() => {
      colours = palette();
      again();
    });
  });
  const scene = () => ({
    view: bench.view.value,
    lanes: bench.lanes.map((each) => ({
      format: each.flow.format,
      ranges: rangesIn(each, bench.view.value),
      segments: each.segments.value,
      extent: each.extent.value,
    })),
    playhead: bench.transport.value?.playhead.value ?? null,
    markIn: bench.markIn.value,
    markOut: bench.markOut.value,
    rate: bench.rate,
    clock: bench.clock.value,
  });
  function again(): void {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => draw(canvas, scene(), colours));
  }
  const stop = effect(() => {
    scene();
    again();
  });
  return () => {
    stop();
    stopTheme();
    cancelAnimationFrame(asked);
  };
}

/** The first size shows everything; later ones keep what is in view. */
function keepSized(canvas: HTMLCanvasElement, bench: Bench): () => void {
  const watching = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    const extent = bench.extent.value;
    const view = bench.view.value;
    const isFirst = view.width === 0 && extent !== null;
    bench.view.value = isFirst ? fitted({ ...view, width }, extent) : resized(view, width);
  });
  watching.observe(canvas.parentElement ?? canvas);
  const stop = effect(() => {
    void bench.view.value;
    bench.look();
  });
  return () => {
    watching.disconnect();
    stop();
  };
}
