// State of a webhook's sender, and the limits that follow from it.
import type { Dispatcher } from "undici";
import type { Keyring } from "../../secrets/keyring.ts";
import type { WebhookContext } from "../context.ts";
import type { Claimed, Completed } from "./store.ts";
import type { Target } from "./request/target.ts";

/** Maximum number of deliveries claimed at once. For a slow receiver, the maximum is the number that it accepts within
 * BATCH_MS. */
const BATCH = 64;
const BATCH_MS = 250;
/** Maximum number of deliveries that a sender claims while it has enough deliveries for all its concurrent requests. These claims get
 * current events, which are then sent before the `products.changed` events that the sender has already claimed. */
const URGENT = 16;
/** A sender that has sent fewer requests than its rate limit allows may catch up, but only on the requests of the last 100 ms. */
const CATCH_UP_MS = 100;
/** Maximum number of concurrent requests of all senders in a process. */
const ALL_SLOTS = 4000;

export interface Worker {
  context: WebhookContext;
  /** Id of the worker, stored in `claimed_by`. */
  id: number;
  /** Number of running workers, which share the limits of each webhook. */
  alive: number;
  /** Number of senders in this process. */
  senders: number;
  event_prefix: string;
  keys: Keyring;
  /** Aborts the requests that are still running when the time for stopping the worker is over. */
  stop: AbortSignal;
}

export interface State {
  worker: Worker;
  webhook_id: number;
  target: Target | undefined;
  agent: Dispatcher | undefined;
  agent_slots: number;
  queue: Claimed[];
  sending: Set<number>;
  outcomes: Completed[];
  /** Ids of deliveries whose requests were aborted. `drain` releases these deliveries. */
  stopped: number[];
  /** Whether the sender must claim deliveries in its next step. */
  wants_more: boolean;
  /** Whether more deliveries may be due, because the last claim returned as many as requested. */
  may_be_more: boolean;
  /** Whether sending waits until the outcomes are stored, because the circuit breaker may open. */
  is_waiting: boolean;
  failures_in_row: number;
  /** The claim in progress; at most one runs at a time. */
  taking: Promise<void> | undefined;
  /** The database write of outcomes that is in progress; at most one runs at a time. */
  writing: Promise<void> | undefined;
  draining: boolean;
  /** Moving average of request durations. */
  average_ms: number;
  /** Time at which the rate limit allows the next request. */
  next_at: number;
  rate_timer: NodeJS.Timeout | undefined;
  idle_timer: NodeJS.Timeout | undefined;
  onIdle: () => void;
}

export function createState(worker: Worker, webhookId: number, onIdle: () => void): State {
  return {
    worker,
    webhook_id: webhookId,
    target: undefined,
    agent: undefined,
    agent_slots: 0,
    queue: [],
    sending: new Set(),
    outcomes: [],
    stopped: [],
    wants_more: false,
    may_be_more: false,
    is_waiting: false,
    failures_in_row: 0,
    taking: undefined,
    writing: undefined,
    draining: false,
    average_ms: 0,
    next_at: 0,
    rate_timer: undefined,
    idle_timer: undefined,
    onIdle,
  };
}

/** Returns the ids of deliveries that are claimed and whose outcome is not stored yet. */
export const claimedBy = ({ queue, sending, outcomes }: State): number[] => [
  ...queue.map(({ id }) => id),
  ...sending,
  ...outcomes.map(({ id }) => id),
];

export const isBusy = ({ queue, sending, outcomes, wants_more, taking, writing }: State): boolean =>
  queue.length + sending.size + outcomes.length > 0 || wants_more || taking !== undefined || writing !== undefined;

/** Returns the maximum number of concurrent requests of this sender. */
export function slotsOf({ target, worker }: State): number {
  if (target === undefined) return 0;
  if (target.is_probed) return 1;
  const fair = Math.floor(ALL_SLOTS / Math.max(worker.senders, 1));
  return Math.max(1, Math.min(Math.ceil(target.max_parallel / worker.alive), fair));
}

/** Returns the number of deliveries to claim now. */
export function claimLimitOf(state: State): number {
  const { queue, target, average_ms } = state;
  if (target?.is_probed === true) return 1 - queue.length;
  const slots = slotsOf(state);
  const inTime = Math.ceil((slots * BATCH_MS) / Math.max(average_ms, 1));
  const batch = Math.max(slots, Math.min(BATCH, inTime));
  return queue.length < slots ? batch - queue.length : Math.min(URGENT, 2 * BATCH - queue.length);
}

/** Returns whether the rate limit allows a request now. If it does, the request is counted; otherwise `again` is called when
 * the next request is allowed. */
export function isInRate(state: State, again: () => void): boolean {
  const perSecond = state.target?.max_per_second ?? null;
  if (perSecond === null) return true;
  const now = performance.now();
  if (now < state.next_at) {
    state.rate_timer ??= setTimeout(() => {
      state.rate_timer = undefined;
      again();
    }, state.next_at - now);
    return false;
  }
  state.next_at = Math.max(state.next_at, now - CATCH_UP_MS) + (1000 * state.worker.alive) / perSecond;
  return true;
}
