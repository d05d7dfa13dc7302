import assert from "node:assert/strict";
import { test } from "node:test";
import { messagesOf } from "./stream.ts";

test("a stream is messages with ids, and where to go on", () => {
  const text = 'retry: 100\n\nid: a\nevent: flows/created\ndata: {"event_type":"flows/created"}\n\nid: b\n\n';
  assert.deepEqual(messagesOf(text), [
    { id: "a", data: '{"event_type":"flows/created"}' },
    { id: "b", data: "" },
  ]);
});
