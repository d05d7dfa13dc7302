import type { Span } from "../time/timerange.ts";
import type { Ns } from "../time/timestamp.ts";

/** A loaded list of media, and how the time of the video element lies on the timeline. */
export interface Engine {
  readonly name: "HLS" | "DASH";
  /** The instant that the element calls zero. */
  origin(): Ns;
  end(): void;
}

export interface Target {
  readonly kind: "sources" | "flows";
  readonly id: string;
  /** The Flow whose picture decides what is exact; null where there is only sound. */
  readonly pictureId: string | null;
  /** What to load; null for all of it. */
  readonly stretch: Span | null;
  /** The first instant of that with media. */
  readonly first: Ns;
}
