import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { ConfigError, loadConfig } from "../config.ts";

const OIDC = {
  SKUPORT_OIDC_ISSUER: "https://login.example/realms/shop",
  SKUPORT_OIDC_CLIENT_ID: "skuport",
  SKUPORT_OIDC_CLIENT_SECRET: "very secret",
  SKUPORT_OIDC_ROLE_CLAIM: "groups",
  SKUPORT_OIDC_ROLES: "it=admin, ou=staff=editor",
};
const read = (env: Record<string, string>) => loadConfig(env, tmpdir());

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    read(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe("single sign-on", () => {
  test("without settings there is none, and users sign in with a password", () => {
    expect(read({})).toMatchObject({ single_sign_on: undefined, password_sign_in: true });
  });

  test("its settings are read together", () => {
    expect(read(OIDC).single_sign_on).toEqual({
      issuer: "https://login.example/realms/shop",
      client_id: "skuport",
      client_secret: "very secret",
      name: "login.example",
      scope: "openid profile",
      role_claim: "groups",
      roles: [
        { value: "it", role: "admin" },
        { value: "ou=staff", role: "editor" },
      ],
    });
    const more = {
      SKUPORT_OIDC_NAME: "Shop Login",
      SKUPORT_OIDC_SCOPE: "openid groups",
      SKUPORT_PASSWORD_SIGN_IN: "false",
    };
    expect(read({ ...OIDC, ...more })).toMatchObject({
      password_sign_in: false,
      single_sign_on: { name: "Shop Login", scope: "openid groups" },
    });
  });

  test.each(Object.keys(OIDC))("without %s the server does not start", (name) => {
    const given = Object.fromEntries(Object.entries(OIDC).filter(([other]) => other !== name));
    expect(faultsOf(given)).toEqual([expect.stringContaining(`also needs ${name}.`)]);
  });

  test("passwords can be switched off only with an identity provider", () => {
    expect(faultsOf({ SKUPORT_PASSWORD_SIGN_IN: "false" })).toEqual([expect.stringContaining("no one could sign in")]);
  });

  test.each([
    "http://login.example",
    "login.example",
    "https://login.example/?tenant=1",
    "https://login.example/#a",
    "https://user:password@login.example",
    "ftp://login.example",
  ])("(10.5.3) %s is refused as the issuer", (issuer) => {
    expect(faultsOf({ ...OIDC, SKUPORT_OIDC_ISSUER: issuer })).toEqual([expect.stringContaining("https URL")]);
  });

  test("an issuer on this computer may use http", () => {
    expect(faultsOf({ ...OIDC, SKUPORT_OIDC_ISSUER: "http://127.0.0.1:8080" })).toEqual([]);
  });

  test.each(["it", "it=owner", "=admin", "it=admin,", "it=admin;staff=editor"])("roles %s are refused", (roles) => {
    expect(faultsOf({ ...OIDC, SKUPORT_OIDC_ROLES: roles })).toEqual([expect.stringContaining("write pairs such as")]);
  });

  test("(13.3.1) the secret of the client is in no message", () => {
    const { SKUPORT_OIDC_CLIENT_SECRET, SKUPORT_OIDC_ISSUER } = OIDC;
    expect(faultsOf({ SKUPORT_OIDC_CLIENT_SECRET, SKUPORT_OIDC_ISSUER }).join()).not.toContain("very secret");
  });
});
