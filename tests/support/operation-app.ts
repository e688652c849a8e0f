// Creates the HTTP application for tests of operations. The operations run in the test process, without pg-boss.
import type { FastifyInstance } from "fastify";
import { isOperationOver, type Operation } from "../../contract/changesets/operations.ts";
import type { ImportContext } from "../../src/imports/context.ts";
import type { OperationContext } from "../../src/operations/context.ts";
import { runExecutor } from "../../src/operations/executor.ts";
import { createTestApp } from "./app.ts";
import type { TestDatabase } from "./database.ts";
import { createImportContext } from "./import-file.ts";

/** Sends a request and returns its status and the parsed body, which has the type that the caller expects. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a cast, as in response.json()
export type Ask = <T = Operation>(
  method: "GET" | "POST",
  url: string,
  body?: object,
) => Promise<{ status: number; body: T }>;

export interface OperationApp {
  app: FastifyInstance;
  context: OperationContext & ImportContext;
  ask: Ask;
  /** Runs the operation until it has ended, and returns it. */
  finish: (id: number) => Promise<Operation>;
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Creates the application. Chunks have only `chunk` products, so that even small operations span several chunks. */
export async function createOperationApp(database: TestDatabase, chunk = 3): Promise<OperationApp> {
  const imports = await createImportContext(database.pool, chunk);
  const nothing = (): Promise<void> => Promise.resolve();
  const context = { ...imports, chunk_products: chunk, log: silent, sendExecutors: nothing };
  const app = await createTestApp(database, context);
  const ask: Ask = async (method, url, body) => {
    const answer = await app.inject({ method, url, ...(body === undefined ? {} : { payload: body }) });
    return { status: answer.statusCode, body: answer.json() };
  };
  const signal = new AbortController().signal;
  return {
    app,
    context,
    ask,
    async finish(id) {
      for (;;) {
        const { body } = await ask("GET", `/api/operations/${id}`);
        if (isOperationOver(body.state)) return body;
        // While the server still selects products, the executors find no chunk and end. The loop starts them again.
        await Promise.all(Array.from({ length: context.concurrency }, () => runExecutor(context, id, signal)));
      }
    },
  };
}
