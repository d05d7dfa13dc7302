import assert from "node:assert/strict";
import { test } from "node:test";
import { taiAheadSeconds, taiOf, utcOf, utcText } from "./tai.ts";
import { frameAt, frameStart, lengthText, nearestFrame, timecode } from "./timecode.ts";
import { formatTimeRange, gapsIn, merged, parseSpan, parseTimeRange } from "./timerange.ts";
import { tickStep, ticks } from "./ticks.ts";
import { formatTimestamp, parseTimestamp, SECOND } from "./timestamp.ts";

test("timestamps come back as they were, also below zero", () => {
  for (const text of ["0:0", "1:40000000", "-0:1", "-12:999999999", "1700000000:0"]) {
    assert.equal(formatTimestamp(parseTimestamp(text) ?? 0n), text);
  }
  for (const text of ["1", "1:", "01:0", "1:1000000000", "1.5", "+1:0"]) {
    assert.equal(parseTimestamp(text), null);
  }
});

test("timeranges are read with all their bounds", () => {
  assert.deepEqual(parseTimeRange("[1:0_2:0)"), { start: SECOND, end: 2n * SECOND });
  assert.deepEqual(parseTimeRange("(1:0_2:0]"), { start: SECOND + 1n, end: 2n * SECOND + 1n });
  assert.deepEqual(parseTimeRange("[1:0]"), { start: SECOND, end: SECOND + 1n });
  assert.deepEqual(parseTimeRange("[1:0_"), { start: SECOND, end: null });
  assert.deepEqual(parseTimeRange("_"), { start: null, end: null });
  for (const empty of ["()", "", "[2:0_1:0)", "nonsense"]) assert.equal(parseTimeRange(empty), null);
  assert.equal(formatTimeRange({ start: 0n, end: SECOND }), "[0:0_1:0)");
  assert.equal(parseSpan("_"), null);
});

test("spans merge where they touch, and leave gaps where they do not", () => {
  const spans = merged([{ start: 5n, end: 7n }, { start: 0n, end: 2n }, { start: 2n, end: 3n }]);
  assert.deepEqual(spans, [{ start: 0n, end: 3n }, { start: 5n, end: 7n }]);
  assert.deepEqual(gapsIn({ start: -1n, end: 9n }, spans), [
    { start: -1n, end: 0n },
    { start: 3n, end: 5n },
    { start: 7n, end: 9n },
  ]);
});

test("TAI is ahead of UTC by its leap seconds", () => {
  assert.equal(taiAheadSeconds(0n), 0);
  assert.equal(taiAheadSeconds(1_700_000_000n * SECOND), 37);
  const utc = BigInt(Date.UTC(2017, 0, 1)) * 1_000_000n;
  assert.equal(taiOf(utc) - utc, 37n * SECOND);
  assert.equal(taiOf(utc - SECOND) - utc, 35n * SECOND);
  assert.equal(utcOf(taiOf(utc)), utc);
  assert.equal(utcText(taiOf(utc)), "2017-01-01 00:00:00.000");
});

test("frames of 29.97 begin where they should", () => {
  const rate = { numerator: 30_000, denominator: 1001 };
  for (const index of [0n, 1n, 2n, 29n, 30n, 1_000_001n, -1n, -7n]) {
    assert.equal(frameAt(frameStart(index, rate), rate), index);
    assert.equal(frameAt(frameStart(index, rate) - 1n, rate), index - 1n);
    assert.equal(nearestFrame(frameStart(index, rate) + 400n, 0n, rate), frameStart(index, rate));
  }
});

test("timecodes and lengths are for people", () => {
  const rate = { numerator: 25, denominator: 1 };
  assert.equal(timecode(3661n * SECOND + 40_000_000n, rate), "01:01:01:01");
  assert.equal(timecode(-SECOND, rate), "23:59:59:00");
  assert.equal(lengthText(2_400_000_000n), "2.4 s");
  assert.equal(lengthText(200n * SECOND), "3 min 20 s");
  assert.equal(lengthText(SECOND * 86_400n * 3652n), "10.0 years");
});

test("ticks go from frames to decades", () => {
  const rate = { numerator: 25, denominator: 1 };
  assert.equal(tickStep(1e7, rate), 40_000_000n);
  assert.equal(tickStep(9e8, rate), SECOND);
  assert.equal(tickStep(3e17, rate), 3652n * 86_400n * SECOND);
  assert.deepEqual(ticks(-3n, 7n, 5n), [0n, 5n]);
});
