// The sender of one webhook: claims due deliveries in small batches, sends them within its concurrency and rate limits, and
// stores the outcomes in batches. A slow receiver delays only its own webhook.
import { retryTransient } from "../../db/connection/connect.ts";
import { claimDeliveries, completeDeliveries, releaseDeliveries, type Claimed } from "./store.ts";
import { bodyOf } from "../log/store.ts";
import { recordOutcomes } from "./circuit-breaker.ts";
import { BREAKER_FAILURES, delayAfter, saysOverloaded } from "./retry-schedule.ts";
import { createAgent, send, type Outcome } from "./request/send.ts";
import {
  createState,
  claimedBy,
  isBusy,
  isInRate,
  claimLimitOf,
  slotsOf,
  type State,
  type Worker,
} from "./sender-state.ts";
import { readTarget, type Target } from "./request/target.ts";

/** Time for which outcomes are collected before one statement stores them. A statement per outcome would cost more than the
 * delivery. */
const COLLECT_MS = 10;
/** Maximum number of outcomes that are not stored yet. After a crash, the deliveries with these outcomes are sent again. */
const MAX_UNSTORED = 256;
/** Time for which an idle sender keeps its connections. */
const IDLE_MS = 5000;
export interface Sender {
  /** Must be called when deliveries are due or the webhook has changed. */
  wake(): void;
  /** Returns the ids of the deliveries that this sender has claimed. */
  claimedIds(): number[];
  /** Stops claiming deliveries, releases unsent ones, and resolves when all outcomes are stored. */
  drain(): Promise<void>;
}

/** `onIdle` is called when the sender has no work left and can be discarded. */
export function createSender(worker: Worker, webhookId: number, onIdle: () => void): Sender {
  const state = createState(worker, webhookId, onIdle);
  return {
    wake() {
      clearTimeout(state.idle_timer);
      state.idle_timer = undefined;
      state.wants_more = true;
      turn(state);
    },
    claimedIds: () => claimedBy(state),
    drain: () => drain(state),
  };
}

/** Claims and sends as many deliveries as the limits allow now. */
function turn(state: State): void {
  if (!state.draining && state.wants_more && state.taking === undefined) {
    state.taking = take(state)
      .catch((error: unknown) => {
        state.worker.context.log.warn({ webhook_id: state.webhook_id, err: error }, "cannot claim deliveries");
      })
      .finally(() => {
        state.taking = undefined;
        turn(state);
      });
  }
  while (
    maySend(state) &&
    isInRate(state, () => {
      turn(state);
    })
  )
    void sendOne(state, state.queue.shift() as Claimed);
  if (isBusy(state) || state.draining) return;
  // Wait before closing the connections: another event may follow soon and reuse them.
  state.idle_timer ??= setTimeout(() => {
    closeAgent(state);
    state.onIdle();
  }, IDLE_MS);
}

const maySend = (state: State): boolean =>
  state.queue.length > 0 &&
  !state.draining &&
  !state.is_waiting &&
  state.sending.size < slotsOf(state) &&
  state.outcomes.length < MAX_UNSTORED;

async function take(state: State): Promise<void> {
  const { worker, webhook_id } = state;
  const { pool } = worker.context;
  state.wants_more = false;
  state.target = await openTarget(worker, webhook_id);
  if (state.target === undefined) {
    const unsent = state.queue.splice(0).map(({ id }) => id);
    if (unsent.length > 0) await releaseDeliveries(pool, worker.id, unsent);
    return;
  }
  ensureAgent(state);
  const limit = claimLimitOf(state);
  if (limit <= 0) return;
  const taken = await claimDeliveries(pool, webhook_id, worker.id, limit);
  // If a lease expires during a request, this sender may claim the same delivery again. Ignore such claims.
  const claimedIds = new Set(claimedBy(state));
  state.queue.push(...taken.filter(({ id }) => !claimedIds.has(id)));
  state.queue.sort((a, b) => a.priority - b.priority);
  state.may_be_more = taken.length === limit;
}

async function openTarget(worker: Worker, webhookId: number): Promise<Target | undefined> {
  const { pool, loadKeys } = worker.context;
  try {
    return await readTarget(pool, worker.keys, webhookId);
  } catch {
    // `readTarget` may have failed because the keys were rotated, so reload the keys and try again. If it failed for another reason, it
    // throws again.
    worker.keys = await loadKeys();
    return readTarget(pool, worker.keys, webhookId);
  }
}

function ensureAgent(state: State): void {
  const slots = slotsOf(state);
  if (state.agent !== undefined && state.agent_slots === slots) return;
  closeAgent(state);
  state.agent = createAgent(state.worker.context.settings, slots);
  state.agent_slots = slots;
}

function closeAgent(state: State): void {
  // `close` waits for running requests.
  void state.agent?.close().catch(() => undefined);
  state.agent = undefined;
}

async function sendOne(state: State, delivery: Claimed): Promise<void> {
  const { worker, target, agent } = state;
  if (target === undefined || agent === undefined) return;
  state.sending.add(delivery.id);
  const eventId = `${worker.event_prefix}_${delivery.event_id ?? `test_${delivery.id}`}`;
  const outcome = await send(
    agent,
    { url: target.url, headers: target.headers, keys: target.keys, event_id: eventId, body: bodyOf(delivery) },
    worker.context.settings,
    worker.stop,
  );
  state.sending.delete(delivery.id);
  state.average_ms = state.average_ms === 0 ? outcome.duration_ms : state.average_ms * 0.9 + outcome.duration_ms * 0.1;
  if (outcome.error === "stopped") state.stopped.push(delivery.id);
  else {
    state.failures_in_row = outcome.succeeded ? 0 : state.failures_in_row + 1;
    const mayPause = saysOverloaded(outcome.status) || outcome.status === 410;
    if (mayPause || state.failures_in_row >= BREAKER_FAILURES) state.is_waiting = true;
    state.outcomes.push({ id: delivery.id, outcome, delay_ms: delayOf(worker, delivery, outcome) });
    write(state);
  }
  if (state.may_be_more && state.queue.length < slotsOf(state)) state.wants_more = true;
  turn(state);
}

function delayOf(
  { context }: Worker,
  { step }: Claimed,
  { succeeded, status, retry_after_ms = 0 }: Outcome,
): number | undefined {
  if (succeeded || status === 410) return undefined;
  const delayMs = delayAfter(step + 1, context.settings.time_scale);
  return delayMs === undefined ? undefined : Math.max(delayMs, retry_after_ms);
}

function write(state: State): void {
  state.writing ??= writeAll(state)
    .catch((error: unknown) => {
      // The deliveries whose outcomes are lost are sent again after their leases expire.
      state.worker.context.log.error(
        { webhook_id: state.webhook_id, err: error },
        "cannot store the outcomes of deliveries",
      );
      state.outcomes.length = 0;
      state.is_waiting = false;
    })
    .finally(() => {
      state.writing = undefined;
      if (state.outcomes.length > 0) write(state);
      else turn(state);
    });
}

async function writeAll(state: State): Promise<void> {
  const { worker, webhook_id } = state;
  const { pool } = worker.context;
  if (!state.draining) await new Promise((resolve) => setTimeout(resolve, COLLECT_MS));
  const completed = [...state.outcomes];
  await retryTransient(() => completeDeliveries(pool, webhook_id, worker.id, completed));
  state.outcomes.splice(0, completed.length);
  turn(state);
  const outcomes = completed.map(({ outcome }) => outcome);
  await retryTransient(() => recordOutcomes(worker.context, webhook_id, outcomes));
  if (!state.is_waiting) return;
  // Reload the webhook before sending anything: it may be paused or disabled now.
  state.target = undefined;
  state.wants_more = true;
  state.is_waiting = false;
}

async function drain(state: State): Promise<void> {
  const { id, context } = state.worker;
  const { pool } = context;
  state.draining = true;
  clearTimeout(state.rate_timer);
  clearTimeout(state.idle_timer);
  await state.taking;
  const unsent = state.queue.splice(0).map((delivery) => delivery.id);
  if (unsent.length > 0) await releaseDeliveries(pool, id, unsent);
  while (state.sending.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  while (state.writing !== undefined) await state.writing;
  if (state.stopped.length > 0) await releaseDeliveries(pool, id, state.stopped);
  closeAgent(state);
}
