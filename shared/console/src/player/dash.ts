import address from "shaka-player/dist/shaka-player.compiled.js?url";
import type { Ns } from "../time/timestamp.ts";
import type { Engine } from "./engine.ts";
import { script } from "./script.ts";

interface ShakaPlayer {
  attach(video: HTMLVideoElement): Promise<void>;
  load(url: string): Promise<void>;
  destroy(): Promise<void>;
  addEventListener(name: string, listen: (event: { detail?: { code?: number } }) => void): void;
}

interface Shaka {
  readonly polyfill: { installAll(): void };
  readonly Player: { new (): ShakaPlayer; isBrowserSupported(): boolean };
}

/** Shaka on a document, whose presentation begins with the first media. Rejects if nothing can be played. */
export async function playDash(video: HTMLVideoElement, url: string, first: Ns, failed: (why: string) => void): Promise<Engine> {
  await script(address);
  const { shaka } = window as unknown as { shaka: Shaka };
  shaka.polyfill.installAll();
  if (!shaka.Player.isBrowserSupported()) throw new Error("this browser cannot play media in pieces (MSE)");
  const player = new shaka.Player();
  player.addEventListener("error", ({ detail }) => failed(`the player gave up: Shaka ${detail?.code}`));
  await player.attach(video);
  try {
    await player.load(url);
  } catch (error) {
    await player.destroy();
    const code = typeof error === "object" && error !== null && "code" in error ? error.code : error;
    throw new Error(`the player gave up: Shaka ${code}`);
  }
  return { name: "DASH", origin: () => first, end: () => void player.destroy() };
}
