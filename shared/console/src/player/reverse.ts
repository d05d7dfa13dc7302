import type { Ns } from "../time/timestamp.ts";

const EVERY_MS = 80;

/** Browsers do not play backwards, so the picture is sought, again and again. */
export class Reverse {
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly seek: (ns: Ns) => void) {}

  get isGoing(): boolean {
    return this.timer !== undefined;
  }

  start(from: Ns, speed: number): void {
    const began = performance.now();
    this.timer = setInterval(() => {
      const elapsed = (performance.now() - began) * speed;
      this.seek(from - BigInt(Math.round(elapsed * 1e6)));
    }, EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
