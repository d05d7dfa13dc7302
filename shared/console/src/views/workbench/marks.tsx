import { useState } from "preact/hooks";
import { BASE } from "../../api/client.ts";
import { nameOf } from "../../api/types.ts";
import { go, href } from "../../route.ts";
import { lengthText } from "../../time/timecode.ts";
import { formatTimeRange, type Span } from "../../time/timerange.ts";
import { formatTimestamp, type Ns } from "../../time/timestamp.ts";
import { instantText } from "../../timeline/clock.ts";
import { confirmed } from "../../ui/confirm.tsx";
import { copy } from "../../ui/copy.ts";
import { say, sayFault } from "../../ui/notices.tsx";
import type { Bench } from "./bench.ts";
import { deleteStretch } from "./delete.ts";
import { editOf } from "./edit.ts";

/** The marked stretch, and what one can do with it. */
export function Marks({ bench }: { bench: Bench }) {
  const marked = bench.marked.value;
  return (
    <section class="card" aria-label="Marked stretch">
      <h2>Marked</h2>
      <dl class="pairs">
        <Instant name="In" at={bench.markIn.value} bench={bench} />
        <Instant name="Out" at={bench.markOut.value} bench={bench} />
        <dt>Length</dt>
        <dd class="mono" data-name="length">
          {marked === null ? "–" : lengthText(marked.end - marked.start)}
        </dd>
      </dl>
      {marked === null ? (
        <p class="dim">Move the playhead to where the stretch begins and press I, then to where it ends and press O.</p>
      ) : (
        <Actions bench={bench} marked={marked} />
      )}
    </section>
  );
}

function Instant({ name, at, bench }: { name: string; at: Ns | null; bench: Bench }) {
  return (
    <>
      <dt>{name}</dt>
      <dd class="mono" data-name={name.toLowerCase()} data-ns={at === null ? "" : formatTimestamp(at)}>
        {at === null ? (
          "–"
        ) : (
          <button class="link" onClick={() => bench.seek(at)}>
            {instantText(at, bench.clock.value, bench.rate)}
          </button>
        )}
      </dd>
    </>
  );
}

function Actions({ bench, marked }: { bench: Bench; marked: Span }) {
  const [isBusy, setBusy] = useState(false);
  const { subject } = bench;
  const range = formatTimeRange(marked);
  const during = (work: () => Promise<void>) => async () => {
    setBusy(true);
    await work().catch(sayFault);
    setBusy(false);
  };
  const address = (): string => {
    const query = { in: formatTimestamp(marked.start), out: formatTimestamp(marked.end) };
    return new URL(href([subject.kind, subject.resource.id], query), location.href).href;
  };
  const exported = subject.collecting?.id ?? subject.lanes[0]?.flow.id ?? "";
  const command = `tams export ${exported} --timerange '${range}' clip.mp4 --url ${BASE.href.replace(/\/$/, "")}`;
  const edit = during(async () => {
    const id = await editOf(subject, marked);
    say("The edit is a new Flow of the same Objects");
    go(href(["flows", id]));
  });
  const remove = during(async () => {
    const names = subject.lanes.length === 1 ? "this Flow" : `these ${subject.lanes.length} Flows`;
    const text = `This deletes the Segments of ${names} that lie wholly within the marks, at most ${lengthText(marked.end - marked.start)} of ${nameOf(subject.resource)}. Segments that reach beyond a mark stay. If the service has a recycle bin, you can restore them under Activity.`;
    if (!(await confirmed("Delete the marked stretch?", text, "Delete"))) return;
    say(await deleteStretch(subject, range));
    bench.again();
  });
  return (
    <div class="actions">
      <button class="button" onClick={() => copy(range, "The timerange")}>
        Copy timerange
      </button>
      <button class="button" onClick={() => copy(address(), "The address")}>
        Copy address
      </button>
      <button class="button" onClick={() => copy(command, "The command")}>
        Copy export command
      </button>
      <button class="button" disabled={isBusy} onClick={edit}>
        New Flow from it
      </button>
      <button class="button danger" disabled={isBusy} onClick={remove}>
        Delete…
      </button>
      <button class="button plain" onClick={() => bench.clearMarks()}>
        Clear <kbd>X</kbd>
      </button>
    </div>
  );
}
