import assert from "node:assert/strict";
import { test } from "node:test";
import { apiQuery, askedOf, hasText, toQuery } from "./asked.ts";

const asked = (text: string) => askedOf(new URLSearchParams(text));

test("what is asked goes into the address and comes back", () => {
  for (const text of ["", "what=flows&q=cam&kind=video&codec=video%2Fh264&sort=label", "q=a%3Db&all=1"]) {
    const given = Object.entries(toQuery(asked(text))).filter(([, value]) => value);
    assert.equal(new URLSearchParams(given as [string, string][]).toString(), text);
  }
});

test("tags and formats are for the service, words for the page", () => {
  assert.equal(apiQuery(asked("q=genre=news"))["tag.genre"], "news");
  assert.equal(apiQuery(asked("q=genre="))["tag_exists.genre"], true);
  assert.equal(apiQuery(asked("kind=image")).format, "urn:x-tam:format:image");
  assert.equal(apiQuery(asked("what=flows&sort=updated")).sort_by, "metadata_updated");
  const item = { id: "abcd", label: "Camera 1", tags: { place: ["Salford"] } };
  for (const text of ["camera", "abc", "salf", "genre=news", ""]) assert.ok(hasText(item, text), text);
  assert.ok(!hasText(item, "bcd"));
});
