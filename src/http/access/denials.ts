// Adds refused requests to the audit log, but not each of them: a client that repeats a refused request must not fill the log.
import type { FastifyRequest } from "fastify";
import type pg from "pg";
import { isTransient } from "../../db/connection/connect.ts";
import type { Problem } from "../../../contract/problems.ts";

/** A sender's refusals on one route are recorded once in this time. */
const QUIET_MS = 60_000;
/** Maximum number of entries in this time. */
const MAX_ENTRIES = 200;

/** @param now the current time in milliseconds; tests pass their own clock */
export function createDenialLog(pool: pg.Pool, now: () => number = () => performance.now()) {
  let recorded = new Set<string>();
  let began = now();
  return async (request: FastifyRequest, { slug }: Problem): Promise<void> => {
    if (now() - began >= QUIET_MS) {
      recorded = new Set();
      began = now();
    }
    const route = `${request.method} ${request.routeOptions.url ?? "unknown"}`;
    const name = `${request.identity?.caller ?? ""} ${route}`;
    if (recorded.has(name) || recorded.size >= MAX_ENTRIES) return;
    recorded.add(name);
    try {
      await request.audit(pool, { action: "access-denied", subject: route, detail: { problem: slug } });
    } catch (error) {
      // The request is refused in any case.
      request.log[isTransient(error) ? "warn" : "error"]({ err: error }, "cannot record a refused request");
    }
  };
}
