import { useEffect, useRef, useState } from "preact/hooks";
import { send, urlOf } from "../../api/client.ts";
import { kindOf } from "../../api/types.ts";
import { KindIcon } from "../../ui/icons.tsx";

const KEPT_MAX = 400;
/** Addresses of pictures, by path; null where there is none. The oldest goes first. */
const kept = new Map<string, Promise<string | null>>();

function pictureOf(path: string): Promise<string | null> {
  const known = kept.get(path);
  if (known !== undefined) return known;
  const found = send("GET", urlOf(path, { width: 160 }))
    .then((answer) => answer.blob())
    .then(
      (blob) => URL.createObjectURL(blob),
      () => null,
    );
  kept.set(path, found);
  if (kept.size > KEPT_MAX) {
    const [oldest] = kept;
    if (oldest) {
      kept.delete(oldest[0]);
      void oldest[1].then((url) => url !== null && URL.revokeObjectURL(url));
    }
  }
  return found;
}

/** A frame of a Source or a Flow, fetched when it comes into view and stays for a moment. */
export function Thumbnail({ what, id, format }: { what: string; id: string; format: string }) {
  const kind = kindOf(format);
  const box = useRef<HTMLDivElement>(null);
  const [picture, setPicture] = useState<string | null>(null);
  useEffect(() => {
    if (kind === "audio" || kind === "data" || box.current === null) return;
    let isHere = true;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const watching = new IntersectionObserver(([entry]) => {
      clearTimeout(waiting);
      if (!entry?.isIntersecting) return;
      waiting = setTimeout(() => {
        watching.disconnect();
        void pictureOf(`/${what}/${id}/thumbnail`).then((url) => isHere && setPicture(url));
      }, 120);
    });
    watching.observe(box.current);
    return () => {
      isHere = false;
      clearTimeout(waiting);
      watching.disconnect();
    };
  }, [what, id, kind]);
  return (
    <div class="thumb" data-kind={kind} ref={box}>
      {picture === null ? <KindIcon kind={kind} /> : <img src={picture} alt="" />}
    </div>
  );
}
