import { computed, signal } from "@preact/signals";
import { hull, type Span } from "../../time/timerange.ts";
import { HOUR, parseTimestamp, type Ns } from "../../time/timestamp.ts";
import { frameStart, nearestFrame, type Rate } from "../../time/timecode.ts";
import { CLOCKS, type Clock } from "../../timeline/clock.ts";
import { laneOf, type Lane } from "../../timeline/lane.ts";
import { fitted, following, type View } from "../../timeline/view.ts";
import type { Transport } from "../../player/transport.ts";
import { sayFault } from "../../ui/notices.tsx";
import { pictureOf, rateOf, type Subject } from "./subject.ts";

/** A player's list has up to 20,000 Segments. Longer stretches are loaded in parts around the playhead. */
const LOADED_MAX = 6n * HOUR;

/** What one workbench holds: lanes, view, marks, and the player when there is one. */
export class Bench {
  readonly rate: Rate;
  readonly lanes: readonly Lane[];
  readonly view = signal<View>({ start: 0n, perPx: 1e7, width: 0 });
  readonly markIn = signal<Ns | null>(null);
  readonly markOut = signal<Ns | null>(null);
  readonly clock = signal<Clock>("utc");
  readonly transport = signal<Transport | null>(null);
  readonly extent = computed(() => hull(this.lanes.map((each) => each.extent.value).filter((each) => each !== null)));
  readonly marked = computed<Span | null>(() => {
    const [start, end] = [this.markIn.value, this.markOut.value];
    return start !== null && end !== null && start < end ? { start, end } : null;
  });
  /** Where the address says to begin. */
  private readonly first: Ns | null;
  private loaded: Span | null = null;

  constructor(
    readonly subject: Subject,
    query: URLSearchParams,
  ) {
    this.rate = rateOf(subject);
    this.lanes = subject.lanes.map(({ flow, role }) => laneOf(flow, role, sayFault));
    this.markIn.value = parseTimestamp(query.get("in") ?? "");
    this.markOut.value = parseTimestamp(query.get("out") ?? "");
    this.first = parseTimestamp(query.get("at") ?? "") ?? this.markIn.value;
  }

  look(): void {
    for (const each of this.lanes) each.look(this.view.value);
  }

  /** Loads the player's list, all of it or the part that holds an instant. */
  load(at: Ns | null = this.first): void {
    const [extent, transport] = [this.extent.value, this.transport.value];
    if (extent === null || transport === null) return;
    const stretch = partOf(extent, at ?? extent.start);
    this.loaded = stretch ?? extent;
    const ranges = this.lanes.flatMap((each) => each.ranges.value);
    const begin = this.loaded.start;
    const starts = ranges.filter((each) => each.end > begin).map((each) => (each.start > begin ? each.start : begin));
    const first = starts.reduce<Ns>((a, b) => (b < a ? b : a), starts[0] ?? begin);
    const { kind, resource } = this.subject;
    const pictureId = pictureOf(this.subject)?.id ?? null;
    void transport.open({ kind, id: resource.id, pictureId, stretch, first }, this.loaded, at);
  }

  /** Shows an instant, and loads what holds it where that is not loaded. */
  seek(ns: Ns): void {
    const extent = this.extent.value;
    if (extent === null) return;
    const inside = ns < extent.start ? extent.start : ns >= extent.end ? extent.end - 1n : ns;
    if (this.loaded !== null && (inside < this.loaded.start || inside >= this.loaded.end)) this.load(inside);
    else this.transport.value?.seek(inside);
  }

  fit(): void {
    const extent = this.extent.value;
    const marked = this.marked.value;
    if (extent === null) return;
    const isAtMarks = marked !== null && fitted(this.view.value, marked).perPx === this.view.value.perPx;
    this.view.value = fitted(this.view.value, marked !== null && !isAtMarks ? marked : extent);
  }

  follow(ns: Ns): void {
    this.view.value = following(this.view.value, ns);
  }

  mark(which: "in" | "out"): void {
    const at = this.transport.value?.playhead.value ?? null;
    if (at === null) return;
    const [mark, other] = which === "in" ? [this.markIn, this.markOut] : [this.markOut, this.markIn];
    mark.value = which === "out" ? this.outAt(at) : at;
    const [start, end] = [this.markIn.value, this.markOut.value];
    if (start !== null && end !== null && start >= end) other.value = null;
  }

  /** An out mark ends before the frame on show, or after it where that is the last one. */
  private outAt(ns: Ns): Ns {
    const extent = this.extent.value;
    return extent !== null && ns + frameStart(1n, this.rate) >= extent.end ? extent.end : ns;
  }

  /** Moves a mark to the nearest frame, as far as the other. */
  drag(which: "in" | "out", ns: Ns): void {
    const extent = this.extent.value;
    if (extent === null) return;
    const at = nearestFrame(ns, extent.start, this.rate);
    const [start, end] = which === "in" ? [at, this.markOut.value] : [this.markIn.value, at];
    if (start !== null && end !== null && start >= end) return;
    (which === "in" ? this.markIn : this.markOut).value = at;
  }

  clearMarks(): void {
    this.markIn.value = null;
    this.markOut.value = null;
  }

  nextClock(): void {
    this.clock.value = CLOCKS[(CLOCKS.indexOf(this.clock.value) + 1) % CLOCKS.length] ?? "utc";
  }

  /** What was stored may have changed. */
  again(): void {
    for (const each of this.lanes) each.again();
    this.load(this.transport.value?.playhead.value ?? null);
  }

  end(): void {
    for (const each of this.lanes) each.end();
    this.transport.value?.end();
  }
}

function partOf(extent: Span, at: Ns): Span | null {
  if (extent.end - extent.start <= LOADED_MAX) return null;
  const start = at - LOADED_MAX / 4n;
  const from = start < extent.start ? extent.start : start;
  const to = from + LOADED_MAX;
  return { start: from, end: to < extent.end ? to : extent.end };
}
