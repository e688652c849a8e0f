// Random tokens of sessions, API keys and one-time links. The database stores only their hashes.
import { createHash, randomBytes } from "node:crypto";

const TOKEN_BYTES = 32;

/** Returns 32 random bytes in Base64url: 43 characters. */
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString("base64url");

/** Returns the hash that the database stores. A fast hash is enough, because no one can guess 32 random bytes. */
export const hashToken = (token: string): Buffer => createHash("sha256").update(token).digest();

/** Whether the text has the form of a token. Other texts need no query. */
export const isToken = (text: string): boolean => /^[\w-]{43}$/.test(text);
