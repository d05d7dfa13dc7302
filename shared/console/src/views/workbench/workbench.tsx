import { useEffect, useMemo, useRef } from "preact/hooks";
import { kindOf, nameOf } from "../../api/types.ts";
import { watchForeign } from "../../player/foreign.ts";
import { Transport } from "../../player/transport.ts";
import { href, place } from "../../route.ts";
import { zoomed, xOf } from "../../timeline/view.ts";
import { Timeline } from "../../timeline/timeline.tsx";
import { Fault } from "../../ui/fault.tsx";
import { useKeys } from "../../ui/keys.ts";
import { useLoaded } from "../../ui/loading.ts";
import { Bench } from "./bench.ts";
import { Controls } from "./controls.tsx";
import { Facts } from "./facts.tsx";
import { Marks } from "./marks.tsx";
import { isLive, loadSubject, type Subject } from "./subject.ts";
import { followEvents } from "./follow.ts";

export function Workbench({ kind, id }: { kind: "sources" | "flows"; id: string }) {
  const { value, error, again } = useLoaded((signal) => loadSubject(kind, id, signal), `${kind}/${id}`);
  if (error !== null) {
    return (
      <div class="sheet">
        <Fault error={error} again={again} />
      </div>
    );
  }
  return value === null ? <p class="sheet dim">Loading…</p> : <Loaded key={id} subject={value} />;
}

function Loaded({ subject }: { subject: Subject }) {
  const bench = useMemo(() => new Bench(subject, place.peek().query), [subject]);
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current === null) return;
    const transport = new Transport(video.current, bench.rate);
    bench.transport.value = transport;
    const stopEvents = followEvents(bench);
    const stopForeign = watchForeign((why) => transport.fail(why));
    return () => {
      stopEvents();
      stopForeign();
      bench.end();
    };
  }, [bench]);
  useFirstLoad(bench);
  useFollowing(bench);
  useBenchKeys(bench);
  const { resource } = subject;
  const hasPicture = subject.lanes.some(({ flow }) => kindOf(flow.format) === "video");
  return (
    <div class="bench">
      <header>
        <h1>{nameOf(resource)}</h1>
        <span class="kind dim" data-kind={kindOf(resource.format)}>
          {subject.kind === "sources" ? "Source" : "Flow"}
        </span>
        {isLive(subject) && <span class="badge live">LIVE</span>}
        {"read_only" in resource && resource.read_only && <span class="badge calm">read-only</span>}
        <code class="dim id">{resource.id}</code>
        <a class="button" href={href([subject.kind, resource.id, "metadata"])}>
          Metadata
        </a>
      </header>
      <div class="stage">
        <div class={hasPicture ? "screen" : "screen sound"}>
          <video ref={video} playsInline disablePictureInPicture aria-label="Picture" />
          <Screen bench={bench} />
        </div>
        <aside>
          <Marks bench={bench} />
          <Facts subject={subject} bench={bench} />
        </aside>
      </div>
      <Controls bench={bench} />
      <Timeline bench={bench} />
    </div>
  );
}

/** What covers the picture while there is none. */
function Screen({ bench }: { bench: Bench }) {
  const transport = bench.transport.value;
  const fault = transport?.fault.value ?? null;
  if (fault !== null) {
    return (
      <div class="cover">
        <Fault error={new Error(fault)} again={() => bench.load(transport?.playhead.peek() ?? null)} />
      </div>
    );
  }
  if (bench.extent.value === null) {
    return (
      <div class="cover dim">
        <div>
          <strong>No media yet</strong>
          <div>
            Put some in with <code>tams ingest FILE</code>
          </div>
        </div>
      </div>
    );
  }
  return transport?.isReady.value ? null : <div class="cover dim">Loading…</div>;
}

/** The list is loaded when it is known where the media begins. */
function useFirstLoad(bench: Bench): void {
  const isKnown = bench.lanes.some((each) => each.ranges.value.length > 0);
  const transport = bench.transport.value;
  useEffect(() => {
    if (isKnown && transport !== null) bench.load();
  }, [bench, isKnown, transport]);
}

/** While it plays, the view goes along. */
function useFollowing(bench: Bench): void {
  const transport = bench.transport.value;
  const playhead = transport?.playhead.value ?? null;
  useEffect(() => {
    if (playhead !== null && transport?.speed.peek() !== 0) bench.follow(playhead);
  }, [playhead]);
}

function useBenchKeys(bench: Bench): void {
  const with_ = (act: (transport: Transport) => void) => () => {
    const transport = bench.transport.peek();
    if (transport !== null) act(transport);
  };
  const perSecond = Math.max(1, Math.round(bench.rate.numerator / bench.rate.denominator));
  const zoom = (factor: number) => () => {
    const view = bench.view.peek();
    const at = bench.transport.peek()?.playhead.peek() ?? null;
    const x = at === null ? view.width / 2 : xOf(view, at);
    bench.view.value = zoomed(view, x < 0 || x > view.width ? view.width / 2 : x, factor);
  };
  const toEnd = (which: "start" | "end") => () => {
    const extent = bench.extent.peek();
    if (extent !== null) bench.seek(which === "start" ? extent.start : extent.end - 1n);
  };
  useKeys({
    " ": with_((it) => it.toggle()),
    k: with_((it) => it.toggle()),
    j: with_((it) => it.shuttle(-1)),
    l: with_((it) => it.shuttle(1)),
    ArrowLeft: with_((it) => it.step(-1)),
    ArrowRight: with_((it) => it.step(1)),
    "Shift+ArrowLeft": with_((it) => it.step(-perSecond)),
    "Shift+ArrowRight": with_((it) => it.step(perSecond)),
    Home: toEnd("start"),
    End: toEnd("end"),
    i: () => bench.mark("in"),
    o: () => bench.mark("out"),
    x: () => bench.clearMarks(),
    f: () => bench.fit(),
    t: () => bench.nextClock(),
    "+": zoom(0.6),
    "=": zoom(0.6),
    "-": zoom(1 / 0.6),
  });
}
