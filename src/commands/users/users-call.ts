// The options of all subcommands of `skuport users`, and what they share.
import type { CallOptions } from "../../../client/call.ts";
import { call } from "../../../client/call.ts";
import { ROLES, type Role } from "../../../contract/identity/identity-rules.ts";
import { MAIL_LANGUAGES, mail_request, type MailRequest, type MailResult } from "../../../contract/identity/mail.ts";
import { list_users, type OneTimeLink, type UserRecord } from "../../../contract/identity/users.ts";
import { nameKeyOf } from "../../identity/users/user-name.ts";
import { oneLine } from "../../terminal.ts";
import { readArgs, UsageError, type Io } from "../command.ts";
import { SignInError } from "../server/sign-in-error.ts";

const OPTIONS = {
  url: { type: "string" },
  "data-dir": { type: "string" },
  json: { type: "boolean" },
  role: { type: "string" },
  "remove-second-factor": { type: "boolean" },
  "make-admin": { type: "boolean" },
  mail: { type: "string" },
  language: { type: "string" },
} as const;

export const readUsersArgs = (args: string[]) => readArgs({ args, options: OPTIONS, allowPositionals: true });

/** The arguments and options of a subcommand. */
export interface UsersCall {
  args: string[];
  options: ReturnType<typeof readUsersArgs>["values"];
  io: Io;
}

/** Returns the arguments of a subcommand that takes exactly `count`. @throws UsageError */
export function exactly<const Count extends 0 | 1 | 2>(
  { args }: UsersCall,
  count: Count,
  usage: string,
): [[], [string], [string, string]][Count] {
  if (args.length !== count) throw new UsageError(`Usage: skuport users ${usage}`);
  return args as [[], [string], [string, string]][Count];
}

export function readRole(text: string | undefined, name: string): Role {
  const role = ROLES.find((one) => one === text);
  if (role === undefined) throw new UsageError(`${name}: write one of ${ROLES.join(", ")}.`);
  return role;
}

export async function* allUsers(server: CallOptions): AsyncGenerator<UserRecord> {
  for (let cursor: string | undefined; ;) {
    const page = await call(list_users, { querystring: { cursor, limit: 500 } }, server);
    yield* page.items;
    if (page.next_cursor === null) return;
    cursor = page.next_cursor;
  }
}

/** @throws {SignInError} if there is no user with this name */
export async function findUserNamed(name: string, server: CallOptions): Promise<UserRecord> {
  for await (const user of allUsers(server)) if (nameKeyOf(user.name) === nameKeyOf(name)) return user;
  throw noSuchUser(name);
}

export const noSuchUser = (name: string): SignInError =>
  new SignInError(`There is no user "${name}". \`skuport users list\` shows all users.`);

/** The member `mail` of a request. @throws UsageError */
export function readMail({ mail: to, language = "en" }: UsersCall["options"]): { mail?: MailRequest } {
  if (to === undefined) return {};
  const mail = mail_request.safeParse({ to, language });
  if (mail.success) return { mail: mail.data };
  throw new UsageError(
    `--mail ${to}, --language ${language}: write an e-mail address, and one of the languages ${MAIL_LANGUAGES.join(", ")}.`,
  );
}

/** Reports whether a link was sent by e-mail.
 * @returns the exit code */
export function reportMail({ options, io }: UsersCall, { mail }: OneTimeLink): number {
  if (mail === null) return 0;
  const to = oneLine(options.mail ?? "");
  if (mail === "sent") {
    if (options.json !== true) io.stdout.write(`The link was sent to ${to}.\n`);
    return 0;
  }
  io.stderr.write(`The link was not sent to ${to}: ${MAIL_FAILURES[mail]}. Send it yourself.\n`);
  return 1;
}

const MAIL_FAILURES: Readonly<Record<Exclude<MailResult, "sent">, string>> = {
  unreachable: "the mail server did not answer",
  "address-refused": "the mail server refused the address",
  failed: "the reason is in the log of the server",
};

/** Prints a link. It is a secret, so it is printed to standard output only, and nothing logs it. */
export function printLink({ options, io }: UsersCall, about: string, link: OneTimeLink): void {
  if (options.json === true) io.stdout.write(`${JSON.stringify(link)}\n`);
  else io.stdout.write(`${about} It works once, until ${timeOf(link.expires_at)}:\n\n  ${link.url}\n\n`);
}

/** A time of the server to the minute, in UTC. */
const timeOf = (instant: string): string => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
