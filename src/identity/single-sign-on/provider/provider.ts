// The identity provider: its metadata, and the calls that turn its answer into the claims of a user.
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  type Configuration,
} from "openid-client";
import { boundedFetch } from "./bounded-fetch.ts";
import { isAllowedUrl } from "./provider-url.ts";
import { readClaim } from "../role-map.ts";
import { ProviderUnavailableError, type Provider, type Secrets, type UserClaims } from "./provider-contract.ts";
import type { SingleSignOnSettings } from "../settings.ts";

/** Time limit of each call. */
const CALL_SECONDS = 5;
/** The metadata is loaded again after this time, because providers move their endpoints. */
const METADATA_MS = 3_600_000;

/** Tests use another clock, and a shorter time limit for a call. */
interface ProviderOptions {
  now?: () => number;
  call_seconds?: number;
}

export function createProvider(
  settings: SingleSignOnSettings,
  { now = Date.now, call_seconds = CALL_SECONDS }: ProviderOptions = {},
): Provider {
  const configuration = metadataCache(() => discover(settings, call_seconds), now);
  return {
    async urlFor({ state, nonce, verifier }, redirectUri) {
      const url = buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: settings.scope,
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
      });
      if (!isAllowedUrl(url.href)) throw new ProviderUnavailableError("the authorization endpoint must use https");
      return url.href;
    },
    async claimsOf(answer, secrets) {
      return readClaims(await configuration(), answer, secrets, settings.role_claim);
    },
  };
}

async function readClaims(
  configuration: Configuration,
  answer: URL,
  { state, nonce, verifier }: Secrets,
  roleClaim: string,
): Promise<UserClaims> {
  const tokens = await authorizationCodeGrant(configuration, answer, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (claims === undefined) throw new TypeError("the identity provider sent no ID token");
  const { iss: issuer, sub: subject } = claims;
  const hasUserInfo = configuration.serverMetadata().userinfo_endpoint !== undefined;
  // Many providers send groups and names only with the user info.
  if (readClaim(claims, roleClaim) !== undefined || !hasUserInfo) return { issuer, subject, claims };
  const userInfo = await fetchUserInfo(configuration, tokens.access_token, subject);
  return { issuer, subject, claims: { ...userInfo, ...claims } };
}

async function discover(settings: SingleSignOnSettings, timeout: number): Promise<Configuration> {
  const { issuer, client_id, client_secret } = settings;
  const server = new URL(issuer);
  const configuration = await discovery(server, client_id, client_secret, clientAuthentication(client_secret), {
    [customFetch]: boundedFetch,
    timeout,
    // The signature of the ID token is verified too, although TLS already authenticates the provider.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- only for a provider on this computer; isAllowedUrl refuses others
    execute: [enableNonRepudiationChecks, ...(server.protocol === "http:" ? [allowInsecureRequests] : [])],
  });
  // openid-client accepts other issuers for some hosts of Microsoft. With the metadata of all tenants, the users of any company could sign
  // in.
  const found = configuration.serverMetadata().issuer;
  if (new URL(found).href !== server.href) throw new Error(`the metadata belongs to the issuer ${found}`);
  return configuration;
}

/** Sends the secret in the header if the provider accepts that, which is its default (OpenID Connect Core, section 9), and otherwise in the
 * body. */
function clientAuthentication(secret: string): ReturnType<typeof ClientSecretBasic> {
  const basic = ClientSecretBasic(secret);
  const post = ClientSecretPost(secret);
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    const authenticate = methods.includes("client_secret_basic") ? basic : post;
    authenticate(server, ...rest);
  };
}

/** Returns a function that loads the metadata once and keeps it. After a failure, the next call tries again; metadata that could not be
 * renewed stays in use. Calls at the same time share one attempt. */
function metadataCache(load: () => Promise<Configuration>, now: () => number): () => Promise<Configuration> {
  let kept: { configuration: Configuration; loaded_at: number } | undefined;
  let loading: Promise<Configuration> | undefined;
  const reload = async (): Promise<Configuration> => {
    try {
      const configuration = await load();
      kept = { configuration, loaded_at: now() };
      return configuration;
    } catch (cause) {
      if (kept !== undefined) return kept.configuration;
      throw new ProviderUnavailableError("the metadata of the identity provider cannot be loaded", { cause });
    } finally {
      loading = undefined;
    }
  };
  return () => {
    if (kept !== undefined && now() - kept.loaded_at < METADATA_MS) return Promise.resolve(kept.configuration);
    return (loading ??= reload());
  };
}
