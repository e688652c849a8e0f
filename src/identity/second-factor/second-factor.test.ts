import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { loadKeyring } from "../../secrets/keyring.ts";
import { resealSecondFactors } from "./reseal.ts";
import {
  beginSecondFactor,
  checkSecondFactor,
  confirmSecondFactor,
  removeSecondFactor,
  renewRecoveryCodes,
  type SecondFactorContext,
} from "./second-factor.ts";
import { totpCode, totpStepAt } from "./totp.ts";

const { pool } = await createTestDatabase();
const newKey = (): string => randomBytes(32).toString("base64");
const KEY = newKey();
const STEP_MS = 30_000;
let now = Date.UTC(2026, 10, 30, 12, 0, 10);
const context: SecondFactorContext = { loadKeys: () => loadKeyring([KEY], "unused"), now: () => now };
let users = 0;
let user: { id: number; name: string };

beforeEach(async () => {
  now = Date.UTC(2026, 10, 30, 12, 0, 10);
  user = await addUser();
});

async function addUser(): Promise<{ id: number; name: string }> {
  const name = `user ${users++}`;
  const { rows } = await pool.query<{ id: number }>(
    "insert into users (name, name_key, role) values ($1, $1, 'admin') returning id",
    [name],
  );
  return { id: rows[0]?.id ?? 0, name };
}

/** Computes the code of the app whose URI is given. */
function codeOf(uri: string, steps = 0): string {
  const secret = new URL(uri).searchParams.get("secret") ?? "";
  const bits = Array.from(secret)
    .map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0"))
    .join("");
  return totpCode(Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2))), totpStepAt(now) + steps);
}

/** Sets up the app of the user. The returned codes belong to steps after the one that confirmed the app. */
async function setUp(): Promise<{ uri: string; recovery_codes: string[] }> {
  const { uri } = await beginSecondFactor(pool, context, user);
  const recoveryCodes = (await confirmSecondFactor(pool, context, user.id, codeOf(uri))) ?? [];
  now += 10 * STEP_MS;
  return { uri, recovery_codes: recoveryCodes };
}

const check = (code?: string, id = user.id): Promise<string> => checkSecondFactor(pool, context, id, code);

describe("setting up", () => {
  test("(6.3.3) a secret is active once a code has confirmed it, and not before", async () => {
    const { uri } = await beginSecondFactor(pool, context, user);
    expect(await check("000000")).toBe("none");
    expect(await confirmSecondFactor(pool, context, user.id, codeOf(uri, 5))).toBeUndefined();
    expect(await check()).toBe("none");
    expect(await confirmSecondFactor(pool, context, user.id, codeOf(uri))).toHaveLength(10);
    expect(await check()).toBe("missing");
  });

  test("(6.5.1) the code that confirmed the secret does not also sign in", async () => {
    const { uri } = await beginSecondFactor(pool, context, user);
    const code = codeOf(uri);
    await confirmSecondFactor(pool, context, user.id, code);
    expect(await check(code)).toBe("wrong");
    now += STEP_MS;
    expect(await check(codeOf(uri))).toBe("app");
  });

  test("a secret that was not confirmed within 15 minutes cannot be confirmed", async () => {
    const { uri } = await beginSecondFactor(pool, context, user);
    now += 15 * 60_000 + 1;
    expect(await confirmSecondFactor(pool, context, user.id, codeOf(uri))).toBeUndefined();
    expect(await check()).toBe("none");
  });

  test("of two confirmations of one secret, one succeeds", async () => {
    const { uri } = await beginSecondFactor(pool, context, user);
    const confirm = (): Promise<string[] | undefined> => confirmSecondFactor(pool, context, user.id, codeOf(uri));
    const results = await Promise.all([confirm(), confirm()]);
    expect(results.filter((codes) => codes !== undefined)).toHaveLength(1);
  });

  test("until the new app is confirmed, the old app stays active; afterwards only the new one is", async () => {
    const old = await setUp();
    const { uri } = await beginSecondFactor(pool, context, user);
    expect(await check(codeOf(uri))).toBe("wrong");
    expect(await check(codeOf(old.uri))).toBe("app");
    now += STEP_MS;
    await confirmSecondFactor(pool, context, user.id, codeOf(uri));
    now += STEP_MS;
    expect(await check(codeOf(old.uri))).toBe("wrong");
    expect(await check(old.recovery_codes[0])).toBe("wrong");
    expect(await check(codeOf(uri))).toBe("app");
  });

  test("removing it also removes the recovery codes and a pending secret", async () => {
    const { recovery_codes } = await setUp();
    const { uri } = await beginSecondFactor(pool, context, user);
    expect(await removeSecondFactor(pool, user.id)).toBe(true);
    expect(await removeSecondFactor(pool, user.id)).toBe(false);
    expect(await check(recovery_codes[0])).toBe("none");
    expect(await confirmSecondFactor(pool, context, user.id, codeOf(uri))).toBeUndefined();
  });
});

describe("signing in", () => {
  test("(6.5.1) a code is accepted once", async () => {
    const { uri } = await setUp();
    const code = codeOf(uri);
    expect(await check(code)).toBe("app");
    expect(await check(code)).toBe("wrong");
  });

  test("(6.5.1) a code that is older than an accepted one is refused", async () => {
    const { uri } = await setUp();
    expect(await check(codeOf(uri))).toBe("app");
    expect(await check(codeOf(uri, -1))).toBe("wrong");
    expect(await check(codeOf(uri, 1))).toBe("app");
  });

  test("(6.5.1) of ten requests that send one code at the same time, one is accepted", async () => {
    const { uri, recovery_codes } = await setUp();
    for (const code of [codeOf(uri), recovery_codes[3]]) {
      const results = await Promise.all(Array.from({ length: 10 }, () => check(code)));
      expect(results.filter((result) => result !== "wrong")).toHaveLength(1);
    }
  });

  test("(6.5.1) each recovery code signs in once, in any order", async () => {
    const { recovery_codes } = await setUp();
    for (const code of recovery_codes.toReversed()) expect(await check(code)).toBe("recovery");
    for (const code of recovery_codes) expect(await check(code)).toBe("wrong");
  });

  test("(6.5.1) of renewals at the same time, the codes of exactly one are valid, and none of the earlier ones", async () => {
    const { recovery_codes } = await setUp();
    const renewed = await Promise.all(Array.from({ length: 4 }, () => renewRecoveryCodes(pool, user.id)));
    expect(await check(recovery_codes[0])).toBe("wrong");
    const results = [];
    for (const codes of renewed) results.push(await check(codes?.[0]));
    expect(results.filter((result) => result === "recovery")).toHaveLength(1);
  });

  test("the codes of another user are refused", async () => {
    const first = await setUp();
    const id = user.id;
    user = await addUser();
    const second = await setUp();
    for (const code of [codeOf(second.uri), second.recovery_codes[0]]) expect(await check(code, id)).toBe("wrong");
    for (const code of [codeOf(first.uri), first.recovery_codes[0]]) expect(await check(code)).toBe("wrong");
  });

  test("(6.5.8) the server's clock decides which code is valid", async () => {
    const { uri } = await setUp();
    const code = codeOf(uri);
    now += 2 * STEP_MS;
    expect(await check(code)).toBe("wrong");
    now -= 4 * STEP_MS;
    expect(await check(code)).toBe("wrong");
  });
});

describe("stored secrets", () => {
  test("(11.3.2) the database contains neither the secret nor a recovery code", async () => {
    const { uri, recovery_codes } = await setUp();
    await beginSecondFactor(pool, context, user);
    const { rows } = await pool.query<object>("select * from users where id = $1", [user.id]);
    const stored = JSON.stringify(rows, (_key, value: unknown) =>
      isBytes(value) ? Buffer.from(value.data).toString("latin1") : value,
    );
    const secret = new URL(uri).searchParams.get("secret") ?? "";
    expect(secret).toHaveLength(32);
    for (const text of [secret, ...recovery_codes, ...recovery_codes.map((code) => code.replaceAll("-", ""))])
      expect(stored).not.toContain(text);
    expect(stored).toContain((await context.loadKeys())[0].id);
  });

  test("(11.3.3) a secret that was copied to another user cannot be decrypted", async () => {
    const { uri } = await setUp();
    const thief = await addUser();
    await pool.query("update users set totp_secret = (select totp_secret from users where id = $1) where id = $2", [
      user.id,
      thief.id,
    ]);
    await expect(check(codeOf(uri), thief.id)).rejects.toThrow();
    await pool.query("delete from users where id = $1", [thief.id]);
  });

  test("(13.3.4) after a rotation, the new key alone opens the secrets", async () => {
    const { uri } = await setUp();
    const { uri: pending } = await beginSecondFactor(pool, context, user);
    const other = newKey();
    expect(await resealSecondFactors(pool, await loadKeyring([other, KEY], "unused"))).toBeGreaterThanOrEqual(2);
    expect(await resealSecondFactors(pool, await loadKeyring([other, KEY], "unused"))).toBe(0);
    const rotated = { ...context, loadKeys: () => loadKeyring([other], "unused") };
    expect(await checkSecondFactor(pool, rotated, user.id, codeOf(uri))).toBe("app");
    expect(await confirmSecondFactor(pool, rotated, user.id, codeOf(pending))).toHaveLength(10);
    await resealSecondFactors(pool, await loadKeyring([KEY, other], "unused"));
  });
});

/** Buffers in the result of a query, as JSON.stringify passes them to its replacer. */
const isBytes = (value: unknown): value is { data: number[] } =>
  typeof value === "object" && value !== null && "type" in value && value.type === "Buffer" && "data" in value;
