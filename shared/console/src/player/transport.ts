import { batch, signal } from "@preact/signals";
import { frameAt, frameStart, nearestFrame, type Rate } from "../time/timecode.ts";
import { least, most, type Ns } from "../time/timestamp.ts";
import type { Span } from "../time/timerange.ts";
import { chooseList } from "./addresses.ts";
import { playDash } from "./dash.ts";
import type { Engine, Target } from "./engine.ts";
import { playHls } from "./hls.ts";
import { Reverse } from "./reverse.ts";

const SPEEDS = [1, 2, 4, 8];

/** Plays what is at an address, and speaks of time as the timeline does: nanoseconds, and frames of a grid. */
export class Transport {
  /** The first instant of the frame on show. */
  readonly playhead = signal<Ns | null>(null);
  readonly isPlaying = signal(false);
  /** Negative backwards, zero where it stands. */
  readonly speed = signal(0);
  readonly fault = signal<string | null>(null);
  readonly note = signal<string | null>(null);
  readonly engineName = signal("");
  readonly isReady = signal(false);
  private engine: Engine | null = null;
  private extent: Span | null = null;
  /** Where the first frame begins. Players know it to the millisecond, the store exactly. */
  private grid: Ns = 0n;
  private round = 0;
  private readonly reverse = new Reverse((ns) => this.seek(ns));

  constructor(
    private readonly video: HTMLVideoElement,
    readonly rate: Rate,
  ) {
    video.addEventListener("play", () => this.moves());
    video.addEventListener("pause", () => this.moves());
    video.addEventListener("ratechange", () => this.moves());
    video.addEventListener("timeupdate", () => video.videoWidth === 0 && this.look(video.currentTime));
    this.watch();
  }

  /** Loads a list and shows its first frame, or that at an instant. */
  async open(target: Target, extent: Span, at: Ns | null): Promise<void> {
    const mine = (this.round += 1);
    this.close();
    this.extent = extent;
    this.grid = target.first;
    batch(() => {
      this.fault.value = null;
      this.isReady.value = false;
      this.playhead.value = at ?? target.first;
    });
    try {
      const { by, url, inexact } = await chooseList(target);
      const failed = (why: string): void => {
        this.fault.value = why;
      };
      const play = by === "HLS" ? playHls : playDash;
      const engine = await play(this.video, url, target.first, failed);
      if (mine !== this.round) return engine.end();
      this.engine = engine;
      batch(() => {
        this.engineName.value = by;
        this.note.value = inexact;
        this.isReady.value = true;
      });
      this.seek(at ?? target.first);
    } catch (error) {
      if (mine === this.round) this.fault.value = error instanceof Error ? error.message : String(error);
    }
  }

  /** Nothing more will play: says why. */
  fail(why: string): void {
    this.round += 1;
    this.close();
    this.fault.value = why;
  }

  close(): void {
    this.reverse.stop();
    this.engine?.end();
    this.engine = null;
  }

  end(): void {
    this.round += 1;
    this.close();
  }

  /** Shows the frame at an instant. */
  seek(ns: Ns): void {
    if (this.engine === null || this.extent === null) return;
    const inside = most(this.extent.start, least(ns, this.extent.end - 1n));
    const start = this.grid + frameStart(frameAt(inside - this.grid, this.rate), this.rate);
    this.playhead.value = start;
    const middle = start + frameStart(1n, this.rate) / 2n;
    this.video.currentTime = Math.max(0, Number(middle - this.engine.origin()) / 1e9);
  }

  step(frames: number): void {
    if (this.playhead.value === null) return;
    this.pause();
    const by = frameStart(BigInt(Math.abs(frames)), this.rate);
    const half = frameStart(1n, this.rate) / 2n;
    this.seek(this.playhead.value + half + (frames < 0 ? -by : by));
  }

  toggle(): void {
    if (this.speed.value === 0) this.shuttle(1);
    else this.pause();
  }

  pause(): void {
    this.reverse.stop();
    this.video.pause();
    this.speed.value = 0;
  }

  /** Forwards or backwards; again for faster, and the other way to begin again. */
  shuttle(way: 1 | -1): void {
    if (this.playhead.value === null) return;
    const now = this.speed.value;
    const faster = Math.sign(now) === way ? SPEEDS[Math.min(SPEEDS.indexOf(Math.abs(now)) + 1, SPEEDS.length - 1)] : 1;
    const speed = way * (faster ?? 1);
    this.reverse.stop();
    this.speed.value = speed;
    if (speed < 0) {
      this.video.pause();
      this.reverse.start(this.playhead.value, -speed);
      return;
    }
    this.video.playbackRate = speed;
    this.video.play().catch((error: unknown) => {
      this.speed.value = 0;
      if (!(error instanceof DOMException && error.name === "AbortError")) this.fault.value = "the browser did not start to play";
    });
  }

  private moves(): void {
    this.isPlaying.value = !this.video.paused;
    if (this.video.paused && this.speed.value > 0) this.speed.value = 0;
  }

  /** Each frame that the browser presents says its own time. */
  private watch(): void {
    this.video.requestVideoFrameCallback((_now, { mediaTime }) => {
      this.look(mediaTime);
      this.watch();
    });
  }

  private look(mediaSeconds: number): void {
    if (this.engine === null || this.video.seeking || this.reverse.isGoing) return;
    const at = this.engine.origin() + BigInt(Math.round(mediaSeconds * 1e9));
    this.playhead.value = this.video.videoWidth === 0 ? at : nearestFrame(at, this.grid, this.rate);
  }
}
