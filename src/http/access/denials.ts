// Adds refused requests to the audit log, but not each of them: a client that repeats a refused request must not fill the log.
import type { FastifyRequest } from "fastify";
import type pg from "pg";
import { isTransient } from "../../db/connection/connect.ts";
import type { Problem } from "../../../contract/problems.ts";

/** A sender's refusals on one route are recorded once in this time. */
const QUIET_MS = 60_000;
/** Maximum number of entries in this time: of one sender, so that a sender cannot hide the refusals of others, and of all. */
const MAX_ENTRIES = { sender: 20, all: 1000 };

/** @param now the current time in milliseconds; tests pass their own clock */
export function createDenialLog(pool: pg.Pool, now: () => number = () => performance.now()) {
  let recorded = new Set<string>();
  let counts = new Map<string, number>();
  let began = now();
  return async (request: FastifyRequest, { slug }: Problem): Promise<void> => {
    if (now() - began >= QUIET_MS) {
      recorded = new Set();
      counts = new Map();
      began = now();
    }
    const route = `${request.method} ${request.routeOptions.url ?? "unknown"}`;
    const sender = request.identity?.caller ?? request.client;
    const count = counts.get(sender) ?? 0;
    const name = `${sender} ${route}`;
    if (recorded.has(name) || count >= MAX_ENTRIES.sender || recorded.size >= MAX_ENTRIES.all) return;
    recorded.add(name);
    counts.set(sender, count + 1);
    try {
      await request.audit(pool, { action: "access-denied", subject: route, detail: { problem: slug } });
    } catch (error) {
      // Only log the failure: the request is refused even if the refusal cannot be recorded.
      request.log[isTransient(error) ? "warn" : "error"]({ err: error }, "cannot record a refused request");
    }
  };
}
