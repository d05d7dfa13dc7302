import assert from "node:assert/strict";
import { test } from "node:test";
import { SECOND } from "../time/timestamp.ts";
import { fitted, following, nsAt, panned, resized, spanOf, xOf, zoomed, type View } from "./view.ts";

const view: View = { start: 1_700_000_000n * SECOND, perPx: 1e7, width: 1000 };

test("what is under the pointer stays there while one zooms", () => {
  for (const factor of [0.5, 2, 1.1]) {
    const at = nsAt(view, 321);
    assert.ok(Math.abs(xOf(zoomed(view, 321, factor), at) - 321) < 0.01);
  }
});

test("zooming ends at fractions of a frame and at centuries", () => {
  let it = view;
  for (let n = 0; n < 200; n += 1) it = zoomed(it, 500, 2);
  assert.equal(it.perPx, 1e16);
  for (let n = 0; n < 200; n += 1) it = zoomed(it, 500, 0.5);
  assert.equal(it.perPx, 1e5);
});

test("a span fits with room beside it, and stays when the window is resized", () => {
  const span = { start: 0n, end: 10n * SECOND };
  const it = fitted(view, span);
  assert.ok(xOf(it, span.start) > 0 && xOf(it, span.end) < it.width);
  const wide = resized(it, 2000);
  assert.ok(Math.abs(xOf(wide, span.end) - 2 * xOf(it, span.end)) < 0.01);
  assert.equal(spanOf(panned(it, 10)).start, nsAt(it, 10));
});

test("the view follows the playhead only where it leaves", () => {
  assert.equal(following(view, nsAt(view, 999)), view);
  const far = following(view, nsAt(view, 5000));
  assert.ok(Math.abs(xOf(far, nsAt(view, 5000)) - 150) < 0.01);
});
