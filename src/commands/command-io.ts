// Makes what a command needs of its process: streams, signal, environment and settings.
import type { Io } from "./command.ts";

/** The parts of a process. */
export interface ProcessParts extends Pick<Io, "stdout" | "stderr" | "signal" | "env"> {
  /** A function, because the first access to `process.stdin` opens standard input. */
  openStdin: () => Io["stdin"];
  /** Absolute path of the working folder. The file `.env` is in it, and the data folder by default. */
  cwd: string;
}

export function createIo({ openStdin, stdout, stderr, signal, env, cwd }: ProcessParts): Io {
  return {
    get stdin() {
      return openStdin();
    },
    stdout,
    stderr,
    signal,
    env,
    async loadConfig(settings = {}) {
      const { loadConfig } = await import("../config.ts");
      return loadConfig({ ...env, ...settings }, cwd);
    },
    async readRemoteSettings(settings = {}) {
      const { dataDirOf, givenSettings } = await import("../given-settings.ts");
      const given = givenSettings({ ...env, ...settings }, cwd);
      return { data_dir: dataDirOf(given, cwd), api_key: given["SKUPORT_API_KEY"] };
    },
  };
}
