// Recovery codes: each replaces one code of the authenticator app, for users who no longer have the app.
import { createHash, randomBytes } from "node:crypto";
import { toBase32 } from "./base32.ts";

const CODES = 10;
/** 120 bits. With at least 112 bits, a code cannot be found by trying, so a fast hash without a salt protects it (ASVS 6.5.2). */
const CODE_BYTES = 15;
const GROUP_CHARACTERS = 4;

export const newRecoveryCodes = (): string[] =>
  Array.from({ length: CODES }, () => groupsOf(toBase32(randomBytes(CODE_BYTES)).toLowerCase()).join("-"));

/** Hashes a code as entered: case, spaces and hyphens do not matter. */
export const hashRecoveryCode = (code: string): Buffer =>
  createHash("sha256").update("skuport recovery code ").update(code.replaceAll(/[\s-]/g, "").toLowerCase()).digest();

const groupsOf = (text: string): string[] =>
  Array.from({ length: text.length / GROUP_CHARACTERS }, (_, i) =>
    text.slice(i * GROUP_CHARACTERS, (i + 1) * GROUP_CHARACTERS),
  );
