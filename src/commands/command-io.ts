// Creates the streams, the signal, the environment and the settings of a command from its process.
import type { Config } from "../config.ts";
import type { Io } from "./command.ts";

/** The parts of a process. */
export interface ProcessParts extends Pick<Io, "stdout" | "stderr" | "signal" | "env"> {
  /** A function, because the first access to `process.stdin` opens standard input. */
  openStdin: () => Io["stdin"];
  /** Reads the configuration from the environment and from the file `.env` in `cwd`. */
  readConfig: (env: Io["env"], cwd: string) => Promise<Config>;
  /** Absolute path of the working folder. The file `.env` is in it, and the data folder by default. */
  cwd: string;
}

export function createIo({ openStdin, stdout, stderr, signal, env, readConfig, cwd }: ProcessParts): Io {
  return {
    get stdin() {
      return openStdin();
    },
    stdout,
    stderr,
    signal,
    env,
    loadConfig: (settings = {}) => readConfig({ ...env, ...settings }, cwd),
    async readRemoteSettings(settings = {}) {
      const { dataDirOf, givenSettings } = await import("../given-settings.ts");
      const given = givenSettings({ ...env, ...settings }, cwd);
      return { data_dir: dataDirOf(given, cwd), api_key: given["SKUPORT_API_KEY"] };
    },
  };
}
