import type { Kind } from "../api/types.ts";

/** The theme's colours, for the canvas. */
export interface Palette {
  readonly ground: string;
  readonly lane: string;
  readonly line: string;
  readonly text: string;
  readonly faint: string;
  readonly mark: string;
  readonly playhead: string;
  readonly mono: string;
  readonly of: Readonly<Record<Kind, string>>;
}

export function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ground: of("panel"),
    lane: of("raised"),
    line: of("line"),
    text: of("dim"),
    faint: of("line-strong"),
    mark: of("mark"),
    playhead: of("text"),
    mono: of("mono"),
    of: {
      video: of("video"),
      audio: of("audio"),
      data: of("data"),
      image: of("image"),
      multi: of("multi"),
    },
  };
}
