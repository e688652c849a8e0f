// What the sender of one webhook knows, and what follows from it: how much it may take and send.
import type { Dispatcher } from "undici";
import type { Keyring } from "../../secrets/keyring.ts";
import type { WebhookContext } from "../context.ts";
import type { Claimed, Completed } from "./store.ts";
import type { Target } from "./target.ts";

/** Deliveries that a sender takes at once, at most; of a slow receiver, as many as it takes in PORTION_MS. */
const PORTION = 64;
const PORTION_MS = 250;
/** Taken on top of a full portion: what just happened must not wait behind the batches that were taken before it. */
const URGENT = 16;
/** A sender that was kept from sending may make up for so long. */
const CATCH_UP_MS = 100;
/** Slots that all senders of a process have together. */
const ALL_SLOTS = 4000;

export interface Worker {
  context: WebhookContext;
  /** The number that claims carry. */
  id: number;
  /** Workers that are alive: a webhook's slots and rate are shared among them. */
  alive: number;
  /** Senders of this process. */
  senders: number;
  event_prefix: string;
  keys: Keyring;
  /** Aborts requests at the end of a drain. */
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
  /** Given back at the next turn: requests that were stopped. */
  stopped: number[];
  /** Look for more. */
  is_hungry: boolean;
  /** The last look found as much as it asked for. */
  may_be_more: boolean;
  /** Nothing is sent until the outcomes have been counted: the receiver may want a pause. */
  is_held: boolean;
  failures_in_row: number;
  /** The part of this worker in what it does at the moment; none of these runs twice at a time. */
  taking: Promise<void> | undefined;
  writing: Promise<void> | undefined;
  draining: boolean;
  /** How long requests took lately. */
  average_ms: number;
  /** When the next request may begin, by the rate. */
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
    is_hungry: false,
    may_be_more: false,
    is_held: false,
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

/** Ids of the deliveries that are claimed and not written down. */
export const heldBy = ({ queue, sending, outcomes }: State): number[] => [
  ...queue.map(({ id }) => id),
  ...sending,
  ...outcomes.map(({ id }) => id),
];

export const isBusy = ({ queue, sending, outcomes, is_hungry, taking, writing }: State): boolean =>
  queue.length + sending.size + outcomes.length > 0 || is_hungry || taking !== undefined || writing !== undefined;

/** Requests that may be under way at the same time. */
export function slotsOf({ target, worker }: State): number {
  if (target === undefined) return 0;
  if (target.is_probed) return 1;
  const fair = Math.floor(ALL_SLOTS / Math.max(worker.senders, 1));
  return Math.max(1, Math.min(Math.ceil(target.max_parallel / worker.alive), fair));
}

/** How many deliveries to take now. */
export function missingOf(state: State): number {
  const { queue, target, average_ms } = state;
  if (target?.is_probed === true) return 1 - queue.length;
  const slots = slotsOf(state);
  const inTime = Math.ceil((slots * PORTION_MS) / Math.max(average_ms, 1));
  const portion = Math.max(slots, Math.min(PORTION, inTime));
  return queue.length < slots ? portion - queue.length : Math.min(URGENT, 2 * PORTION - queue.length);
}

/** Whether the rate lets a request begin now, which it then counts; if not, `again` is called when it does. */
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
