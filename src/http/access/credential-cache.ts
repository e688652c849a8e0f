// Remembers for a few seconds to whom the credentials of requests belong, so that a request needs no query. Changes in this process clear
// the cache at once; changes in other processes clear it by a notification. If a notification is lost, an entry is wrong for at most
// KEPT_MS.
import type { Credential } from "../../identity/credentials/store.ts";

/** How long an entry is used. */
const KEPT_MS = 5000;
/** Maximum number of entries. Only valid credentials are remembered, so requests with random tokens cannot fill the cache. */
const MAX_ENTRIES = 10_000;

export interface CredentialCache {
  /** Returns the credential that `read` returns, or the result of an earlier call with the same token. */
  get(token: string, read: () => Promise<Credential | undefined>): Promise<Credential | undefined>;
  clear(): void;
}

interface Entry {
  credential: Promise<Credential | undefined>;
  read_at: number;
}

/** @param now the current time in milliseconds; tests pass their own clock */
export function createCredentialCache(now: () => number = () => performance.now()): CredentialCache {
  const entries = new Map<string, Entry>();
  return {
    get(token, read) {
      const found = entries.get(token);
      if (found !== undefined && now() - found.read_at < KEPT_MS) return found.credential;
      const entry = { credential: read(), read_at: now() };
      entries.delete(token);
      entries.set(token, entry);
      const forget = (): void => {
        if (entries.get(token) === entry) entries.delete(token);
      };
      entry.credential.then((credential) => {
        if (credential === undefined) forget();
      }, forget);
      const [oldest] = entries.keys();
      if (entries.size > MAX_ENTRIES && oldest !== undefined) entries.delete(oldest);
      return entry.credential;
    },
    clear() {
      entries.clear();
    },
  };
}
