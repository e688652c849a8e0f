// What operations need from the process they run in.
import type pg from "pg";
import type { Queryable } from "../db/connection/connect.ts";
import type { LoaderLimit } from "../jobs/loader-limit.ts";

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface OperationContext {
  pool: pg.Pool;
  /** Connections that work on one operation at the same time. */
  concurrency: number;
  /** Holds lanes back while others need the machine; without it nothing does. */
  limit?: LoaderLimit["run"];
  log: Log;
  /** Products a chunk holds at most; tests that want many chunks say fewer. */
  chunk_products?: number;
  /** Wakes workers for an operation, so many lanes, inside the caller's transaction. */
  sendExecutors(db: Queryable, operationId: number, count: number): Promise<void>;
}

/** One transaction each: many enough that a round trip is nothing, few enough that a cancel is heeded at once. */
const CHUNK_PRODUCTS = 5000;

export const chunkProducts = ({ chunk_products = CHUNK_PRODUCTS }: OperationContext): number => chunk_products;
