import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOf } from "./place.ts";

test("an address names parts and a query", () => {
  const place = placeOf("#/flows/a%2Fb?at=1%3A0");
  assert.deepEqual(place.parts, ["flows", "a/b"]);
  assert.equal(place.query.get("at"), "1:0");
});

test("an address that is cut off is still an address", () => {
  for (const part of ["%", "%E0%A4%A", "%zz"]) assert.deepEqual(placeOf(`#/flows/${part}`).parts, ["flows", part]);
});
