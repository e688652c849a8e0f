// skuport openapi: the API's description, from the same objects that the server serves by.
import { pino } from "pino";
import { buildApp } from "../http/app.ts";
import { createPool } from "../db/connection/connect.ts";
import { readArgs, type Command } from "./command.ts";

export const openapi: Command = {
  name: "openapi",
  summary: "Print the API's description (OpenAPI 3.1)",
  help: `Usage: skuport openapi

Prints the OpenAPI 3.1 document of the API as JSON. A running server has it at /openapi.json, and for people at /docs.
`,
  async run(args, io) {
    readArgs({ args, options: {} });
    io.stdout.write(await describeApi());
    return 0;
  },
};

/** The document as committed in openapi.json. Nothing is connected: a description needs no database. */
export async function describeApi(): Promise<string> {
  const nothing = (): Promise<void> => Promise.resolve();
  const app = await buildApp({
    pool: createPool({ url: "postgres://nowhere.invalid/none" }, { application_name: "skuport openapi", max: 1 }),
    listener: { subscribe: () => () => undefined, stop: nothing },
    logger: pino({ level: "silent" }),
    files_dir: "",
    concurrency: 1,
    max_upload_bytes: 0,
    countWorkers: () => Promise.resolve(0),
    countQueued: () => Promise.resolve([]),
    sendScan: nothing,
    sendLoaders: nothing,
    webhooks: {
      loadKeys: () => Promise.reject(new Error("a description needs no keys")),
      settings: { allow_cidrs: [], proxy: undefined, time_scale: 1, keep_days: 1 },
    },
    sendExecutors: nothing,
  });
  await app.ready();
  const text = `${JSON.stringify(app.swagger(), null, 2)}\n`;
  await app.close();
  return text;
}
