// skuport health: is the server ready?
import { call } from "../../client/call.ts";
import { health_ready } from "../../contract/health.ts";
import { readArgs, type Command } from "./command.ts";
import { findServer } from "./find-server.ts";

export const health: Command = {
  name: "health",
  summary: "Tell whether the server is ready",
  help: `Usage: skuport health [--url URL]

Exit code 0 when the server, its database and a worker are there, else 1.

  --url URL         the server; default: the one that holds the data folder
  --data-dir DIR    that data folder (SKUPORT_DATA_DIR; ./data)
`,
  async run(args, io) {
    const { values } = readArgs({ args, options: { url: { type: "string" }, "data-dir": { type: "string" } } });
    const baseUrl = await findServer(values, io);
    if (baseUrl === undefined) {
      io.stderr.write("No server holds the data folder. Start one with `skuport serve`, or name one with --url.\n");
      return 1;
    }
    const state = await call(health_ready, {}, { base_url: baseUrl, signal: io.signal });
    io.stdout.write(
      `${baseUrl} is ready: version ${state.version}, ${state.workers} worker${state.workers === 1 ? "" : "s"}\n`,
    );
    return state.workers > 0 ? 0 : 1;
  },
};
