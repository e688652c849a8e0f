// Reads an operation for a request.
import type { Queryable } from "../db/connection/connect.ts";
import { readOperation } from "./store.ts";
import type { Operation } from "../../contract/changesets/operations.ts";
import { Problem } from "../../contract/problems.ts";

/** @throws Problem not-found */
export async function findOperation(db: Queryable, id: number): Promise<Operation> {
  const operation = await readOperation(db, id);
  if (operation === undefined) throw noSuchOperation(id);
  return operation;
}

export const noSuchOperation = (id: number): Problem => new Problem("not-found", `Operation ${id} does not exist.`);
