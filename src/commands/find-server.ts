// The server that a remote command talks to.
import { UsageError, type Io } from "./command.ts";

/** `--url`, or the server that holds the data folder; undefined when none does. */
export async function findServer(
  values: { url?: string | undefined; "data-dir"?: string | undefined },
  io: Io,
): Promise<string | undefined> {
  if (values.url !== undefined) {
    if (!/^https?:$/.test(URL.parse(values.url)?.protocol ?? ""))
      throw new UsageError(`--url ${values.url} is not an http(s) address.`);
    return values.url.replace(/\/+$/, "");
  }
  const config = await io.loadConfig(values["data-dir"] === undefined ? {} : { SKUPORT_DATA_DIR: values["data-dir"] });
  const { readHolder } = await import("../db/data-dir/data-dir.ts");
  return (await readHolder(config.data_dir))?.url;
}
