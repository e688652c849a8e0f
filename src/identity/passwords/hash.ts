// Hashes passwords with argon2id.
import { hash, verify } from "@node-rs/argon2";
import { createBound } from "../throttle/bounded.ts";

/** Parameters that OWASP recommends for argon2id: 19 MiB of memory, two passes, one lane. `algorithm` 2 is argon2id; the package exports its
 * names as a const enum, which type stripping cannot use. */
const PARAMETERS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Maximum number of hashes that this process computes at the same time, for sign-ins and for known users, who are signed in or have a
 * link. Hashes run on the threads that also read files, so both kinds together must not occupy all of these threads. */
const HASHES_AT_ONCE = { sign_in: 2, known_user: 1 };
/** Number of hashes of each kind that may wait. */
const MAX_WAITING = 100;

/** Sign-ins do not delay or refuse the hashes of known users. */
const bounds = {
  sign_in: createBound(HASHES_AT_ONCE.sign_in, MAX_WAITING),
  known_user: createBound(HASHES_AT_ONCE.known_user, MAX_WAITING),
};

/** @throws Problem not-ready if too many hashes are waiting */
export const hashPassword = (password: string): Promise<string> =>
  bounds.known_user(() => hash(normalized(password), PARAMETERS));

/** Whether the password is the one that was hashed. Without a hash, the function compares the password with the hash of another one and
 * returns false, so that the response takes as long as for a user who has a password.
 * @throws Problem not-ready if too many hashes are waiting */
export async function verifyPassword(
  passwordHash: string | null,
  password: string,
  bound: keyof typeof bounds,
): Promise<boolean> {
  const matches = await bounds[bound](() => verify(passwordHash ?? UNKNOWN_HASH, normalized(password)));
  return matches && passwordHash !== null;
}

/** A hash with the parameters above. */
const UNKNOWN_HASH =
  "$argon2id$v=19$m=19456,t=2,p=1$c2t1cG9ydC1uby11c2VyIQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/** Returns the form in which passwords are compared: keyboards write the same accented letter in different ways. */
const normalized = (password: string): string => password.normalize("NFC");
