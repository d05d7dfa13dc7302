import assert from "node:assert/strict";
import { test } from "node:test";
import { SECOND } from "../../time/timestamp.ts";
import { usedAgain } from "./edit.ts";

const marked = { start: 11n * SECOND, end: 13n * SECOND };

test("a Segment is used again from zero on, and its Object's own time stays", () => {
  const segment = { object_id: "o", timerange: "[10:0_12:0)", ts_offset: "8:600000000" };
  assert.deepEqual(usedAgain(segment, marked), {
    object_id: "o",
    timerange: "[0:0_1:0)",
    ts_offset: "-2:400000000",
  });
});

test("what is outside the marks is not used", () => {
  assert.equal(usedAgain({ object_id: "o", timerange: "[8:0_11:0)" }, marked), null);
});
