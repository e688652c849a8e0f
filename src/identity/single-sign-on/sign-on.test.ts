// Single sign-on with a genuine identity provider (oidc-provider).
import { beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import {
  signInAt,
  startIdentityProvider,
  type Person,
} from "../../../tests/support/single-sign-on/identity-provider.ts";
import { CLIENT_OF_TESTS, signOnContext } from "../../../tests/support/single-sign-on/sign-on-context.ts";
import { findKey, findSession } from "../credentials/store.ts";
import { newKey } from "../keys/key-text.ts";
import { insertKey } from "../keys/store.ts";
import { hashToken } from "../tokens.ts";
import { insertUser, setDisabled } from "../users/store.ts";
import { finishSignOn, startSignOn, type Finished, type Started } from "./sign-on.ts";

const REDIRECT_URI = "http://127.0.0.1:4000/api/single-sign-on/callback";
const { pool } = await createTestDatabase();
const provider = await startIdentityProvider(() => REDIRECT_URI);
const context = signOnContext(pool, provider.settings);
let people = 0;

beforeEach(async () => {
  provider.person = null;
  await pool.query("delete from audit_log");
});

const newPerson = (groups: string[], name = `person ${people}`): Person => ({
  sub: `subject ${people++}`,
  preferred_username: name,
  groups,
});

const start = (next?: string): Promise<Started> => startSignOn(context, { redirect_uri: REDIRECT_URI, next });
const finish = (answer: URL, token: string | undefined): Promise<Finished> =>
  finishSignOn(context, { answer, token, client: CLIENT_OF_TESTS });

/** Signs the person in, from the start to the session. */
async function signIn(person: Person | null, next?: string): Promise<Finished> {
  provider.person = person;
  const { url, token } = await start(next);
  return finish(await signInAt(url), token);
}

async function userOf(finished: Finished): Promise<{ user: string; role: string; user_id: number } | undefined> {
  if (finished.kind === "refused") return undefined;
  return findSession(pool, hashToken(finished.session_token));
}

const auditOf = async (): Promise<object[]> =>
  (await pool.query<object>("select action, actor, subject, detail, address from audit_log order by id")).rows;

const expired = { kind: "refused", problem: "single-sign-on-expired" };

describe("users", () => {
  test("(10.5.2) a first sign-in creates the user, whom issuer and subject identify; the next one finds it", async () => {
    const person = newPerson(["staff"], "Anna");
    const first = await signIn(person, "/imports?page=2");
    expect(first).toMatchObject({ kind: "signed-in", next: "/imports?page=2" });
    const user = await userOf(first);
    expect(user).toMatchObject({ user: "Anna", role: "editor" });
    const again = await userOf(await signIn({ ...person, preferred_username: "Anna Renamed" }));
    expect(again).toMatchObject({ user: "Anna", user_id: user?.user_id });
    expect(await auditOf()).toMatchObject([
      { action: "user-created", actor: "single sign-on", subject: "user Anna", detail: { role: "editor" } },
      { action: "signed-in", actor: "Anna", detail: { by: "single-sign-on" }, address: "192.0.2.7" },
      { action: "signed-in", actor: "Anna" },
    ]);
  });

  test("(10.5.2) a person with the name of another user becomes a user of their own", async () => {
    const id = await insertUser(pool, "Berta", "admin");
    const first = await userOf(await signIn(newPerson(["guests"], "berta")));
    const second = await userOf(await signIn(newPerson(["guests"], "BERTA")));
    expect([first?.user, second?.user]).toEqual(["berta 2", "BERTA 3"]);
    expect(new Set([id, first?.user_id, second?.user_id]).size).toBe(3);
  });

  test("(16.2.1) no person gets the name of an actor that is not a user", async () => {
    const user = await userOf(await signIn({ ...newPerson(["guests"], "Local"), sub: "a subject" }));
    expect(user?.user).toBe("a subject");
  });

  test("(8.2.1) a person without a mapped group gets no user, and the audit log records the attempt", async () => {
    const before = await pool.query("select from users");
    for (const groups of [[], ["visitors", "STAFF", "staff "]])
      expect(await signIn(newPerson(groups, "Clara"))).toMatchObject({ kind: "refused", problem: "no-role" });
    expect(await pool.query("select from users")).toHaveProperty("rowCount", before.rowCount);
    expect(await auditOf()).toHaveLength(2);
    expect(await auditOf()).toMatchObject([
      { action: "sign-in-failed", actor: "single sign-on", subject: "user Clara" },
      {},
    ]);
  });

  test("(8.2.1) the first pair of the setting that matches determines the role, at each sign-in", async () => {
    const person = newPerson(["guests", "staff"]);
    const first = await signIn(person);
    expect(await userOf(first)).toMatchObject({ role: "editor" });
    const second = await signIn({ ...person, groups: ["guests", "it"] });
    expect(await userOf(second)).toMatchObject({ role: "admin" });
    expect(await auditOf()).toContainEqual(
      expect.objectContaining({
        action: "role-changed",
        detail: { from: "editor", to: "admin", by: "single-sign-on" },
      }),
    );
  });

  test("(7.4.2) a changed role ends the sessions that began with the old role", async () => {
    const person = newPerson(["staff"]);
    const first = await signIn(person);
    const same = await signIn(person);
    expect([await userOf(first), await userOf(same)]).not.toContain(undefined);
    const changed = await signIn({ ...person, groups: ["guests"] });
    expect([await userOf(first), await userOf(same)]).toEqual([undefined, undefined]);
    expect(await userOf(changed)).toMatchObject({ role: "viewer" });
  });

  test("(7.4.2) a known person who has lost all groups stays out, and their sessions end", async () => {
    const person = newPerson(["staff"]);
    const session = await signIn(person);
    expect(await signIn({ ...person, groups: [] })).toMatchObject({ kind: "refused", problem: "no-role" });
    expect(await userOf(session)).toBeUndefined();
  });

  test("(7.4.2) the API keys of a person who has lost all groups are revoked, and those of others are not", async () => {
    const person = newPerson(["staff"]);
    const { user_id = 0 } = (await userOf(await signIn(person))) ?? {};
    const { user_id: other = 0 } = (await userOf(await signIn(newPerson(["staff"])))) ?? {};
    const keys = [newKey(), newKey()];
    for (const [i, owner] of [user_id, other].entries())
      await insertKey(pool, { user_id: owner, name: "erp", key: keys[i] ?? "", scopes: ["edit"], days: 9 });
    await signIn({ ...person, groups: [] });
    const found = await Promise.all(keys.map((key) => findKey(pool, hashToken(key))));
    expect(found).toMatchObject([undefined, { user_id: other }]);
    expect(await auditOf()).toContainEqual(
      expect.objectContaining({ action: "key-revoked", detail: { by: "single-sign-on", revoked: "1" } }),
    );
  });

  test("(7.4.2) a disabled user stays out", async () => {
    const person = newPerson(["it"], "Dora");
    const user = await userOf(await signIn(person));
    await setDisabled(pool, user?.user_id ?? 0, true);
    expect(await signIn(person)).toMatchObject({ kind: "refused", problem: "user-disabled" });
    expect((await auditOf()).at(-1)).toMatchObject({ action: "sign-in-failed", subject: "user Dora" });
  });

  test("two first sign-ins of one person at the same moment create one user", async () => {
    provider.person = newPerson(["staff"]);
    const started = await Promise.all([start(), start(), start()]);
    const answers = await Promise.all(started.map(({ url }) => signInAt(url)));
    const finished = await Promise.all(answers.map((answer, i) => finish(answer, started[i]?.token)));
    const users = await Promise.all(finished.map(userOf));
    expect(new Set(users.map((user) => user?.user_id)).size).toBe(1);
  });
});

describe("the binding to the browser", () => {
  test("(10.1.2) an answer is accepted once", async () => {
    provider.person = newPerson(["staff"]);
    const { url, token } = await start();
    const answer = await signInAt(url);
    expect(await finish(answer, token)).toMatchObject({ kind: "signed-in" });
    expect(await finish(answer, token)).toMatchObject(expired);
  });

  test("(10.1.2) of two requests with one answer at the same time, one signs in", async () => {
    provider.person = newPerson(["staff"]);
    const { url, token } = await start();
    const answer = await signInAt(url);
    const finished = await Promise.all([finish(answer, token), finish(answer, token)]);
    expect(finished.filter(({ kind }) => kind === "signed-in")).toHaveLength(1);
  });

  test("(10.2.1) an answer without the cookie, or with the cookie of another browser, is refused", async () => {
    provider.person = newPerson(["staff"]);
    const { url, token } = await start();
    const answer = await signInAt(url);
    const victim = await start();
    for (const cookie of [undefined, victim.token, "", "x".repeat(43)])
      expect(await finish(answer, cookie)).toMatchObject(expired);
    // The attempts above have not used the sign-in.
    expect(await finish(answer, token)).toMatchObject({ kind: "signed-in" });
  });

  test.each(["", "state=", "state=wrong", "state=&state="])(
    "(10.2.1) an answer with the query %j is refused",
    async (query) => {
      const { token } = await start();
      expect(await finish(new URL(`${REDIRECT_URI}?code=a&${query}`), token)).toMatchObject(expired);
    },
  );

  test("(10.1.2) a code that was issued to another sign-in is refused, because its PKCE verifier differs", async () => {
    provider.person = newPerson(["staff"]);
    const stolen = (await signInAt((await start()).url)).searchParams.get("code") ?? "";
    const { url, token } = await start();
    const answer = await signInAt(url);
    answer.searchParams.set("code", stolen);
    expect(await finish(answer, token)).toMatchObject({ kind: "refused", problem: "single-sign-on-failed" });
  });

  test("(10.1.2) a sign-in that took longer than ten minutes is refused", async () => {
    provider.person = newPerson(["staff"]);
    const { url, token } = await start();
    const answer = await signInAt(url);
    await pool.query(
      "update single_sign_ons set expires_at = expires_at - interval '10 minutes' where state_hash = $1",
      [hashToken(token)],
    );
    expect(await finish(answer, token)).toMatchObject(expired);
  });

  test("(10.1.2) the URL contains neither the cookie nor the verifier, and the database contains neither of them", async () => {
    const { url, token } = await start();
    const {
      state = "",
      nonce = "",
      code_challenge = "",
      code_challenge_method,
    } = Object.fromEntries(new URL(url).searchParams);
    expect(url).not.toContain(token);
    expect([state.length, nonce.length, code_challenge.length]).toEqual([43, 43, 43]);
    expect(code_challenge_method).toBe("S256");
    const { rows } = await pool.query<{ all: string }>(
      "select encode(state_hash, 'hex') || convert_from(verifier, 'UTF8') || nonce || next_path as all from single_sign_ons",
    );
    expect(rows.map(({ all }) => all).join()).not.toContain(token);
  });

  test("(10.2.3) Skuport requests the scopes of the setting and nothing else", async () => {
    const { searchParams } = new URL((await start()).url);
    expect([searchParams.get("scope"), searchParams.get("response_type")]).toEqual(["openid profile groups", "code"]);
    expect(searchParams.get("redirect_uri")).toBe(REDIRECT_URI);
  });

  test("a person who cancels at the provider is not signed in", async () => {
    expect(await signIn(null, "/imports")).toEqual({
      kind: "refused",
      problem: "single-sign-on-failed",
      next: "/imports",
    });
    expect(await auditOf()).toMatchObject([
      {
        action: "sign-in-failed",
        detail: { reason: "provider", report: expect.stringContaining("the person has cancelled") as string },
      },
    ]);
  });

  test("(16.2.5) neither log nor audit log contains the code", async () => {
    provider.person = newPerson(["staff"]);
    const { url, token } = await start();
    const answer = await signInAt(url);
    const code = answer.searchParams.get("code") ?? "";
    answer.searchParams.set("code", `${code}x`);
    await finish(answer, token);
    expect(context.logged.length).toBeGreaterThan(0);
    expect(JSON.stringify([context.logged, await auditOf()])).not.toContain(code);
  });
});
