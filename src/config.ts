// Every setting of Skuport, defined once and documented where it is defined: environment and `.env` in, one frozen object
// out. The only reader of the environment; all else is handed the Config as an argument.
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { isKey } from "./secrets/keyring.ts";

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

export interface Config {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** False when the port is the default: then the server may take the next free one. */
  readonly port_is_explicit: boolean;
  /** Absolute. */
  readonly data_dir: string;
  /** undefined = the embedded PostgreSQL in the data folder. */
  readonly database_url: string | undefined;
  /** Connections a server's pool may open. */
  readonly database_connections: number;
  readonly log_level: (typeof LOG_LEVELS)[number];
  /** Whether `skuport serve` starts a worker process of its own. */
  readonly serve_worker: boolean;
  /** Lanes: connections of one worker that load chunks at the same time. */
  readonly worker_concurrency: number;
  readonly max_upload_bytes: number;
  /** Bytes of the data folder's disk that files leave free; undefined = 5 %, at most 1 GB. */
  readonly disk_reserve_bytes: number | undefined;
  /** Keys in Base64, the newest first; none = a file in the data folder. */
  readonly secrets_keys: readonly string[];
  /** Private networks that webhooks may call. */
  readonly webhook_allow_cidrs: readonly string[];
  readonly webhook_proxy: string | undefined;
  /** Factor of every pause between attempts. */
  readonly webhook_time_scale: number;
  readonly webhook_keep_days: number;
  /** undefined = for ever. */
  readonly history_keep_days: number | undefined;
}

/** All faults of a configuration at once; each names the variable, its value and what to do. */
export class ConfigError extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? "a fault" : `${String(faults.length)} faults`}:\n  ${faults.join("\n  ")}`,
    );
    this.name = "ConfigError";
    this.faults = faults;
  }
}

interface Setting {
  /** One line or more for `.env.example`: what it does, its unit, its bounds. */
  about: string;
  /** Shown in `.env.example`; "" = none. */
  example: string;
  /** From the variable's text to its value. The error message says what to write instead. */
  schema: z.ZodType<unknown, string>;
  /** Never repeated in a message. */
  is_secret?: true;
}

const wholeNumber = (min: number, max: number) => {
  const message = `write a whole number from ${String(min)} to ${String(max)}`;
  return z
    .string()
    .regex(/^\d{1,16}$/, message)
    .transform(Number)
    .refine((number) => number >= min && number <= max, message);
};

/** Values between commas. */
const listOf = (isValid: (text: string) => boolean, message: string) =>
  z
    .string()
    .transform((text) => text.split(",").map((item) => item.trim()))
    .refine((items) => items.every(isValid), message);

const yesOrNo = z
  .enum(["true", "false", "yes", "no", "1", "0"], "write true or false")
  .transform((text) => text === "true" || text === "yes" || text === "1");

// One more than the cores, so that one lane parses while the others keep PostgreSQL busy; beyond four, one disk gains
// little and the API's own queries lose. On two cores three lanes loaded 500,000 rows in 2.1 s, two in 2.5 s.
const DEFAULT_LANES = Math.max(2, Math.min(availableParallelism() + 1, 4));

const SETTINGS = {
  SKUPORT_HOST: {
    about: "Address the server listens on. Only loopback addresses for now: there is no sign-in yet.",
    example: "127.0.0.1",
    schema: z
      .string()
      .refine(
        isLoopback,
        "there is no sign-in yet, so anybody who reaches the server could change the catalogue; write 127.0.0.1 (or ::1, localhost) and, to share it, put a proxy with sign-in in front",
      ),
  },
  SKUPORT_PORT: {
    about: "Port of the server, 0 for any free one. When it is not set and 8000 is taken, the next free one is used.",
    example: "8000",
    schema: wholeNumber(0, 65_535),
  },
  SKUPORT_DATA_DIR: {
    about: "Folder of uploads and of the embedded PostgreSQL. One server at a time.",
    example: "./data",
    schema: z.string(),
  },
  DATABASE_URL: {
    about:
      "PostgreSQL (15 or newer) to use, as postgres://user:password@host:port/database. Not set: the embedded PostgreSQL.",
    example: "",
    schema: z
      .string()
      .refine(
        isPostgresUrl,
        "write postgres://user:password@host:port/database, or unset it to use the embedded PostgreSQL",
      ),
  },
  SKUPORT_DATABASE_CONNECTIONS: {
    about: "Connections the server's pool may open, 2 to 500. A worker opens its loaders and a few more of its own.",
    example: "10",
    schema: wholeNumber(2, 500),
  },
  SKUPORT_LOG_LEVEL: {
    about: `One of ${LOG_LEVELS.join(", ")}.`,
    example: "info",
    schema: z.enum(LOG_LEVELS, `write one of ${LOG_LEVELS.join(", ")}`),
  },
  SKUPORT_SERVE_WORKER: {
    about: "Whether `skuport serve` starts a worker as a child process; false where `skuport work` runs elsewhere.",
    example: "true",
    schema: yesOrNo,
  },
  SKUPORT_WORKER_CONCURRENCY: {
    about:
      "Connections of one worker that load an import at the same time, 1 to 32. Not set: one more than the cores, from 2 to 4.",
    example: "",
    schema: wholeNumber(1, 32),
  },
  SKUPORT_MAX_UPLOAD_BYTES: {
    about: "Largest file an import takes, in bytes.",
    example: "20000000000",
    schema: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  },
  SKUPORT_DISK_RESERVE_BYTES: {
    about:
      "Bytes of the data folder's disk that stay free for the database: uploads are refused and imports wait when less is free. Not set: 5 % of the disk, at most 1 GB.",
    example: "",
    schema: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  },
  SKUPORT_SECRETS_KEY: {
    about:
      "Key that webhooks' secrets are encrypted with in the database: 32 bytes in Base64 (openssl rand -base64 32). Several between commas: the first encrypts, all decrypt; see `skuport rotate-key`. Not set: the file secrets.key in the data folder, made at first use.",
    example: "",
    schema: listOf(isKey, "write 32 bytes in Base64, as `openssl rand -base64 32` prints them"),
    is_secret: true,
  },
  SKUPORT_WEBHOOK_ALLOW_CIDRS: {
    about:
      "Private networks that webhooks may call, between commas, such as 10.1.2.0/24,fd00:1::/64. Not set: the public internet only.",
    example: "",
    schema: listOf((text) => ipaddr.isValidCIDR(text), "write networks such as 10.1.2.0/24, with commas between them"),
  },
  SKUPORT_WEBHOOK_PROXY: {
    about: "HTTP proxy that webhooks are sent through; it decides then which addresses a name may lead to.",
    example: "",
    schema: z.string().refine(isHttpUrl, "write http://host:port"),
  },
  SKUPORT_WEBHOOK_TIME_SCALE: {
    about: "Factor of all pauses between attempts of webhooks, 0.000001 to 1; less than 1 is for tests only.",
    example: "1",
    schema: z
      .string()
      .transform(Number)
      .refine((scale) => scale >= 0.000001 && scale <= 1, "write a number from 0.000001 to 1"),
  },
  SKUPORT_WEBHOOK_KEEP_DAYS: {
    about: "Days that events and webhooks' deliveries are kept, 1 to 3650.",
    example: "30",
    schema: wholeNumber(1, 3650),
  },
  SKUPORT_HISTORY_KEEP_DAYS: {
    about:
      "Days that products' former versions are kept, 1 to 36500; changes that are older can no longer be undone. Not set: for ever.",
    example: "",
    schema: wholeNumber(1, 36_500),
  },
} as const satisfies Record<string, Setting>;

type Name = keyof typeof SETTINGS;
type Values = { [N in Name]?: z.output<(typeof SETTINGS)[N]["schema"]> };

/**
 * Reads the settings from `env` and from the file `.env` in `cwd`; the environment wins. An empty value counts as not set.
 * @throws {ConfigError} with every fault.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>, cwd: string): Config {
  const given = withoutEmpty({ ...readEnvFile(resolve(cwd, ".env")), ...withoutEmpty(env) });
  const values = parseSettings(given);
  return Object.freeze({
    host: values.SKUPORT_HOST ?? "127.0.0.1",
    port: values.SKUPORT_PORT ?? 8000,
    port_is_explicit: values.SKUPORT_PORT !== undefined,
    data_dir: resolve(cwd, values.SKUPORT_DATA_DIR ?? "./data"),
    database_url: values.DATABASE_URL,
    database_connections: values.SKUPORT_DATABASE_CONNECTIONS ?? 10,
    log_level: values.SKUPORT_LOG_LEVEL ?? "info",
    serve_worker: values.SKUPORT_SERVE_WORKER ?? true,
    worker_concurrency: values.SKUPORT_WORKER_CONCURRENCY ?? DEFAULT_LANES,
    max_upload_bytes: values.SKUPORT_MAX_UPLOAD_BYTES ?? 20_000_000_000,
    disk_reserve_bytes: values.SKUPORT_DISK_RESERVE_BYTES,
    secrets_keys: values.SKUPORT_SECRETS_KEY ?? [],
    webhook_allow_cidrs: values.SKUPORT_WEBHOOK_ALLOW_CIDRS ?? [],
    webhook_proxy: values.SKUPORT_WEBHOOK_PROXY,
    webhook_time_scale: values.SKUPORT_WEBHOOK_TIME_SCALE ?? 1,
    webhook_keep_days: values.SKUPORT_WEBHOOK_KEEP_DAYS ?? 30,
    history_keep_days: values.SKUPORT_HISTORY_KEEP_DAYS,
  });
}

/** The text of `.env.example`: every setting with its meaning and, commented out, its default. */
export function describeSettings(): string {
  const head =
    "# Settings of Skuport. Copy to .env and uncomment what you change; the environment wins over this file.\n";
  const parts = Object.entries(SETTINGS).map(([name, { about, example }]) => `\n# ${about}\n# ${name}=${example}\n`);
  return head + parts.join("");
}

function parseSettings(given: Readonly<Record<string, string>>): Values {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(given)) {
    const setting: Setting | undefined = isName(name) ? SETTINGS[name] : undefined;
    if (setting === undefined) {
      // A misspelt name would otherwise be a setting that silently does nothing.
      if (name.startsWith("SKUPORT_"))
        faults.push(`${name}=${text}: there is no such setting; see .env.example for all of them.`);
      continue;
    }
    const result = setting.schema.safeParse(text);
    if (result.success) values[name] = result.data;
    else
      faults.push(
        `${name}=${setting.is_secret ? "***" : withoutPassword(text)}: ${result.error.issues[0]?.message ?? "not a valid value"}.`,
      );
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return values;
}

function isName(name: string): name is Name {
  return Object.hasOwn(SETTINGS, name);
}

function readEnvFile(path: string): Record<string, string | undefined> {
  try {
    return parseEnv(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new ConfigError([`${path}: cannot be read (${(error as Error).message}); make it readable or remove it.`]);
  }
}

function withoutEmpty(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1].trim() !== "",
  );
  return Object.fromEntries(given.map(([name, text]) => [name, text.trim()]));
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && ["postgres:", "postgresql:"].includes(new URL(text).protocol);
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === "http:";
}

/** Faults end up in logs and tickets. */
function withoutPassword(text: string): string {
  return text.replace(/(:\/\/[^:@/]*:)[^@]*@/, "$1***@");
}
