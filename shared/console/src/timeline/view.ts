import type { Span } from "../time/timerange.ts";
import type { Ns } from "../time/timestamp.ts";

/** The stretch of time that a canvas shows: where its left edge is, and how many nanoseconds a pixel takes. */
export interface View {
  readonly start: Ns;
  readonly perPx: number;
  readonly width: number;
}

/** From a frame on two hundred pixels to a few hundred years on a screen. */
const PER_PX_MIN = 1e5;
const PER_PX_MAX = 1e16;

export function xOf(view: View, ns: Ns): number {
  return Number(ns - view.start) / view.perPx;
}

export function nsAt(view: View, x: number): Ns {
  return view.start + BigInt(Math.round(x * view.perPx));
}

export function spanOf(view: View): Span {
  return { start: view.start, end: nsAt(view, view.width) };
}

/** What is under `x` stays there. A factor above one shows more time. */
export function zoomed(view: View, x: number, factor: number): View {
  const perPx = Math.min(PER_PX_MAX, Math.max(PER_PX_MIN, view.perPx * factor));
  return { ...view, perPx, start: nsAt(view, x) - BigInt(Math.round(x * perPx)) };
}

export function panned(view: View, px: number): View {
  return { ...view, start: nsAt(view, px) };
}

/** A span with a little room beside it. */
export function fitted(view: View, span: Span, room = 0.03): View {
  const width = Math.max(view.width, 1);
  const length = Number(span.end - span.start) * (1 + 2 * room);
  const perPx = Math.min(PER_PX_MAX, Math.max(PER_PX_MIN, length / width));
  const middle = span.start + (span.end - span.start) / 2n;
  return { ...view, perPx, start: middle - BigInt(Math.round((width / 2) * perPx)) };
}

/** The view moved so that an instant is in it; as it is where it already is. */
export function following(view: View, ns: Ns): View {
  const x = xOf(view, ns);
  if (x >= 0 && x <= view.width) return view;
  return { ...view, start: ns - BigInt(Math.round(view.width * 0.15 * view.perPx)) };
}

/** Another width, with the same span in it. */
export function resized(view: View, width: number): View {
  if (view.width === 0 || width === 0) return { ...view, width };
  return { ...view, width, perPx: (view.perPx * view.width) / width };
}
