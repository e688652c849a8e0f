// skuport openapi: prints the API description, generated from the server's own routes.
import { folderStore } from "../imports/file-stores/folder-store.ts";
import { pino } from "pino";
import { buildApp } from "../http/app.ts";
import { createPool } from "../db/connection/connect.ts";
import { readArgs, type Command } from "./command.ts";

export const openapi: Command = {
  name: "openapi",
  summary: "Print the API description (OpenAPI 3.1)",
  help: `Usage: skuport openapi

Prints the OpenAPI 3.1 description of the API as JSON. A running server provides it at /openapi.json, and readable documentation
at /docs.
`,
  async run(args, io) {
    readArgs({ args, options: {} });
    io.stdout.write(await describeApi());
    return 0;
  },
};

/** The content of openapi.json. Opens no connections. */
export async function describeApi(): Promise<string> {
  const nothing = (): Promise<void> => Promise.resolve();
  const app = await buildApp({
    pool: createPool({ url: "postgres://nowhere.invalid/none" }, { application_name: "skuport openapi", max: 1 }),
    listener: { subscribe: () => () => undefined, stop: nothing },
    logger: pino({ level: "silent" }),
    store: folderStore("", ""),
    concurrency: 1,
    max_upload_bytes: 0,
    countWorkers: () => Promise.resolve(0),
    listStores: () => Promise.resolve([]),
    needs_worker: false,
    countQueued: () => Promise.resolve([]),
    sendScan: nothing,
    sendLoaders: nothing,
    webhooks: {
      loadKeys: () => Promise.reject(new Error("the API description needs no keys")),
      settings: { allow_cidrs: [], proxy: undefined, time_scale: 1, keep_days: 1 },
    },
    sendExecutors: nothing,
  });
  await app.ready();
  const text = `${JSON.stringify(app.swagger(), null, 2)}\n`;
  await app.close();
  return text;
}
