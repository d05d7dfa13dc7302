import { kindOf } from "../api/types.ts";
import { taiOf, utcOf } from "../time/tai.ts";
import type { Rate } from "../time/timecode.ts";
import { ticks, tickStep } from "../time/ticks.ts";
import type { Span } from "../time/timerange.ts";
import type { Ns } from "../time/timestamp.ts";
import { tickLabel, type Clock } from "./clock.ts";
import type { Palette } from "./palette.ts";
import { spanOf, xOf, type View } from "./view.ts";

export const AXIS_PX = 28;
export const LANE_PX = 34;
const INSET = 5;
const LABEL_PX = 110;
/** A Segment has edges only where there is room for them. */
const EDGE_PX = 5;

export interface Drawn {
  readonly format: string;
  readonly ranges: readonly Span[];
  readonly segments: readonly Span[];
  readonly extent: Span | null;
}

export interface Scene {
  readonly view: View;
  readonly lanes: readonly Drawn[];
  readonly playhead: Ns | null;
  readonly markIn: Ns | null;
  readonly markOut: Ns | null;
  readonly rate: Rate;
  readonly clock: Clock;
}

export function heightOf(lanes: number): number {
  return AXIS_PX + Math.max(1, lanes) * LANE_PX + 6;
}

export function draw(canvas: HTMLCanvasElement, scene: Scene, colours: Palette): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const height = heightOf(scene.lanes.length);
  const ratio = devicePixelRatio;
  const [width, tall] = [Math.round(scene.view.width * ratio), Math.round(height * ratio)];
  if (canvas.width !== width || canvas.height !== tall) {
    canvas.width = width;
    canvas.height = tall;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, scene.view.width, height);
  drawAxis(context, scene, colours, height);
  scene.lanes.forEach((lane, at) => drawLane(context, scene.view, lane, AXIS_PX + at * LANE_PX, colours));
  drawMarks(context, scene, colours, height);
  if (scene.playhead !== null) drawPlayhead(context, xOf(scene.view, scene.playhead), colours, height);
}

function drawAxis(context: CanvasRenderingContext2D, scene: Scene, colours: Palette, height: number): void {
  const { view, rate, clock } = scene;
  const step = tickStep(view.perPx * LABEL_PX, rate);
  const { start, end } = spanOf(view);
  context.font = `11px ${colours.mono}`;
  context.textBaseline = "middle";
  const isTai = clock === "tai";
  const found = isTai ? ticks(start, end, step) : ticks(utcOf(start), utcOf(end) + step, step).map(taiOf);
  for (const each of found) {
    const x = Math.round(xOf(view, each)) + 0.5;
    context.fillStyle = colours.line;
    context.fillRect(x - 0.5, AXIS_PX - 7, 1, height);
    context.fillStyle = colours.text;
    context.fillText(tickLabel(each, step, clock, rate), x + 4, AXIS_PX / 2 - 2);
  }
}

function drawLane(context: CanvasRenderingContext2D, view: View, lane: Drawn, top: number, colours: Palette): void {
  const [y, height] = [top + INSET, LANE_PX - 2 * INSET];
  const colour = colours.of[kindOf(lane.format)];
  if (lane.extent !== null) hatch(context, view, lane.extent, y, height, colours);
  for (const each of lane.ranges) {
    const [from, to] = clipped(view, each);
    if (to < 0 || from > view.width) continue;
    const width = Math.max(to - from, 1);
    context.globalAlpha = 1;
    context.fillStyle = colours.ground;
    context.fillRect(from, y, width, height);
    context.globalAlpha = 0.78;
    context.fillStyle = colour;
    context.fillRect(from, y, width, height);
  }
  context.globalAlpha = 1;
  context.fillStyle = colours.ground;
  for (const each of lane.segments) {
    const [from, to] = [xOf(view, each.start), xOf(view, each.end)];
    if (to - from < EDGE_PX || from < -1 || from > view.width) continue;
    context.fillRect(Math.round(from), y, 1, height);
  }
}

/** Where a Flow has begun and not ended, and has no media: a gap. */
function hatch(
  context: CanvasRenderingContext2D,
  view: View,
  extent: Span,
  y: number,
  height: number,
  colours: Palette,
): void {
  const [from, to] = clipped(view, extent);
  if (to <= from) return;
  context.save();
  context.beginPath();
  context.rect(from, y, to - from, height);
  context.clip();
  context.fillStyle = colours.lane;
  context.fillRect(from, y, to - from, height);
  context.strokeStyle = colours.faint;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = from - height - (from % 8); x < to; x += 8) {
    context.moveTo(x, y + height);
    context.lineTo(x + height, y);
  }
  context.stroke();
  context.restore();
}

function drawMarks(context: CanvasRenderingContext2D, scene: Scene, colours: Palette, height: number): void {
  const { view, markIn, markOut } = scene;
  if (markIn === null && markOut === null) return;
  const from = markIn === null ? -1 : xOf(view, markIn);
  const to = markOut === null ? view.width + 1 : xOf(view, markOut);
  context.fillStyle = colours.mark;
  context.globalAlpha = 0.16;
  context.fillRect(Math.max(from, 0), AXIS_PX, Math.min(to, view.width) - Math.max(from, 0), height);
  context.globalAlpha = 1;
  for (const [ns, way] of [[markIn, 1], [markOut, -1]] as const) {
    if (ns === null) continue;
    const x = Math.round(xOf(view, ns));
    context.fillRect(x - (way === 1 ? 0 : 2), AXIS_PX - 8, 2, height);
    context.beginPath();
    context.moveTo(x, AXIS_PX - 9);
    context.lineTo(x + 8 * way, AXIS_PX - 9);
    context.lineTo(x, AXIS_PX);
    context.fill();
  }
}

function drawPlayhead(context: CanvasRenderingContext2D, at: number, colours: Palette, height: number): void {
  const x = Math.round(at);
  context.fillStyle = colours.playhead;
  context.fillRect(x, AXIS_PX - 8, 1.5, height);
  context.beginPath();
  context.moveTo(x - 5, AXIS_PX - 14);
  context.lineTo(x + 6.5, AXIS_PX - 14);
  context.lineTo(x + 0.75, AXIS_PX - 6);
  context.fill();
}

/** In pixels, no further out than is drawn. */
function clipped(view: View, { start, end }: Span): [number, number] {
  return [Math.max(xOf(view, start), -2), Math.min(xOf(view, end), view.width + 2)];
}
