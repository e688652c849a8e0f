// skuport health: reports whether the server is ready.
import { call } from "../../client/call.ts";
import { health_live, health_ready } from "../../contract/health.ts";
import { readArgs, type Command, type Io } from "./command.ts";
import { NO_SERVER, withServer, type Server } from "./server/find-server.ts";

export const health: Command = {
  name: "health",
  summary: "Check whether the server is ready",
  help: `Usage: skuport health [--live] [--url URL]

Exit code: 0 if the server, its database and at least one worker are available, otherwise 1.

  --live            check only whether the server responds, as the health check of a container does
  --url URL         address of the server (default: the server that runs on the data folder)
  --data-dir DIR    data folder (default: SKUPORT_DATA_DIR, or ./data)
`,
  async run(args, io) {
    const { values } = readArgs({
      args,
      options: { live: { type: "boolean" }, url: { type: "string" }, "data-dir": { type: "string" } },
    });
    return withServer(values, io, (server) => (values.live === true ? reportLive(server, io) : report(server, io)));
  },
};

async function report(server: Server | undefined, io: Io): Promise<number> {
  if (server === undefined) {
    io.stderr.write(`${NO_SERVER}\n`);
    return 1;
  }
  const { base_url } = server;
  const { version, workers, stores } = await call(health_ready, {}, { ...server, signal: io.signal });
  if (workers === 0) {
    io.stdout.write(
      `${base_url} is running (version ${version}), but no worker is. Start one with \`skuport work\`.\n`,
    );
    return 1;
  }
  io.stdout.write(`${base_url} is ready: version ${version}, ${workers} worker${workers === 1 ? "" : "s"}.\n`);
  for (const { location, workers: readers, unfinished_imports: waiting } of stores)
    if (readers === 0 && waiting > 0)
      io.stdout.write(
        `No worker reads the files in ${location}, so ${waiting} unfinished ${waiting === 1 ? "import waits" : "imports wait"}. Start \`skuport work\` on that data folder.\n`,
      );
  return 0;
}

async function reportLive(server: Server | undefined, io: Io): Promise<number> {
  if (server === undefined) {
    io.stderr.write(`${NO_SERVER}\n`);
    return 1;
  }
  await call(health_live, {}, { ...server, signal: io.signal });
  io.stdout.write(`${server.base_url} responds.\n`);
  return 0;
}
