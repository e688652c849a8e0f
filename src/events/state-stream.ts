// Types for streaming the states of an import or operation: a module provides a StateStream, and the HTTP layer sends the states.
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Channel } from "./channels.ts";
import type { Problem } from "../../contract/problems.ts";

/** The state of an import or operation. It is always sent with all its fields. A higher version is newer. */
export interface State {
  id: number;
  version: number;
}

/** The states of one import or operation. `event` is the type of the messages, `id` the id of the import or operation. */
export interface StateStream<T extends State> {
  event: "import" | "operation";
  id: number;
  /** Reads the current state. undefined = the import or operation does not exist (any more); its streams then end. */
  read(): Promise<T | undefined>;
  /** Calls `changed` whenever the state may have changed, with true for a final state, which is sent without delay.
   * @returns a function that unsubscribes */
  subscribe(changed: (atOnce: boolean) => void): () => void;
  isLast: (state: T) => boolean;
  /** The problem to return if the import or operation does not exist. */
  missing(): Problem;
}

/** A source of states for the stream of all changes: all imports, or all operations. Each notification on `channel` starts with an id. */
export interface StateSource {
  event: "import" | "operation";
  channel: Channel;
  /** Returns the states of the most recent imports or operations. The state of an older, still running one is sent when it changes. */
  listRecent: () => Promise<State[]>;
  read: (id: number) => Promise<State | undefined>;
}

/** Sends the current state and each later state, until the final state or until the client disconnects.
 * @throws Problem too-many-streams, or the problem that `missing` of the stream returns */
export type SendStates = <T extends State>(
  request: FastifyRequest,
  reply: FastifyReply,
  stream: StateStream<T>,
) => Promise<void>;
