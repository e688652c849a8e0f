// The text of an API key.
import { newToken } from "../tokens.ts";

const PREFIX = "sku_";
const LOCAL_PREFIX = "sku_local_";
/** Number of characters of a key that lists show, at its beginning and at its end. */
const SHOWN_PREFIX = 8;
const SHOWN_END = 4;

/** Returns a new key: a prefix, which secret scanners recognize, and 32 random bytes in Base64url. */
export const newKey = (): string => PREFIX + newToken();
export const newLocalKey = (): string => LOCAL_PREFIX + newToken();

/** Returns the parts of a key that lists show. */
export const shownParts = (key: string): { prefix: string; last_four: string } => ({
  prefix: key.slice(0, SHOWN_PREFIX),
  last_four: key.slice(-SHOWN_END),
});
