// Streams the states of one import or operation as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), at
// most five a second. All streams of the same import or operation share one subscription, one read per change and one formatted message.
// registry.ts limits the number of streams, sends heartbeats and writes to the connections.
import type { FastifyBaseLogger, FastifyRequest } from "fastify";
import pLimit from "p-limit";
import { isTransient } from "../../db/connection/connect.ts";
import type { SendStates, State, StateStream } from "../../events/state-stream.ts";
import { inBatches } from "./in-batches.ts";
import { shareReads } from "./share-reads.ts";
import type { Stream, Streams } from "./registry.ts";

/** Minimum interval between two states of an import or operation: at most five states a second. */
const THIN_MS = 200;
/** Maximum number of concurrent reads. This limit leaves most connections of the pool to requests, however many imports and operations have
 * streams. */
const READS_AT_ONCE = 2;

export function createSendStates(streams: Streams, log: FastifyBaseLogger): SendStates {
  const watches = new Map<string, Watch>();
  const limit = pLimit(READS_AT_ONCE);
  // Read the states again with each heartbeat, in case a notification was lost.
  streams.onHeartbeat(() => {
    for (const watch of watches.values()) watch.changed(false);
  });
  const watchOf = <T extends State>(source: StateStream<T>): Watch => {
    const name = `${source.event} ${source.id}`;
    const found = watches.get(name);
    if (found !== undefined) return found;
    const read = shareReads(() => limit(() => source.read().then((state) => snapshotOf(source, state))));
    const watch = createWatch(read, log, () => watches.delete(name));
    watches.set(name, watch);
    watch.begin(source.subscribe(watch.changed));
    return watch;
  };
  return async (request, reply, source) => {
    const stream = streams.take(request, reply);
    if (stream.is_closed) {
      reply.hijack();
      return;
    }
    const watch = watchOf(source);
    const reader = createReader(stream, request);
    watch.join(reader);
    stream.onClose(() => {
      watch.leave(reader);
    });
    const first = await watch.read();
    if (first === undefined) throw source.missing();
    stream.begin();
    reader.begin(first);
  };
}

/** The state of an import or operation, with the message that its streams send. */
interface Snapshot {
  version: number;
  is_last: boolean;
  text: string;
}

function snapshotOf<T extends State>({ event, isLast }: StateStream<T>, state: T | undefined): Snapshot | undefined {
  if (state === undefined) return undefined;
  const { version } = state;
  const text = `id: ${version}\nevent: ${event}\ndata: ${JSON.stringify(state)}\n\n`;
  return { version, is_last: isLast(state), text };
}

interface Reader {
  /** Sends the first state. `take` sends nothing before this call. */
  begin(first: Snapshot): void;
  take(snapshot: Snapshot | undefined): void;
}

function createReader(stream: Stream, { headers }: FastifyRequest): Reader {
  let sent: number | undefined;
  return {
    begin(first) {
      sent = first.version;
      // Send the last state even to a client that already has it: a stream that ends without an event would look like a failure.
      if (String(first.version) !== headers["last-event-id"] || first.is_last) stream.write(first.text);
      if (first.is_last) stream.end();
    },
    take(snapshot) {
      if (sent === undefined) return;
      // Ignore a state that is not newer than the last one sent: `inBatches` may still pass a state that was read before the first state of
      // this reader.
      if (snapshot !== undefined && snapshot.version <= sent) return;
      if (snapshot !== undefined) {
        sent = snapshot.version;
        stream.write(snapshot.text);
      }
      if (snapshot === undefined || snapshot.is_last) stream.end();
    },
  };
}

/** Passes the states of one import or operation to the readers of its streams, until the last reader leaves. */
interface Watch {
  begin(unsubscribe: () => void): void;
  read(): Promise<Snapshot | undefined>;
  changed: (atOnce: boolean) => void;
  join(reader: Reader): void;
  leave(reader: Reader): void;
}

function createWatch(read: () => Promise<Snapshot | undefined>, log: FastifyBaseLogger, onEmpty: () => void): Watch {
  const readers = new Set<Reader>();
  let unsubscribe = (): void => undefined;
  let isDirty = false;
  let isBusy = false;
  let timer: NodeJS.Timeout | undefined;

  const publish = async (): Promise<void> => {
    const snapshot = await read();
    await inBatches(readers, (reader) => {
      reader.take(snapshot);
    });
  };
  const turn = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (isBusy || !isDirty || readers.size === 0) return;
    isBusy = true;
    isDirty = false;
    publish()
      .catch((error: unknown) => {
        isDirty = true;
        // The next read retries. An unavailable database is not logged here.
        if (!isTransient(error)) log.warn({ err: error }, "cannot read the state of an event stream");
      })
      .finally(() => {
        isBusy = false;
        if (readers.size > 0) timer = setTimeout(turn, THIN_MS);
      });
  };
  return {
    begin(stop) {
      unsubscribe = stop;
    },
    read,
    changed(atOnce) {
      isDirty = true;
      if (atOnce || timer === undefined) turn();
    },
    join: (reader) => void readers.add(reader),
    leave(reader) {
      readers.delete(reader);
      if (readers.size > 0) return;
      clearTimeout(timer);
      timer = undefined;
      unsubscribe();
      onEmpty();
    },
  };
}
