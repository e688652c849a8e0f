// Checks the signatures of requests (AWS Signature Version 4) and the hashes of their bodies, for the object storage of tests. Written from
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, without the code that signs the requests.
import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

export interface Context {
  req: Readable & Pick<IncomingMessage, "headers"> & { method?: string | undefined; url?: string | undefined };
  status: number;
  body: unknown;
}
export type Middleware = (context: Context, next: () => Promise<void>) => Promise<void>;

const AUTHORIZATION = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** @param secret the secret key. The key's id is the same text */
export const checkSignature =
  (secret: string): Middleware =>
  async (context, next) => {
    const { req } = context;
    const body = req.method === "PUT" ? await buffer(req) : undefined;
    const fault = faultOf(req, body, secret);
    if (fault !== undefined) {
      context.status = 403;
      context.body = `<Error><Code>${fault}</Code><AWSAccessKeyId>the key</AWSAccessKeyId></Error>`;
      return;
    }
    // s3rver only reads the body from here.
    if (body !== undefined)
      context.req = Object.assign(Readable.from([body], { objectMode: false }), { headers: req.headers });
    await next();
  };

function faultOf(
  { method = "", url = "", headers }: Context["req"],
  body: Buffer | undefined,
  secret: string,
): string | undefined {
  const [, id, scope = "", signed = "", signature] = AUTHORIZATION.exec(headers.authorization ?? "") ?? [];
  if (id !== secret) return "InvalidAccessKeyId";
  const payload = String(headers["x-amz-content-sha256"]);
  if (body !== undefined && payload !== sha256(body)) return "XAmzContentSHA256Mismatch";
  const { pathname, searchParams } = new URL(url, "http://storage");
  const query = [...searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join("&");
  const lines = signed.split(";").map((name) => `${name}:${String(headers[name])}\n`);
  const request = [method, pathname, query, lines.join(""), signed, payload].join("\n");
  const text = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, sha256(request)].join("\n");
  const key = scope.split("/").reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${secret}`);
  return hmac(key, text).toString("hex") === signature ? undefined : "SignatureDoesNotMatch";
}
