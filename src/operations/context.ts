// The dependencies and settings that operations get from their process.
import type pg from "pg";
import type { Queryable } from "../db/connection/connect.ts";
import type { LoaderLimit } from "../jobs/loader-limit.ts";
import type { Log } from "../jobs/log.ts";

export interface OperationContext {
  pool: pg.Pool;
  /** Number of executors that work on one operation at the same time, each over its own connection. */
  concurrency: number;
  /** Throttles the executors while list requests arrive. Optional. */
  limit?: LoaderLimit["run"];
  log: Log;
  /** Maximum number of products per chunk. Tests set a small number to get many chunks. */
  chunk_products?: number;
  /** Sends `count` executor jobs inside the caller's transaction. */
  sendExecutors(db: Queryable, operationId: number, count: number): Promise<void>;
}

/** Maximum number of products per transaction. It is large, so that the time of a round trip does not matter, and small enough for a
 * cancellation to take effect soon. */
const CHUNK_PRODUCTS = 5000;

export const chunkProducts = ({ chunk_products = CHUNK_PRODUCTS }: OperationContext): number => chunk_products;
