// Single sign-on with an identity provider that lies, is slow, or is down.
import { beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { sendJson, startHostileProvider, type Lies } from "../../../tests/support/single-sign-on/hostile-provider.ts";
import { CLIENT_OF_TESTS, signOnContext } from "../../../tests/support/single-sign-on/sign-on-context.ts";
import { ProviderUnavailableError } from "./provider/provider-contract.ts";
import { finishSignOn, startSignOn, type Finished, type SignOnContext } from "./sign-on.ts";

const REDIRECT_URI = "http://127.0.0.1:4000/api/single-sign-on/callback";
const { pool } = await createTestDatabase();
const hostile = await startHostileProvider();
const { settings } = hostile;
const METADATA = "/.well-known/openid-configuration";
const failed = { kind: "refused", problem: "single-sign-on-failed" };

beforeEach(() => {
  hostile.lies = {};
  hostile.requests.clear();
});

/** Signs in with a new context, whose metadata and keys are not cached. */
async function signIn(lies: Lies, parameters: Record<string, string> = {}, context = newContext()): Promise<Finished> {
  hostile.lies = lies;
  const { url, token } = await startSignOn(context, { redirect_uri: REDIRECT_URI, next: undefined });
  return finishSignOn(context, { answer: hostile.answer(url, parameters), token, client: CLIENT_OF_TESTS });
}

const newContext = (options = {}): SignOnContext & { logged: unknown[] } => signOnContext(pool, settings, options);
const withClaims = (claims: Record<string, unknown>): Lies => ({ claims: (all) => ({ ...all, ...claims }) });
const seconds = (offset: number): number => Math.floor(Date.now() / 1000) + offset;

test("an honest answer of this provider signs in, so that each test below fails for its own reason", async () => {
  expect(await signIn({})).toMatchObject({ kind: "signed-in", next: "/" });
});

describe("ID tokens", () => {
  test.each([
    ["(10.5.1) of another sign-in", { nonce: "another" }],
    ["(10.5.1) without a nonce", { nonce: undefined }],
    ["(10.5.3) of another issuer", { iss: "https://login.example" }],
    ["(10.5.3) whose issuer differs in a slash", { iss: `${settings.issuer}/` }],
    ["(10.5.4) for another client", { aud: "another" }],
    ["(10.5.4) for several clients, issued to another one", { aud: ["another", settings.client_id], azp: "another" }],
    ["(10.5.4) without an audience", { aud: undefined }],
    ["(9.2.1) that has expired", { exp: seconds(-60) }],
    ["(9.2.1) without an expiry", { exp: undefined }],
    ["(9.2.1) that is not valid yet", { nbf: seconds(600) }],
    ["(10.5.2) without a subject", { sub: undefined }],
  ])("%s are refused", async (_title, claims) => {
    expect(await signIn(withClaims(claims))).toMatchObject(failed);
  });

  test.each<[string, Lies]>([
    ["(6.8.2) with the signature of a foreign key", { foreign_key: true }],
    ["(9.1.2) without a signature", { header: { alg: "none" } }],
    ["(9.1.2) with another algorithm than the provider announces", { header: { alg: "HS256" } }],
    [
      "(9.1.3) with a key that the token itself contains",
      { foreign_key: true, header: { kid: "2", jwk: { kty: "RSA" } } },
    ],
  ])("%s are refused", async (_title, lies) => {
    expect(await signIn(lies)).toMatchObject(failed);
  });

  test("(10.5.2) user info of another subject is refused", async () => {
    const lies = { ...withClaims({ groups: undefined }), user_info: () => ({ sub: "another", groups: ["it"] }) };
    expect(await signIn(lies)).toMatchObject(failed);
  });

  test("user info adds claims, and replaces none of the signed ones", async () => {
    const userInfo = () => ({ sub: "subject 2", groups: ["staff"], name: "Mallory", preferred_username: "Eva" });
    expect(
      await signIn({ ...withClaims({ sub: "subject 2", groups: undefined, name: "Emil" }), user_info: userInfo }),
    ).toMatchObject({
      kind: "signed-in",
    });
    const { rows } = await pool.query("select name, role from users where subject = 'subject 2'");
    expect(rows).toEqual([{ name: "Eva", role: "editor" }]);
  });
});

describe("answers", () => {
  test.each([
    ["(10.2.2) of another provider (mix-up)", { iss: "https://login.example" }],
    ["(10.2.2) whose issuer is empty", { iss: "" }],
  ])("%s are refused before the code is sent", async (_title, parameters) => {
    expect(await signIn({}, parameters)).toMatchObject(failed);
    expect(hostile.requests.get("/token")).toBeUndefined();
  });

  test("(10.1.1) with an error keep the details of the provider in the log, without HTML or line breaks in the URL", async () => {
    const context = newContext();
    const finished = await signIn({}, { error: "server_error", error_description: "<b>no</b>\n" }, context);
    expect(finished).toEqual({ kind: "refused", problem: "single-sign-on-failed", next: "/" });
    expect(JSON.stringify(context.logged)).toContain("server_error");
  });

  test("(16.2.5) tokens of a refused answer are not logged", async () => {
    const context = newContext();
    await signIn(withClaims({ nonce: "another" }), {}, context);
    const { rows } = await pool.query("select * from audit_log");
    const text = JSON.stringify([context.logged, rows]);
    expect(text).toContain("nonce");
    for (const secret of ["a secret access token", "eyJ", settings.client_secret]) expect(text).not.toContain(secret);
  });
});

describe("metadata", () => {
  test.each([["https://login.example"], ["http://127.0.0.1"], ["https://login.microsoftonline.com/{tenantid}/v2.0"]])(
    "(10.5.3) of the issuer %s is refused",
    async (issuer) => {
      await expect(signIn({ metadata: (all) => ({ ...all, issuer }) })).rejects.toThrow(ProviderUnavailableError);
    },
  );

  test("(12.3.1) that names an endpoint without TLS on another computer is refused", async () => {
    const authorizationEndpoint = "http://login.example/auth";
    await expect(
      signIn({ metadata: (all) => ({ ...all, authorization_endpoint: authorizationEndpoint }) }),
    ).rejects.toThrow(ProviderUnavailableError);
    const tokenEndpoint = "http://login.example/token";
    expect(await signIn({ metadata: (all) => ({ ...all, token_endpoint: tokenEndpoint }) })).toMatchObject(failed);
  });

  test("is loaded once for many sign-ins at the same time, and again after an hour", async () => {
    let now = 0;
    const context = newContext({ now: () => now });
    const start = () => startSignOn(context, { redirect_uri: REDIRECT_URI, next: undefined });
    await Promise.all([start(), start(), start()]);
    await start();
    expect(hostile.requests.get(METADATA)).toBe(1);
    now += 3_600_000;
    await start();
    expect(hostile.requests.get(METADATA)).toBe(2);
  });
});

describe("availability", () => {
  const down: Lies = { answers: { [METADATA]: (_request, response) => response.destroy() } };

  test("(16.5.2) while the provider is down, a sign-in reports that; afterwards the next one succeeds", async () => {
    const context = newContext();
    await expect(signIn(down, {}, context)).rejects.toThrow(ProviderUnavailableError);
    expect(await signIn({}, {}, context)).toMatchObject({ kind: "signed-in" });
  });

  test("(16.5.2) metadata that cannot be renewed stays in use", async () => {
    let now = 0;
    const context = newContext({ now: () => now });
    expect(await signIn({}, {}, context)).toMatchObject({ kind: "signed-in" });
    now += 3_600_000;
    expect(await signIn(down, {}, context)).toMatchObject({ kind: "signed-in" });
  });

  test.each(["/token", "/jwks", METADATA])(
    "(15.1.3) a call to %s that is never answered ends after the time limit",
    async (path) => {
      const lies = { answers: { [path]: () => undefined } };
      const finished = signIn(lies, {}, newContext({ call_seconds: 0.2 }));
      if (path === METADATA) await expect(finished).rejects.toThrow(ProviderUnavailableError);
      else expect(await finished).toMatchObject(failed);
    },
  );

  test.each(["/token", "/jwks", METADATA])("(15.1.3) an endless answer to %s ends at 1 MB", async (path) => {
    let sent = 0;
    const lies: Lies = {
      answers: {
        [path]: (_request, response) => {
          response.writeHead(200, { "content-type": "application/json" });
          const send = (): void => {
            for (let more = true; more && !response.destroyed; sent += 65_536)
              more = response.write(" ".repeat(65_536));
          };
          response.on("drain", send);
          send();
        },
      },
    };
    const finished = signIn(lies);
    if (path === METADATA) await expect(finished).rejects.toThrow(ProviderUnavailableError);
    else expect(await finished).toMatchObject(failed);
    // `sent` also counts bytes in the socket buffers of both sides, so it is more than 1 MB.
    expect(sent).toBeLessThan(32_000_000);
  });

  test("(1.3.6) a redirect of the token endpoint is not followed", async () => {
    const lies: Lies = {
      answers: { "/token": (_request, response) => response.writeHead(307, { location: "/elsewhere" }).end() },
    };
    expect(await signIn(lies)).toMatchObject(failed);
    expect(hostile.requests.get("/elsewhere")).toBeUndefined();
  });

  test.each<[string, Lies]>([
    ["no JSON", { answers: { "/token": (_request, response) => response.writeHead(200).end("<html>") } }],
    [
      "an error",
      {
        answers: {
          "/token": (_request, response) => {
            sendJson(response, { error: "invalid_client" }, 401);
          },
        },
      },
    ],
    [
      "no ID token",
      {
        answers: {
          "/token": (_request, response) => {
            sendJson(response, { access_token: "a", token_type: "Bearer" });
          },
        },
      },
    ],
  ])("a token endpoint that answers with %s signs no one in", async (_title, lies) => {
    expect(await signIn(lies)).toMatchObject(failed);
  });
});
