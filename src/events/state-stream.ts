// The states of one record as a stream of events: what a module offers, and what the HTTP layer makes of it.
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Channel } from "./channels.ts";
import type { Problem } from "../../contract/problems.ts";

/** A record that is sent whole: the greater version is the newer one. */
export interface State {
  id: number;
  version: number;
}

/** A record whose states are streamed; `event` and `id` name it. */
export interface StateStream<T extends State> {
  event: "import" | "operation";
  id: number;
  /** The state as it is now; undefined = there is no such record, or it is gone, and the stream ends. */
  read(): Promise<T | undefined>;
  /** Calls back whenever the state may have changed; returns how to stop that. `at_once` = the last state: no thinning. */
  subscribe(changed: (atOnce: boolean) => void): () => void;
  isLast: (state: T) => boolean;
  /** What to answer when there is no such record. */
  missing(): Problem;
}

/** A kind of record that the stream of everything follows; a notification's payload begins with the record's id. */
export interface StateSource {
  event: "import" | "operation";
  channel: Channel;
  /** The latest; an older one that still runs shows as soon as it moves. */
  listRecent: () => Promise<State[]>;
  read: (id: number) => Promise<State | undefined>;
}

/** Sends a state at once and whenever it has changed, until the last one or until the reader goes.
 * @throws Problem too-many-streams, and what `missing` returns */
export type SendStates = <T extends State>(
  request: FastifyRequest,
  reply: FastifyReply,
  stream: StateStream<T>,
) => Promise<void>;
