// Defines and documents every setting of Skuport, and reads them from the environment and `.env` into one frozen object. Only this file
// reads the environment; all other code receives the Config as an argument.
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { isApiKey } from "../contract/identity/key-format.ts";
import "../contract/wording.ts";
import type { BucketSettings } from "./imports/file-stores/bucket/settings.ts";
import type { MailSettings } from "./identity/mail/settings.ts";
import type { SingleSignOnSettings } from "./identity/single-sign-on/settings.ts";
import { isKey } from "./secrets/keyring.ts";
import { dataDirOf, EnvFileError, givenSettings } from "./given-settings.ts";
import { bucketOf, FILE_SETTINGS, fileFaults } from "./settings/file-settings.ts";
import { MAIL_SETTINGS, mailFaults, mailOf } from "./settings/mail-settings.ts";
import { NETWORK_SETTINGS, networkFaults, PLATFORM_PORT } from "./settings/network-settings.ts";
import { readSecretFiles } from "./settings/secret-files.ts";
import { SIGN_IN_SETTINGS, signInFaults, singleSignOnOf } from "./settings/sign-in-settings.ts";
import { ConfigError, listOf, wholeNumber, yesOrNo, type Setting } from "./settings/setting.ts";

export { ConfigError } from "./settings/setting.ts";

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

export interface Config {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** False = the port is the default, and the server may use the next free one. */
  readonly port_is_explicit: boolean;
  /** Origins under which users open Skuport, such as https://shop.example. Empty = only this computer can use the server. */
  readonly public_urls: readonly string[];
  /** Absolute paths of the server's certificate and key; undefined = the server itself does not use TLS. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Addresses and networks of trusted reverse proxies. */
  readonly trust_proxy: readonly string[];
  /** undefined = no identity provider. */
  readonly single_sign_on: SingleSignOnSettings | undefined;
  /** False = users sign in with single sign-on only. */
  readonly password_sign_in: boolean;
  /** undefined = no mail server. */
  readonly mail: MailSettings | undefined;
  /** undefined = uploaded files are in the data folder. */
  readonly files_bucket: BucketSettings | undefined;
  /** Absolute path of the data folder. */
  readonly data_dir: string;
  /** undefined = the embedded PostgreSQL in the data folder. */
  readonly database_url: string | undefined;
  /** Maximum number of connections of a server's pool. */
  readonly database_connections: number;
  readonly log_level: (typeof LOG_LEVELS)[number];
  /** True = `skuport serve` starts a worker process. */
  readonly serve_worker: boolean;
  /** Number of loaders of one worker. Each loads one chunk at a time. */
  readonly worker_concurrency: number;
  readonly max_upload_bytes: number;
  /** Number of bytes that Skuport's files must leave free on the data folder's disk; undefined = 5 % of the disk, at most 1 GB. */
  readonly disk_reserve_bytes: number | undefined;
  /** Keys in Base64, newest first; empty = the file secrets.key in the data folder. */
  readonly secrets_keys: readonly string[];
  /** Private networks that webhooks may call. */
  readonly webhook_allow_cidrs: readonly string[];
  readonly webhook_proxy: string | undefined;
  /** Factor for every pause between attempts to deliver a webhook. */
  readonly webhook_time_scale: number;
  readonly webhook_keep_days: number;
  /** undefined = keep for ever. */
  readonly history_keep_days: number | undefined;
  readonly audit_keep_days: number;
}

// One more than the CPU cores, so that one loader parses while the others keep PostgreSQL busy. More than four loaders gain little on one
// disk and slow down the API's queries. On two cores, three loaders loaded 500,000 rows in 2.1 s, two in 2.5 s.
const DEFAULT_CONCURRENCY = Math.max(2, Math.min(availableParallelism() + 1, 4));

const SETTINGS = {
  ...NETWORK_SETTINGS,
  ...SIGN_IN_SETTINGS,
  ...MAIL_SETTINGS,
  ...FILE_SETTINGS,
  SKUPORT_DATA_DIR: {
    about: "Data folder, for uploads and the embedded PostgreSQL. Only one server at a time can use it.",
    example: "./data",
    schema: z.string(),
  },
  DATABASE_URL: {
    about:
      "Your own PostgreSQL (15 or newer), as postgres://user:password@host:port/database. Default: the embedded PostgreSQL. DATABASE_URL_FILE names a file that contains the URL.",
    example: "",
    can_be_file: true,
    schema: z
      .string()
      .refine(
        isPostgresUrl,
        "write postgres://user:password@host:port/database, or remove the setting to use the embedded PostgreSQL",
      ),
  },
  SKUPORT_DATABASE_CONNECTIONS: {
    about:
      "Maximum database connections of the server, 2 to 500. Workers open additional connections: two per loader and a few more.",
    example: "10",
    schema: wholeNumber(2, 500),
  },
  SKUPORT_LOG_LEVEL: {
    about: `Log level: one of ${LOG_LEVELS.join(", ")}.`,
    example: "info",
    schema: z.enum(LOG_LEVELS, `write one of ${LOG_LEVELS.join(", ")}`),
  },
  SKUPORT_SERVE_WORKER: {
    about:
      "true = `skuport serve` also starts a worker. Set it to false if you start workers yourself with `skuport work`.",
    example: "true",
    schema: yesOrNo,
  },
  SKUPORT_WORKER_CONCURRENCY: {
    about:
      "Number of loaders of one worker, 1 to 32. Each needs up to two database connections. Default: one more than the CPU cores, from 2 to 4.",
    example: "",
    schema: wholeNumber(1, 32),
  },
  SKUPORT_MAX_UPLOAD_BYTES: {
    about: "Largest file that can be imported, in bytes.",
    example: "20000000000",
    schema: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  },
  SKUPORT_DISK_RESERVE_BYTES: {
    about:
      "Bytes to keep free on the disk of the data folder, for the database. If less is free, uploads are refused and imports wait. Default: 5 % of the disk, at most 1 GB.",
    example: "",
    schema: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  },
  SKUPORT_SECRETS_KEY: {
    about:
      "Key that encrypts the secrets of webhooks and authenticator apps in the database: 32 bytes in Base64, as printed by `openssl rand -base64 32`. To rotate the key, write several keys, separated by commas: the first key encrypts, and all keys decrypt (see `skuport rotate-key --help`). Default: the file secrets.key in the data folder, created at the first start. SKUPORT_SECRETS_KEY_FILE names a file that contains the key.",
    example: "",
    can_be_file: true,
    schema: listOf(isKey, "write 32 bytes in Base64, as printed by `openssl rand -base64 32`"),
    is_secret: true,
  },
  SKUPORT_API_KEY: {
    about:
      "API key with which commands call a server. Default: the key that `skuport login` has stored for this server, or the key in the server's data folder.",
    example: "",
    schema: z.string().refine(isApiKey, 'write the whole key: "sku_" and 43 characters'),
    is_secret: true,
  },
  SKUPORT_WEBHOOK_ALLOW_CIDRS: {
    about:
      "Private networks that webhooks may call, separated by commas, such as 10.1.2.0/24,fd00:1::/64. Default: only the public internet.",
    example: "",
    schema: listOf((text) => ipaddr.isValidCIDR(text), "write networks such as 10.1.2.0/24, separated by commas"),
  },
  SKUPORT_WEBHOOK_PROXY: {
    about:
      "HTTP proxy for sending webhooks, as http://host:port. If set, the proxy decides which addresses webhooks can call.",
    example: "",
    schema: z.string().refine(isHttpUrl, "write http://host:port"),
  },
  SKUPORT_WEBHOOK_TIME_SCALE: {
    about: "Factor for all pauses between attempts to deliver a webhook, 0.000001 to 1. Use less than 1 only in tests.",
    example: "1",
    schema: z
      .string()
      .transform(Number)
      .refine((scale) => scale >= 0.000001 && scale <= 1, "write a number from 0.000001 to 1"),
  },
  SKUPORT_WEBHOOK_KEEP_DAYS: {
    about: "Days to keep events and the delivery log of webhooks, 1 to 3650.",
    example: "30",
    schema: wholeNumber(1, 3650),
  },
  SKUPORT_HISTORY_KEEP_DAYS: {
    about:
      "Days to keep earlier versions of products, 1 to 36500. Older changes cannot be undone. Default: keep them for ever.",
    example: "",
    schema: wholeNumber(1, 36_500),
  },
  SKUPORT_AUDIT_KEEP_DAYS: {
    about: "Days to keep the audit log, 1 to 36500.",
    example: "365",
    schema: wholeNumber(1, 36_500),
  },
} as const satisfies Record<string, Setting>;

type Name = keyof typeof SETTINGS;
/** Names of settings that can be files. */
const FILE_NAMES = Object.entries<Setting>(SETTINGS).flatMap(([name, setting]) => (setting.can_be_file ? [name] : []));
type Values = { [N in Name]?: z.output<(typeof SETTINGS)[N]["schema"]> } & { PORT?: number };

/**
 * Reads the settings from `env` and from the file `.env` in `cwd`. The environment takes precedence. An empty value counts as not set.
 * @throws {ConfigError} with all faults
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>, cwd: string): Config {
  const given = readGiven(env, cwd);
  const values = parseSettings(given, cwd);
  return Object.freeze({
    host: values.SKUPORT_HOST ?? "127.0.0.1",
    port: values.SKUPORT_PORT ?? values.PORT ?? 8000,
    port_is_explicit: (values.SKUPORT_PORT ?? values.PORT) !== undefined,
    public_urls: values.SKUPORT_PUBLIC_URL ?? [],
    tls: tlsFiles(values, cwd),
    trust_proxy: values.SKUPORT_TRUST_PROXY ?? [],
    single_sign_on: singleSignOnOf(values),
    password_sign_in: values.SKUPORT_PASSWORD_SIGN_IN ?? true,
    mail: mailOf(values),
    files_bucket: bucketOf(values),
    data_dir: dataDirOf(given, cwd),
    database_url: values.DATABASE_URL,
    database_connections: values.SKUPORT_DATABASE_CONNECTIONS ?? 10,
    log_level: values.SKUPORT_LOG_LEVEL ?? "info",
    serve_worker: values.SKUPORT_SERVE_WORKER ?? true,
    worker_concurrency: values.SKUPORT_WORKER_CONCURRENCY ?? DEFAULT_CONCURRENCY,
    max_upload_bytes: values.SKUPORT_MAX_UPLOAD_BYTES ?? 20_000_000_000,
    disk_reserve_bytes: values.SKUPORT_DISK_RESERVE_BYTES,
    secrets_keys: values.SKUPORT_SECRETS_KEY ?? [],
    webhook_allow_cidrs: values.SKUPORT_WEBHOOK_ALLOW_CIDRS ?? [],
    webhook_proxy: values.SKUPORT_WEBHOOK_PROXY,
    webhook_time_scale: values.SKUPORT_WEBHOOK_TIME_SCALE ?? 1,
    webhook_keep_days: values.SKUPORT_WEBHOOK_KEEP_DAYS ?? 30,
    history_keep_days: values.SKUPORT_HISTORY_KEEP_DAYS,
    audit_keep_days: values.SKUPORT_AUDIT_KEEP_DAYS ?? 365,
  });
}

/** The text of `.env.example`: every setting with its description and, commented out, its default. */
export function describeSettings(): string {
  const head =
    "# Settings of Skuport. Copy this file to .env and uncomment the settings that you change. Environment variables take precedence.\n";
  const parts = Object.entries(SETTINGS).map(([name, { about, example }]) => `\n# ${about}\n# ${name}=${example}\n`);
  return head + parts.join("");
}

function parseSettings(unread: Readonly<Record<string, string>>, cwd: string): Values {
  const faults: string[] = [];
  // Without a bucket, settings such as AWS_SECRET_ACCESS_KEY_FILE are those of other programs.
  const names = FILE_NAMES.filter(
    (name) => unread["SKUPORT_FILES"] !== undefined || !Object.hasOwn(FILE_SETTINGS, name),
  );
  const given = readSecretFiles(unread, names, cwd, faults);
  const values: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(given)) {
    const setting = findSetting(name, given);
    if (setting === undefined) {
      // Report unknown settings. Otherwise a misspelt setting would be ignored silently.
      // Its value may be a secret with a misspelt name.
      if (name.startsWith("SKUPORT_"))
        faults.push(
          `${name}=${SECRET_NAME.test(name) ? "***" : withoutPassword(text)}: unknown setting; .env.example lists all settings.`,
        );
      continue;
    }
    const result = setting.schema.safeParse(text);
    if (result.success) values[name] = result.data;
    else
      faults.push(
        `${name}=${setting.is_secret ? "***" : withoutPassword(text)}: ${result.error.issues[0]?.message ?? "not a valid value"}.`,
      );
  }
  faults.push(...networkFaults(given), ...signInFaults(given), ...mailFaults(given), ...fileFaults(given));
  if (faults.length > 0) throw new ConfigError(faults);
  return values;
}

const SECRET_NAME = /SECRET|KEY|PASSWORD|TOKEN/i;

function findSetting(name: string, given: Readonly<Record<string, string>>): Setting | undefined {
  if (name === "PORT" && given["SKUPORT_PORT"] === undefined) return PLATFORM_PORT;
  return isName(name) ? SETTINGS[name] : undefined;
}

function tlsFiles({ SKUPORT_TLS_CERT: cert, SKUPORT_TLS_KEY: key }: Values, cwd: string): Config["tls"] {
  return cert === undefined || key === undefined ? undefined : { cert: resolve(cwd, cert), key: resolve(cwd, key) };
}

function isName(name: string): name is Name {
  return Object.hasOwn(SETTINGS, name);
}

/** Reads the settings as text. @throws {ConfigError} if `.env` cannot be read */
function readGiven(env: Readonly<Record<string, string | undefined>>, cwd: string): Record<string, string> {
  try {
    return givenSettings(env, cwd);
  } catch (error) {
    throw error instanceof EnvFileError ? new ConfigError([error.message]) : error;
  }
}

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && ["postgres:", "postgresql:"].includes(new URL(text).protocol);
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === "http:";
}

/** Hides the password of a URL, because error messages end up in logs and tickets. */
function withoutPassword(text: string): string {
  return text.replace(/(:\/\/[^:@/]*:)[^@]*@/, "$1***@");
}
