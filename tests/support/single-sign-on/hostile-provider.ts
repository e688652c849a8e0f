// An identity provider on loopback that lies in one respect at a time.
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";
import type { SingleSignOnSettings } from "../../../src/identity/single-sign-on/settings.ts";
import { settingsFor } from "./identity-provider.ts";

type Claims = Record<string, unknown>;
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface Lies {
  /** Changes the metadata. */
  metadata?: (metadata: Claims) => Claims;
  /** Changes the claims of the ID token. */
  claims?: (claims: Claims) => Claims;
  /** Members of the header of the ID token. */
  header?: Claims;
  /** Signs the ID token with a key that the provider does not publish. */
  foreign_key?: boolean;
  /** Changes the user info. */
  user_info?: (claims: Claims) => Claims;
  /** Answers requests for this path in another way. */
  answers?: Record<string, Answer>;
}

export interface HostileProvider {
  settings: SingleSignOnSettings;
  lies: Lies;
  /** Number of requests for each path. */
  requests: Map<string, number>;
  /** Returns the answer of the provider to the sign-in that began with this URL. */
  answer(url: string, parameters?: Record<string, string>): URL;
}

const CODE = "a code";

export async function startHostileProvider(): Promise<HostileProvider> {
  const keys = { own: newKeys(), foreign: newKeys() };
  const requests = new Map<string, number>();
  let nonce = "";
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    requests.set(path, (requests.get(path) ?? 0) + 1);
    const send = test.lies.answers?.[path];
    if (send !== undefined) send(request, response);
    else sendJson(response, honestAnswer(path));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const test: HostileProvider = {
    settings: settingsFor(issuer),
    lies: {},
    requests,
    answer(url, parameters = {}) {
      const { state = "", nonce: requested = "", redirect_uri = "" } = Object.fromEntries(new URL(url).searchParams);
      nonce = requested;
      return new URL(
        `${redirect_uri}?${new URLSearchParams({ state, code: CODE, iss: issuer, ...parameters }).toString()}`,
      );
    },
  };
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return test;

  function honestAnswer(path: string): Claims {
    const { lies } = test;
    if (path === "/.well-known/openid-configuration") return (lies.metadata ?? unchanged)(metadataOf(issuer));
    if (path === "/jwks")
      return { keys: [{ ...keys.own.publicKey.export({ format: "jwk" }), kid: "1", use: "sig", alg: "RS256" }] };
    if (path === "/userinfo") return (lies.user_info ?? unchanged)({ sub: "subject 1" });
    if (path !== "/token") return {};
    const now = Math.floor(Date.now() / 1000);
    const times = { iat: now, exp: now + 300 };
    const claims = { iss: issuer, aud: test.settings.client_id, sub: "subject 1", nonce, groups: ["staff"], ...times };
    const { privateKey } = lies.foreign_key === true ? keys.foreign : keys.own;
    const idToken = signJwt((lies.claims ?? unchanged)(claims), { alg: "RS256", kid: "1", ...lies.header }, privateKey);
    return { access_token: "a secret access token", token_type: "Bearer", expires_in: 300, id_token: idToken };
  }
}

const unchanged = (claims: Claims): Claims => claims;

const newKeys = () => generateKeyPairSync("rsa", { modulusLength: 2048 });

const metadataOf = (issuer: string): Claims => ({
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  userinfo_endpoint: `${issuer}/userinfo`,
  response_types_supported: ["code"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["RS256"],
  authorization_response_iss_parameter_supported: true,
});

function signJwt(claims: Claims, header: Claims, key: KeyObject): string {
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const signature = header["alg"] === "none" ? "" : sign("sha256", Buffer.from(text), key).toString("base64url");
  return `${text}.${signature}`;
}

export function sendJson(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
