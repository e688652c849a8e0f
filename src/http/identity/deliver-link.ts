// Responds with a new one-time link, and sends it by e-mail too if the request gives an address.
import type { FastifyRequest } from "fastify";
import type { UserLink } from "../../identity/users/change-user.ts";
import { linkMail } from "../../identity/mail/link-mail.ts";
import { sendMail } from "../../identity/mail/send-mail.ts";
import type { IdentityRoutesContext } from "./context.ts";
import type { MailRequest } from "../../../contract/identity/mail.ts";
import type { OneTimeLink } from "../../../contract/identity/users.ts";
import { Problem } from "../../../contract/problems.ts";

/** @throws Problem no-mail-server, before anything is changed */
export function assertCanMail({ mail }: IdentityRoutesContext, requested: MailRequest | undefined): void {
  if (requested !== undefined && mail === undefined)
    throw new Problem(
      "no-mail-server",
      "This server sends no e-mail. Create the link without an address, and send it yourself.",
    );
}

/** The link is valid even if the mail was not sent: the response contains it in any case. */
export async function deliverLink(
  { pool, mail: settings }: IdentityRoutesContext,
  request: FastifyRequest,
  { token, expires_at, user, is_invitation }: UserLink,
  mail: MailRequest | undefined,
): Promise<OneTimeLink> {
  const origin = request.own_origin;
  // The token is in the fragment, which browsers do not send to servers and proxies do not log.
  const url = `${origin}/sign-in#link=${token}`;
  if (mail === undefined || settings === undefined) return { url, expires_at, mail: null };
  const text = linkMail({ is_invitation, user, origin, url, expires_at }, mail.language);
  const failure = await sendMail(settings, { to: mail.to, ...text });
  if (failure !== undefined) request.log.warn(failure, "an e-mail with a link was not sent");
  const result = failure?.result ?? "sent";
  await request.audit(pool, { action: "link-mailed", subject: `user ${user}`, detail: { mail: result } });
  return { url, expires_at, mail: result };
}
