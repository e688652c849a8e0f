// While a server answers list requests, the loaders of all workers of its database leave one CPU core to the server and PostgreSQL. The
// server announces its list requests through the database, because workers may run on other hosts.
import type { Queryable } from "../../db/connection/connect.ts";
import { LIST_CHANNEL } from "../../events/channels.ts";
import type { Listener } from "../../events/listen.ts";
import type { LoaderLimit } from "../../jobs/loader-limit.ts";

/** Minimum interval between two notifications. It is much shorter than the time for which a worker's limit stays lowered. */
const INTERVAL_MS = 500;

/**
 * Returns a function to call for each list request. It does not delay the request.
 * @param now returns the time of a monotonic clock in milliseconds
 */
export function createListAnnouncer(db: Queryable, now: () => number = () => performance.now()): () => void {
  let announcedAt = -Infinity;
  return () => {
    if (now() - announcedAt < INTERVAL_MS) return;
    announcedAt = now();
    // Ignore errors: if the database is unavailable, loaders wait too.
    db.query(`notify ${LIST_CHANNEL}`).catch(() => undefined);
  };
}

/** Lowers the limit of this worker's loaders when any server of the database announces list requests. */
export function throttleForLists(listener: Listener, limit: Pick<LoaderLimit, "throttle">): void {
  listener.subscribe(LIST_CHANNEL, (payload) => {
    // null means that notifications may have been missed, not that there was one.
    if (payload !== null) limit.throttle();
  });
}
