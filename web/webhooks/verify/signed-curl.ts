// Builds a curl command that sends a delivery with a valid signature, to test a receiver by hand.
import { HIDDEN_SECRET } from "./verify-snippets.ts";

export interface SignedRequest {
  url: string;
  /** The headers of the delivery; only `webhook-id` is used. */
  headers: Record<string, string>;
  body: string;
}

/** Returns a command that sends the body with the current time and a new signature. While the secret is hidden, the command
 * contains a placeholder instead of the signature.
 * The signed text and the key are described at
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export async function signedCurl(request: SignedRequest, secret: string, now: Date): Promise<string> {
  const id = request.headers["webhook-id"] ?? "msg_test";
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signature =
    secret === HIDDEN_SECRET ? "v1,…" : `v1,${await sign(`${id}.${timestamp}.${request.body}`, secret)}`;
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signature,
  };
  const lines = [
    `curl -i ${quote(request.url)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    `--data-binary ${quote(request.body)}`,
  ];
  return lines.join(" \\\n  ");
}

async function sign(text: string, secret: string): Promise<string> {
  const raw = Uint8Array.from(atob(secret.replace("whsec_", "")), (char) => char.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(signature)));
}

/** Quotes an argument for a POSIX shell, where only the single quote is special inside single quotes. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
