// skuport health: reports whether the server is ready.
import { call } from "../../client/call.ts";
import { health_ready } from "../../contract/health.ts";
import { readArgs, type Command } from "./command.ts";
import { findServer, NO_SERVER } from "./find-server.ts";

export const health: Command = {
  name: "health",
  summary: "Check whether the server is ready",
  help: `Usage: skuport health [--url URL]

Exit code: 0 if the server, its database and at least one worker are available, otherwise 1.

  --url URL         address of the server (default: the server that runs on the data folder)
  --data-dir DIR    data folder (default: SKUPORT_DATA_DIR, or ./data)
`,
  async run(args, io) {
    const { values } = readArgs({ args, options: { url: { type: "string" }, "data-dir": { type: "string" } } });
    const baseUrl = await findServer(values, io);
    if (baseUrl === undefined) {
      io.stderr.write(`${NO_SERVER}\n`);
      return 1;
    }
    const state = await call(health_ready, {}, { base_url: baseUrl, signal: io.signal });
    const { version, workers } = state;
    if (workers === 0) {
      io.stdout.write(
        `${baseUrl} is running (version ${version}), but no worker is. Start one with \`skuport work\`.\n`,
      );
      return 1;
    }
    io.stdout.write(`${baseUrl} is ready: version ${version}, ${workers} worker${workers === 1 ? "" : "s"}.\n`);
    return 0;
  },
};
