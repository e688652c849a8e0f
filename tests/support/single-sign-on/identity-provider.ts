// A genuine identity provider on loopback (oidc-provider), and a browser that signs in there.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";
import { afterAll } from "vitest";
import type { SingleSignOnSettings } from "../../../src/identity/single-sign-on/settings.ts";

export interface Person {
  sub: string;
  preferred_username?: string;
  groups?: string[];
}

export interface TestProvider {
  settings: SingleSignOnSettings;
  /** The person who signs in; null = the person cancels. */
  person: Person | null;
}

const CLIENT = { client_id: "skuport", client_secret: "the secret of the client, in the tests" };

/** The settings of a server whose provider has this issuer. */
export const settingsFor = (issuer: string): SingleSignOnSettings => ({
  issuer,
  ...CLIENT,
  name: "Test Login",
  scope: "openid profile groups",
  role_claim: "groups",
  roles: [
    { value: "it", role: "admin" },
    { value: "staff", role: "editor" },
    { value: "guests", role: "viewer" },
  ],
});

/** Starts a provider.
 * @param redirectUri called at the first request: the server may start after its provider
 * @param host in the URL of the provider */
export async function startIdentityProvider(redirectUri: () => string, host = "127.0.0.1"): Promise<TestProvider> {
  let made: Provider | undefined;
  const server = createServer((request, response) => {
    const provider = (made ??= newProvider(test, redirectUri()));
    if (request.url?.startsWith("/interaction/") !== true) {
      provider.callback()(request, response);
      return;
    }
    const { person } = test;
    const result =
      person === null
        ? { error: "access_denied", error_description: "the person has cancelled" }
        : { login: { accountId: person.sub } };
    void provider.interactionFinished(request, response, result);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://${host}:${(server.address() as AddressInfo).port}`;
  const test: TestProvider = { settings: settingsFor(issuer), person: null };
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return test;
}

function newProvider(test: TestProvider, redirectUri: string): Provider {
  const provider: Provider = new Provider(test.settings.issuer, {
    clients: [
      { ...CLIENT, redirect_uris: [redirectUri], grant_types: ["authorization_code"], response_types: ["code"] },
    ],
    claims: { openid: ["sub"], profile: ["preferred_username"], groups: ["groups"] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    cookies: { keys: ["a key of the tests"] },
    ttl: { AccessToken: 600, AuthorizationCode: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    findAccount: (_context: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ ...(test.person ?? {}), sub: accountId }),
    }),
    async loadExistingGrant({ oidc }: GrantContext) {
      const grant = new provider.Grant({ clientId: oidc.client?.clientId, accountId: oidc.session?.accountId });
      grant.addOIDCScope(test.settings.scope);
      await grant.save();
      return grant;
    },
  });
  return provider;
}

interface GrantContext {
  oidc: { client?: { clientId: string }; session?: { accountId: string } };
}

/** Opens the URL as a browser that has never visited the provider, and follows its redirects.
 * @returns the URL outside the provider to which the browser is redirected in the end */
export async function signInAt(url: string): Promise<URL> {
  const { origin } = new URL(url);
  const cookies = new Map<string, string>();
  let next = new URL(url);
  // A sign-in consists of about four redirects.
  for (let steps = 0; steps < 20; steps++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(next, { redirect: "manual", headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location === null) throw new Error(`${next.href}: ${response.status} ${await response.text()}`);
    next = new URL(location, next);
    if (next.origin !== origin) return next;
  }
  throw new Error("the provider redirects for ever");
}
