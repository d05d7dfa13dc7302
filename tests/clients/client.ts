// A client by openapi-fetch: allocates, uploads, registers and lists. Prints what it found as JSON.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Flow = components["schemas"]["Flow"];
type Segment = components["schemas"]["FlowSegmentPost"];

declare const process: { argv: string[] };

const [baseUrl = "", flowId = "", sourceId = ""] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl });

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the server refused");
  return value;
}

const flow: Flow = {
  id: flowId,
  source_id: sourceId,
  format: "urn:x-nmos:format:video",
  codec: "video/h264",
  container: "video/mp2t",
  essence_parameters: { frame_width: 1920, frame_height: 1080, frame_rate: { numerator: 25 } },
};
// @ts-expect-error: a Segment without its Object
const incomplete: Segment = { timerange: "[0:0_1:0)" };
void incomplete;

const path = { flowId };
const made: Flow = present((await client.PUT("/flows/{flowId}", { params: { path }, body: flow })).data);
await client.PUT("/flows/{flowId}/label", { params: { path }, body: "generated" });

const storage = present(
  (await client.POST("/flows/{flowId}/storage", { params: { path }, body: { limit: 2 } })).data,
);
const segments: Segment[] = (storage.media_objects ?? []).map((allocated, at) => ({
  object_id: allocated.object_id,
  timerange: `[${at}:0_${at + 1}:0)`,
}));
for (const { put_url } of storage.media_objects ?? []) {
  const headers: Record<string, string> = { "content-type": put_url["content-type"] ?? "" };
  const uploaded = await fetch(put_url.url, { method: "PUT", headers, body: "media" });
  if (!uploaded.ok) throw new Error(await uploaded.text());
}
const { response } = await client.POST("/flows/{flowId}/segments", { params: { path }, body: segments });

const listed = present(
  (await client.GET("/flows/{flowId}/segments", { params: { path, query: { limit: 10 } } })).data,
);
const urls: string[] = listed.flatMap((segment) => (segment.get_urls ?? []).map((each) => each.url));
const label: string | null = present((await client.GET("/flows/{flowId}/label", { params: { path } })).data);
const { error } = await client.GET("/sources/{sourceId}", { params: { path: { sourceId: "none" } } });
const timeranges = listed.map((segment) => segment.timerange);
console.log(
  JSON.stringify({ status: response.status, format: made.format, label, timeranges, urls, error: error?.type }),
);
