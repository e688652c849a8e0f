// HTTP routes that start and finish single sign-on. The browser opens both, so failures lead to the sign-in page, which explains them.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { safePath } from "../../identity/single-sign-on/next-path.ts";
import { describeFailure } from "../../identity/single-sign-on/provider/describe-failure.ts";
import { lazyProvider } from "../../identity/single-sign-on/provider/lazy-provider.ts";
import { ProviderUnavailableError } from "../../identity/single-sign-on/provider/provider-contract.ts";
import {
  finishSignOn,
  SIGN_ON_MINUTES,
  startSignOn,
  type SignOnContext,
} from "../../identity/single-sign-on/sign-on.ts";
import { createStartLimit } from "../../identity/single-sign-on/start-limit.ts";
import { clearSignOnCookie, setSessionCookie, setSignOnCookie, signOnTokenOf } from "../access/cookies.ts";
import { clientOf, type IdentityRoutesContext } from "./context.ts";
import { finish_single_sign_on, start_single_sign_on } from "../../../contract/identity/single-sign-on.ts";
import { Problem, type ProblemSlug } from "../../../contract/problems.ts";

export function singleSignOnRoutes(instance: FastifyInstance, context: IdentityRoutesContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { pool, loadKeys, access, single_sign_on: settings } = context;
  const signOn: SignOnContext | undefined = settings && {
    pool,
    loadKeys,
    log: instance.log,
    settings,
    provider: lazyProvider(settings),
  };
  const isAllowed = createStartLimit();

  app.route({
    ...start_single_sign_on,
    handler: async (request, reply) => {
      if (signOn === undefined) throw switchedOff();
      const { next } = request.query;
      if (!isAllowed(request.client)) return refuse(reply, "too-many-attempts", safePath(next));
      try {
        const { url, token } = await startSignOn(signOn, { redirect_uri: redirectUri(request), next });
        setSignOnCookie(request, reply, token, SIGN_ON_MINUTES);
        return await reply.redirect(url);
      } catch (error) {
        if (!(error instanceof ProviderUnavailableError)) throw error;
        request.log.warn({ reason: describeFailure(error) }, "the identity provider does not answer");
        return refuse(reply, "single-sign-on-unavailable", safePath(next));
      }
    },
  });

  app.route({
    ...finish_single_sign_on,
    handler: async (request, reply) => {
      if (signOn === undefined) throw switchedOff();
      const token = signOnTokenOf(request);
      clearSignOnCookie(request, reply);
      const answer = new URL(redirectUri(request) + searchOf(request));
      const finished = await finishSignOn(signOn, { answer, token, client: clientOf(request) });
      if (finished.kind === "refused") return refuse(reply, finished.problem, finished.next);
      access.changed();
      setSessionCookie(request, reply, finished.session_token);
      return reply.redirect(finished.next);
    },
  });
}

/** The redirect URI that is registered at the provider. The host was compared with the names of this server. */
const redirectUri = ({ own_origin }: FastifyRequest): string => `${own_origin}${finish_single_sign_on.url}`;

/** Returns the query of the URL with its `?`. Takes it from the URL, because the parsed query merges repeated parameters. */
function searchOf({ url }: FastifyRequest): string {
  const start = url.indexOf("?");
  return start === -1 ? "" : url.slice(start);
}

const refuse = (reply: FastifyReply, problem: ProblemSlug, next: string): FastifyReply =>
  reply.redirect(`/sign-in?${new URLSearchParams({ problem, ...(next === "/" ? {} : { next }) }).toString()}`);

const switchedOff = (): Problem =>
  new Problem("not-found", "Single sign-on is not set up on this server. Sign in with a password.");
