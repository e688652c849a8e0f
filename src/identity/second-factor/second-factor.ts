// The second factor of a user: an authenticator app, and recovery codes for users who no longer have it.
import type { Queryable } from "../../db/connection/connect.ts";
import type { Keyring } from "../../secrets/keyring.ts";
import { openPending, openSecret, sealPending, sealSecret } from "./sealed-secret.ts";
import { hashRecoveryCode, newRecoveryCodes } from "./recovery-codes.ts";
import {
  clearSecondFactor,
  countRecoveryHashes,
  readSecondFactor,
  setPendingSecret,
  setRecoveryHashes,
  setSecondFactor,
  useRecoveryHash,
  useStep,
} from "./store.ts";
import { toBase32 } from "./base32.ts";
import { findTotpStep, newTotpSecret, totpUri } from "./totp.ts";

export interface SecondFactorContext {
  /** Loads the current keys, which another process may have rotated. */
  loadKeys: () => Promise<Keyring>;
  /** The server's clock; tests set it. */
  now?: () => number;
}

/**
 * - `none`: the user has no second factor; nothing was checked.
 * - `missing`: the user has a second factor, and no code was given.
 * - `wrong`: the code is wrong, or was used before.
 * - `app`, `recovery`: the code is correct, and is used now. */
export type SecondFactorCheck = "none" | "missing" | "wrong" | "app" | "recovery";

/** Checks a code of the authenticator app or a recovery code. A correct code is used by this call, so call it after the password was
 * verified. */
export async function checkSecondFactor(
  db: Queryable,
  context: SecondFactorContext,
  userId: number,
  code: string | undefined,
): Promise<SecondFactorCheck> {
  const stored = await readSecondFactor(db, userId);
  if (stored === undefined || stored.sealed === null) return "none";
  if (code === undefined) return "missing";
  const secret = openSecret(await context.loadKeys(), userId, stored.sealed);
  const step = findTotpStep(secret, code, nowOf(context), stored.used_step ?? undefined);
  if (step !== undefined) return (await useStep(db, userId, stored.sealed, step)) ? "app" : "wrong";
  return (await useRecoveryHash(db, userId, hashRecoveryCode(code))) ? "recovery" : "wrong";
}

/** Creates a secret for an authenticator app. The current second factor stays active until a code confirms the new secret. */
export async function beginSecondFactor(
  db: Queryable,
  context: SecondFactorContext,
  user: { id: number; name: string },
): Promise<{ secret: string; uri: string }> {
  const secret = newTotpSecret();
  await setPendingSecret(db, user.id, sealPending(await context.loadKeys(), user.id, secret, nowOf(context)));
  return { secret: toBase32(secret), uri: totpUri(secret, user.name) };
}

/** Activates the new secret.
 * @returns the recovery codes; undefined if the code is wrong, or there is no new secret, or it is too old */
export async function confirmSecondFactor(
  db: Queryable,
  context: SecondFactorContext,
  userId: number,
  code: string,
): Promise<string[] | undefined> {
  const pending = (await readSecondFactor(db, userId))?.pending ?? null;
  if (pending === null) return undefined;
  const keys = await context.loadKeys();
  const now = nowOf(context);
  const secret = openPending(keys, userId, pending, now);
  const step = secret === undefined ? undefined : findTotpStep(secret, code, now, undefined);
  if (secret === undefined || step === undefined) return undefined;
  const codes = newRecoveryCodes();
  const isSet = await setSecondFactor(db, userId, pending, {
    sealed: sealSecret(keys, userId, secret),
    used_step: step,
    recovery_hashes: codes.map(hashRecoveryCode),
  });
  return isSet ? codes : undefined;
}

/** Number of unused recovery codes; undefined if the user has no second factor. */
export const countRecoveryCodes = (db: Queryable, userId: number): Promise<number | undefined> =>
  countRecoveryHashes(db, userId);

/** Replaces all recovery codes of the user, used or not.
 * @returns the new codes; undefined if the user has no second factor */
export async function renewRecoveryCodes(db: Queryable, userId: number): Promise<string[] | undefined> {
  const codes = newRecoveryCodes();
  return (await setRecoveryHashes(db, userId, codes.map(hashRecoveryCode))) ? codes : undefined;
}

/** Removes authenticator app and recovery codes.
 * @returns whether the user had a second factor */
export const removeSecondFactor = (db: Queryable, userId: number): Promise<boolean> => clearSecondFactor(db, userId);

const nowOf = ({ now }: SecondFactorContext): number => (now ?? Date.now)();
