import type HlsJs from "hls.js";
import address from "hls.js/dist/hls.min.js?url";
import { taiOf } from "../time/tai.ts";
import type { Ns } from "../time/timestamp.ts";
import type { Engine } from "./engine.ts";
import { script } from "./script.ts";

const MS = 1_000_000n;

/** hls.js on a list. The dates in the list say where the element's time lies. Rejects if nothing can be played. */
export async function playHls(video: HTMLVideoElement, url: string, first: Ns, failed: (why: string) => void): Promise<Engine> {
  await script(address);
  const { Hls } = window as unknown as { Hls: typeof HlsJs };
  if (!Hls.isSupported()) throw new Error("this browser cannot play media in pieces (MSE)");
  const hls = new Hls({ enableWorker: false, maxBufferLength: 30, backBufferLength: 60 });
  let origin = first;
  let known: string | null = null;
  let recovered = false;
  // A list says when a piece begins; only its samples say where the element has put it. Pictures count for more.
  hls.on(Hls.Events.LEVEL_PTS_UPDATED, (_, { type, frag, start }) => {
    if (frag.programDateTime === null || (type === "audio" && known === "video")) return;
    const found = taiOf(BigInt(Math.round(frag.programDateTime)) * MS) - seconds(start);
    if (type !== known || distance(found, origin) > 2n * MS) origin = found;
    known = type;
  });
  const ready = new Promise<void>((resolve, reject) => {
    hls.on(Hls.Events.FRAG_BUFFERED, () => resolve());
    hls.on(Hls.Events.ERROR, (_, error) => {
      if (!error.fatal) return;
      if (error.type === Hls.ErrorTypes.MEDIA_ERROR && !recovered) {
        recovered = true;
        hls.recoverMediaError();
        return;
      }
      const why = `the player gave up: ${error.details}${statusOf(error.response)}`;
      reject(new Error(why));
      failed(why);
    });
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  try {
    await ready;
  } catch (error) {
    hls.destroy();
    throw error;
  }
  return { name: "HLS", origin: () => origin, end: () => hls.destroy() };
}

function statusOf(response: { code?: number } | undefined): string {
  return response?.code ? ` (HTTP ${response.code})` : "";
}

function seconds(length: number): Ns {
  return BigInt(Math.round(length * 1e9));
}

function distance(a: Ns, b: Ns): Ns {
  return a > b ? a - b : b - a;
}
