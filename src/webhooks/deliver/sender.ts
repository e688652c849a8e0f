// The sender of one webhook: takes what is due in small portions, keeps its slots busy within its rate, and writes outcomes
// down in portions. One webhook's sender waits for nobody but its own receiver.
import { retryTransient } from "../../db/connection/connect.ts";
import { claimDeliveries, completeDeliveries, releaseDeliveries, type Claimed } from "./store.ts";
import { bodyOf } from "../log/store.ts";
import { noteOutcomes } from "./circuit-breaker.ts";
import { BREAKER_FAILURES, delayAfter, saysOverloaded } from "./retry-schedule.ts";
import { createAgent, send, type Outcome } from "./send.ts";
import { createState, heldBy, isBusy, isInRate, missingOf, slotsOf, type State, type Worker } from "./sender-state.ts";
import { readTarget, type Target } from "./target.ts";

/** Outcomes wait for others for so long; a statement for each would be most of the work. */
const GATHER_MS = 10;
/** With so many outcomes unwritten, no more is sent: what is lost in a crash is sent again. */
const UNWRITTEN = 256;
/** A sender without work keeps its connections for so long. */
const IDLE_MS = 5000;
export interface Sender {
  /** Something is due, or the webhook has changed. */
  wake(): void;
  /** Ids of deliveries that it has. */
  held(): number[];
  /** Takes nothing new, gives back what is not sent, and resolves when the rest is written down. */
  drain(): Promise<void>;
}

/** `onIdle` is called when it has nothing left: forget it then. */
export function createSender(worker: Worker, webhookId: number, onIdle: () => void): Sender {
  const state = createState(worker, webhookId, onIdle);
  return {
    wake() {
      clearTimeout(state.idle_timer);
      state.idle_timer = undefined;
      state.is_hungry = true;
      turn(state);
    },
    held: () => heldBy(state),
    drain: () => drain(state),
  };
}

/** Does whatever can be done now. */
function turn(state: State): void {
  if (!state.draining && state.is_hungry && state.taking === undefined) {
    state.taking = take(state)
      .catch((error: unknown) => {
        state.worker.context.log.warn({ webhook_id: state.webhook_id, err: error }, "cannot take deliveries");
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
  // Not at once: the next event may come in a second, and the connection is worth keeping
  state.idle_timer ??= setTimeout(() => {
    closeAgent(state);
    state.onIdle();
  }, IDLE_MS);
}

const maySend = (state: State): boolean =>
  state.queue.length > 0 &&
  !state.draining &&
  !state.is_held &&
  state.sending.size < slotsOf(state) &&
  state.outcomes.length < UNWRITTEN;

async function take(state: State): Promise<void> {
  const { worker, webhook_id } = state;
  const { pool } = worker.context;
  state.is_hungry = false;
  state.target = await openTarget(worker, webhook_id);
  if (state.target === undefined) {
    const unsent = state.queue.splice(0).map(({ id }) => id);
    if (unsent.length > 0) await releaseDeliveries(pool, worker.id, unsent);
    return;
  }
  keepAgent(state);
  const limit = missingOf(state);
  if (limit <= 0) return;
  const taken = await claimDeliveries(pool, webhook_id, worker.id, limit);
  // A lease that ran out while the request was still under way gives us what we have
  const held = new Set(heldBy(state));
  state.queue.push(...taken.filter(({ id }) => !held.has(id)));
  state.queue.sort((a, b) => a.priority - b.priority);
  state.may_be_more = taken.length === limit;
}

async function openTarget(worker: Worker, webhookId: number): Promise<Target | undefined> {
  const { pool, loadKeys } = worker.context;
  try {
    return await readTarget(pool, worker.keys, webhookId);
  } catch {
    // The keys were rotated since; where that is not it either, the error says so.
    worker.keys = await loadKeys();
    return readTarget(pool, worker.keys, webhookId);
  }
}

function keepAgent(state: State): void {
  const slots = slotsOf(state);
  if (state.agent !== undefined && state.agent_slots === slots) return;
  closeAgent(state);
  state.agent = createAgent(state.worker.context.settings, slots);
  state.agent_slots = slots;
}

function closeAgent(state: State): void {
  // Lets requests that are under way end
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
    const mayWantPause = saysOverloaded(outcome.status) || outcome.status === 410;
    if (mayWantPause || state.failures_in_row >= BREAKER_FAILURES) state.is_held = true;
    state.outcomes.push({ id: delivery.id, outcome, delay_ms: delayOf(worker, delivery, outcome) });
    write(state);
  }
  if (state.may_be_more && state.queue.length < slotsOf(state)) state.is_hungry = true;
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
      // They are sent again once their leases have run out.
      state.worker.context.log.error({ webhook_id: state.webhook_id, err: error }, "cannot write outcomes down");
      state.outcomes.length = 0;
      state.is_held = false;
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
  if (!state.draining) await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
  const completed = [...state.outcomes];
  await retryTransient(() => completeDeliveries(pool, webhook_id, worker.id, completed));
  state.outcomes.splice(0, completed.length);
  turn(state);
  const outcomes = completed.map(({ outcome }) => outcome);
  await retryTransient(() => noteOutcomes(worker.context, webhook_id, outcomes));
  if (!state.is_held) return;
  // What it may be sent now is read anew before anything is sent
  state.target = undefined;
  state.is_hungry = true;
  state.is_held = false;
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
