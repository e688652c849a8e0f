// Sends requests to an object storage with the API of Amazon S3. aws4fetch signs them (decision 0065). Only the requests that every
// S3-compatible service has are used: put, get, list and delete of objects.
import { setTimeout as sleep } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import pLimit from "p-limit";
import { StoreUnavailable } from "../file-store.ts";
import type { BucketSettings } from "./settings.ts";

/** Attempts of a request that the service did not answer or answered with a temporary error. */
const ATTEMPTS = 3;
/** The pause before the second attempt. The next pause is four times as long. */
const FIRST_PAUSE_MS = 200;
/** For a request that transfers an object, at most PART_BYTES (parts.ts). */
const TRANSFER_MS = 120_000;
/** For other requests. */
const ANSWER_MS = 20_000;
/** Number of objects that are deleted at the same time. */
const DELETES = 8;

export interface StoredObject {
  key: string;
  changed_ms: number;
}

export interface BucketClient {
  /** @param isNew whether to leave an existing object unchanged. Services without If-None-Match replace the object or do nothing */
  put(key: string, body: Uint8Array<ArrayBuffer>, isNew?: boolean): Promise<void>;
  /** @returns undefined if the object does not exist */
  get(key: string, range?: { start: number; end: number }, signal?: AbortSignal): Promise<Buffer | undefined>;
  list(prefix: string): Promise<StoredObject[]>;
  remove(keys: readonly string[]): Promise<void>;
}

/** The service refuses a request, for example because of wrong credentials. */
export class RefusedByStore extends StoreUnavailable {
  readonly http_status: number;
  /** The error code of S3, such as NoSuchBucket; empty if the response has none. */
  readonly code: string;
  constructor(status: number, code: string) {
    super(`HTTP status ${status.toString()}${code === "" ? "" : `, ${code}`}`);
    this.http_status = status;
    this.code = code;
  }
}

export function createBucketClient(settings: BucketSettings): BucketClient {
  const request = createRequester(settings);
  return {
    async put(key, body, isNew = false) {
      // The service compares the bytes with this hash before it stores them.
      const hash = Buffer.from(await crypto.subtle.digest("SHA-256", body)).toString("hex");
      const headers = { "x-amz-content-sha256": hash, ...(isNew ? { "if-none-match": "*" } : {}) };
      await request(pathOf(key), { method: "PUT", body, headers }, isNew ? [200, 409, 412, 501] : [200]);
    },
    async get(key, range, signal) {
      if (range !== undefined && range.end <= range.start) return Buffer.alloc(0);
      const headers: Record<string, string> =
        range === undefined ? {} : { range: `bytes=${range.start.toString()}-${(range.end - 1).toString()}` };
      try {
        return await request(pathOf(key), { headers, ...(signal ? { signal } : {}) }, [200, 206]);
      } catch (error) {
        if (error instanceof RefusedByStore && error.http_status === 404 && error.code !== "NoSuchBucket")
          return undefined;
        throw error;
      }
    },
    async list(prefix) {
      const found: StoredObject[] = [];
      for (let next: string | undefined = ""; next !== undefined;) {
        const token = next === "" ? "" : `&continuation-token=${encodeURIComponent(next)}`;
        const body = await request(`?list-type=2&prefix=${encodeURIComponent(prefix)}${token}`, {}, [200]);
        const xml = body.toString("utf8");
        found.push(...objectsIn(xml));
        next = textOf(xml, "NextContinuationToken");
        if (next === undefined && textOf(xml, "IsTruncated") === "true") throw new StoreUnavailable("incomplete list");
      }
      return found;
    },
    async remove(keys) {
      const limit = pLimit(DELETES);
      try {
        await Promise.all(keys.map((key) => limit(() => request(pathOf(key), { method: "DELETE" }, [200, 204, 404]))));
      } finally {
        limit.clearQueue();
      }
    },
  };
}

/** Sends a request and returns the body of the response. */
type Request = (path: string, init: RequestInit, accepted: readonly number[]) => Promise<Buffer>;

function createRequester(settings: BucketSettings): Request {
  const base = baseUrl(settings);
  const aws = new AwsClient({
    service: "s3",
    region: settings.region,
    accessKeyId: settings.access_key_id,
    secretAccessKey: settings.secret_access_key,
    ...(settings.session_token === undefined ? {} : { sessionToken: settings.session_token }),
  });
  const send = async (path: string, init: RequestInit): Promise<{ status: number; body: Buffer }> => {
    const isTransfer = init.method !== "DELETE" && !path.startsWith("?");
    const timeout = AbortSignal.timeout(isTransfer ? TRANSFER_MS : ANSWER_MS);
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    // A redirect would send the request to an address that the administrator has not configured.
    const response = await fetch(await aws.sign(base + path, { ...init, signal, redirect: "manual" }));
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  };
  return async (path, init, accepted) => {
    let reason = "";
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await sleep(FIRST_PAUSE_MS * 4 ** (attempt - 1));
      init.signal?.throwIfAborted();
      try {
        const { status, body } = await send(path, init);
        if (accepted.includes(status)) return body;
        const refusal = new RefusedByStore(status, codeOf(body));
        if (!isTemporary(refusal)) throw refusal;
        reason = refusal.reason;
      } catch (error) {
        init.signal?.throwIfAborted();
        if (error instanceof RefusedByStore) throw error;
        reason = reasonOf(error);
      }
    }
    throw new StoreUnavailable(reason);
  };
}

/** Error codes of S3 that also belong to other statuses. */
const TEMPORARY_CODES: ReadonlySet<string> = new Set(["RequestTimeout", "OperationAborted"]);

/** 501: the service does not know the request. */
const isTemporary = ({ http_status: status, code }: RefusedByStore): boolean =>
  status === 408 || status === 429 || (status >= 500 && status !== 501) || TEMPORARY_CODES.has(code);

/** The URL of the bucket, ending with a slash. Other services and names with dots, which no certificate covers, need the bucket in the
 * path. */
function baseUrl({ bucket, region, endpoint }: BucketSettings): string {
  if (endpoint !== undefined) return `${endpoint.replace(/\/+$/, "")}/${bucket}/`;
  return bucket.includes(".")
    ? `https://s3.${region}.amazonaws.com/${bucket}/`
    : `https://${bucket}.s3.${region}.amazonaws.com/`;
}

const pathOf = (key: string): string => key.split("/").map(encodeURIComponent).join("/");

/** Extracts the objects from the response to a list request. Our names contain no characters that XML escapes. */
const objectsIn = (xml: string): StoredObject[] =>
  Array.from(xml.matchAll(/<Contents>(.*?)<\/Contents>/gs), ([, object = ""]) => ({
    key: textOf(object, "Key") ?? "",
    changed_ms: Date.parse(textOf(object, "LastModified") ?? ""),
  }));

const textOf = (xml: string, element: string): string | undefined =>
  new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];

/** Only the code: the description can contain the key id and the signed request. */
const codeOf = (body: Buffer): string => /^\w+$/.exec(textOf(body.toString("utf8"), "Code") ?? "")?.[0] ?? "";

/** `fetch` wraps the error of the connection. */
function reasonOf(error: unknown): string {
  const { cause, name } = error as Error;
  const { code, message } = (cause ?? error) as NodeJS.ErrnoException;
  if (typeof code === "string") return code;
  return cause === undefined ? name : message;
}
