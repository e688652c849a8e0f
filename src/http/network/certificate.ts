// The server's TLS certificate: reads its files, checks them, and loads them again when they change. Connections that are open keep the
// certificate with which they began.
import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Server } from "node:https";
import { isIP } from "node:net";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { Config } from "../../config.ts";

type Files = NonNullable<Config["tls"]>;
interface Pem {
  cert: string;
  key: string;
}
interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** A file of the certificate cannot be used. The message names the file and what to do. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
}

export interface Certificate {
  /** Options for the TLS server. */
  readonly options: SecureContextOptions;
  /** Gives the server each new certificate from now on. */
  keepCurrent(server: Pick<Server, "setSecureContext">): void;
  /** Reads the files, and uses them if they have changed and are valid. */
  reload(): Promise<void>;
  stop(): void;
}

/** Files are compared by content, because programs that renew certificates replace files, links or folders in different ways. */
const INTERVAL_MS = 30_000;
const WARN_DAYS = 14;
const DAY_MS = 86_400_000;

/** Forward secrecy and authenticated encryption only (Mozilla's "intermediate" configuration), strongest first. */
const TLS_RULES: SecureContextOptions = {
  minVersion: "TLSv1.2",
  honorCipherOrder: true,
  ciphers: [
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_AES_128_GCM_SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
  ].join(":"),
};

/** Returns the certificate of the settings, if they name one. */
export async function certificateOf(
  { tls, public_urls }: Pick<Config, "tls" | "public_urls">,
  log: Log,
): Promise<Certificate | undefined> {
  const hosts = public_urls.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, ""));
  return tls && openCertificate(tls, hosts, log);
}

/** @param hosts names that the certificate should contain
 * @throws {CertificateError} when the files cannot be used */
export async function openCertificate(files: Files, hosts: readonly string[], log: Log): Promise<Certificate> {
  let current = await readPem(files);
  let refused = "";
  const servers: Pick<Server, "setSecureContext">[] = [];
  warnAbout(check(files, current), hosts, log);

  const reload = async (): Promise<void> => {
    try {
      const pem = await readPem(files);
      if (isSame(pem, current)) return;
      const certificate = check(files, pem);
      current = pem;
      for (const server of servers) server.setSecureContext({ ...TLS_RULES, ...pem });
      refused = "";
      log.info({ subject: certificate.subject, valid_to: certificate.validTo }, "loaded the new TLS certificate");
      warnAbout(certificate, hosts, log);
    } catch (error) {
      // The files may be incomplete because they are being replaced. Report each reason once.
      const reason = (error as Error).message;
      if (reason !== refused) log.warn({ err: error }, `the TLS certificate in use is kept: ${reason}`);
      refused = reason;
    }
  };
  const timer = setInterval(() => void reload(), INTERVAL_MS).unref();
  return {
    options: { ...TLS_RULES, ...current },
    keepCurrent: (server) => void servers.push(server),
    reload,
    stop: () => {
      clearInterval(timer);
    },
  };
}

const isSame = (a: Pem, b: Pem): boolean => a.cert === b.cert && a.key === b.key;

async function readPem({ cert, key }: Files): Promise<Pem> {
  return { cert: await readText("SKUPORT_TLS_CERT", cert), key: await readText("SKUPORT_TLS_KEY", key) };
}

async function readText(setting: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new CertificateError(
      `${setting}: ${path} cannot be read: ${(cause as Error).message}. Check the path, and whether this user may read the file.`,
      { cause },
    );
  }
}

/** Returns the first certificate of the file, which is the server's own. */
function check(files: Files, { cert, key }: Pem): X509Certificate {
  const certificate = parse(
    () => new X509Certificate(cert),
    `SKUPORT_TLS_CERT: ${files.cert} does not contain a certificate in PEM format (-----BEGIN CERTIFICATE-----).`,
  );
  const privateKey: KeyObject = parse(
    () => createPrivateKey(key),
    `SKUPORT_TLS_KEY: ${files.key} does not contain a private key in PEM format without a passphrase (-----BEGIN PRIVATE KEY-----).`,
  );
  if (!certificate.checkPrivateKey(privateKey))
    throw new CertificateError(
      `SKUPORT_TLS_KEY: ${files.key} is not the private key of the certificate in ${files.cert}. The file of the certificate must begin with the server's own certificate, followed by the intermediate ones.`,
    );
  parse(
    () => createSecureContext({ ...TLS_RULES, cert, key }),
    `SKUPORT_TLS_CERT: ${files.cert} cannot be used for TLS. Use an RSA key of at least 2048 bits or an ECDSA key.`,
  );
  return certificate;
}

function parse<T>(read: () => T, message: string): T {
  try {
    return read();
  } catch (cause) {
    throw new CertificateError(`${message} (${(cause as Error).message})`, { cause });
  }
}

function warnAbout(certificate: X509Certificate, hosts: readonly string[], log: Log): void {
  const isValidFor = (host: string): boolean =>
    (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
  const missing = hosts.filter((host) => !isValidFor(host));
  if (missing.length > 0)
    log.warn({ subject: certificate.subject }, `the TLS certificate is not valid for ${missing.join(", ")}`);
  const days = Math.floor((certificate.validToDate.getTime() - Date.now()) / DAY_MS);
  if (days < WARN_DAYS)
    log.warn(
      { valid_to: certificate.validTo },
      days < 0 ? "the TLS certificate has expired; replace its files" : `the TLS certificate expires in ${days} days`,
    );
}
