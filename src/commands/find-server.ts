// Finds the server for a remote command.
import { UsageError, type Io } from "./command.ts";

export const NO_SERVER =
  "No server is running on the data folder. Start one with `skuport serve`, or give the address of a running server with --url.";

/** Returns the address in `--url`, or that of the server that runs on the data folder; undefined if no server runs there. */
export async function findServer(
  values: { url?: string | undefined; "data-dir"?: string | undefined },
  io: Io,
): Promise<string | undefined> {
  if (values.url !== undefined) {
    if (!/^https?:$/.test(URL.parse(values.url)?.protocol ?? ""))
      throw new UsageError(
        `--url ${values.url} is not an http(s) address. Write for example --url http://127.0.0.1:8000.`,
      );
    return values.url.replace(/\/+$/, "");
  }
  const config = await io.loadConfig(values["data-dir"] === undefined ? {} : { SKUPORT_DATA_DIR: values["data-dir"] });
  const { readHolder } = await import("../db/data-dir/data-dir.ts");
  return (await readHolder(config.data_dir))?.url;
}
