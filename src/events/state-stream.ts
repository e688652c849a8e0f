// Types for streaming the states of one record: a module provides a StateStream, and the HTTP layer sends it.
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Channel } from "./channels.ts";
import type { Problem } from "../../contract/problems.ts";

/** The state of a record. It is always sent with all its fields. A higher version is newer. */
export interface State {
  id: number;
  version: number;
}

/** A record whose states are streamed; `event` and `id` name it. */
export interface StateStream<T extends State> {
  event: "import" | "operation";
  id: number;
  /** Reads the current state. undefined = the record does not exist or no longer exists, and the stream ends. */
  read(): Promise<T | undefined>;
  /** Calls `changed` whenever the state may have changed, with true for a final state, which is sent without delay.
   * @returns a function that unsubscribes */
  subscribe(changed: (atOnce: boolean) => void): () => void;
  isLast: (state: T) => boolean;
  /** The problem to return if the record does not exist. */
  missing(): Problem;
}

/** A kind of record in the stream of all changes. A notification's payload starts with the record's id. */
export interface StateSource {
  event: "import" | "operation";
  channel: Channel;
  /** Returns the most recent records. An older record that is still running is sent when it changes. */
  listRecent: () => Promise<State[]>;
  read: (id: number) => Promise<State | undefined>;
}

/** Sends the current state and each later one, until the final state or until the client disconnects.
 * @throws Problem too-many-streams, and the result of `missing` */
export type SendStates = <T extends State>(
  request: FastifyRequest,
  reply: FastifyReply,
  stream: StateStream<T>,
) => Promise<void>;
