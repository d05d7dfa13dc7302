import type { Bench } from "../views/workbench/bench.ts";
import { AXIS_PX } from "./draw.ts";
import { nsAt, panned, xOf, zoomed } from "./view.ts";

const CLICK_PX = 4;
const HANDLE_PX = 7;

type Drag = "scrub" | "pan" | "in" | "out";

/** Mouse, pen and touch: the axis and a click seek, lanes pan, marks are dragged, the wheel zooms. */
export function handle(canvas: HTMLCanvasElement, bench: Bench): () => void {
  let drag: { kind: Drag; x: number; moved: boolean } | null = null;
  const at = (event: MouseEvent): { x: number; y: number } => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const kindAt = (x: number, y: number): Drag => {
    for (const [kind, mark] of [["in", bench.markIn.value], ["out", bench.markOut.value]] as const) {
      if (mark !== null && y < AXIS_PX && Math.abs(xOf(bench.view.value, mark) - x) < HANDLE_PX) return kind;
    }
    return y < AXIS_PX ? "scrub" : "pan";
  };
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const { x, y } = at(event);
    canvas.setPointerCapture(event.pointerId);
    drag = { kind: kindAt(x, y), x, moved: false };
    if (drag.kind === "scrub") bench.seek(nsAt(bench.view.value, x));
  };
  const move = (event: PointerEvent): void => {
    const { x, y } = at(event);
    if (drag === null) {
      canvas.style.cursor = kindAt(x, y) === "pan" ? "grab" : kindAt(x, y) === "scrub" ? "text" : "ew-resize";
      return;
    }
    drag.moved ||= Math.abs(x - drag.x) > CLICK_PX;
    const ns = nsAt(bench.view.value, x);
    if (drag.kind === "scrub") bench.seek(ns);
    else if (drag.kind === "pan" && drag.moved) {
      bench.view.value = panned(bench.view.value, drag.x - x);
      drag.x = x;
    } else if (drag.kind === "in" || drag.kind === "out") bench.drag(drag.kind, ns);
  };
  const up = (event: PointerEvent): void => {
    if (drag?.kind === "pan" && !drag.moved) bench.seek(nsAt(bench.view.value, at(event).x));
    drag = null;
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      bench.view.value = panned(bench.view.value, sideways);
    } else bench.view.value = zoomed(bench.view.value, at(event).x, Math.exp(event.deltaY * 0.0022));
  };
  const all = [
    ["pointerdown", down],
    ["pointermove", move],
    ["pointerup", up],
    ["pointercancel", up],
    ["wheel", wheel],
  ] as const;
  for (const [name, listen] of all) canvas.addEventListener(name, listen as EventListener, { passive: false });
  return () => {
    for (const [name, listen] of all) canvas.removeEventListener(name, listen as EventListener);
  };
}
