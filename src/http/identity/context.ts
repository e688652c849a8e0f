import type { FastifyRequest } from "fastify";
import type { SignInClient } from "../../identity/sessions/start-session.ts";
import type { MailSettings } from "../../identity/mail/settings.ts";
import type { SingleSignOnSettings } from "../../identity/single-sign-on/settings.ts";
import type { SignInContext } from "../../identity/sign-in/context.ts";
import { cutText } from "../../../contract/faults.ts";
import type { AccessControl } from "../access/authorise.ts";
import { sessionTokenOf } from "../access/cookies.ts";

export interface SignInOptions extends Pick<SignInContext, "password_sign_in"> {
  /** The identity provider. Default: there is none. */
  single_sign_on?: SingleSignOnSettings | undefined;
  /** The mail server. Default: there is none. */
  mail?: MailSettings | undefined;
}

export interface IdentityRoutesContext extends SignInContext, SignInOptions {
  access: AccessControl;
  requires_second_factor: boolean;
}

/** Maximum length of a header `User-Agent` that is stored. */
const MAX_AGENT_CHARACTERS = 300;

/** Returns the client of a sign-in. */
export function clientOf(request: FastifyRequest): SignInClient {
  const { client: address, id, headers } = request;
  const agent = cutText(headers["user-agent"] ?? "", MAX_AGENT_CHARACTERS);
  return { address, agent, request_id: id, earlier_token: sessionTokenOf(request) };
}
