// The subcommands of `skuport users` that send requests to the server.
import { call } from "../../../client/call.ts";
import { create_reset_link, create_user, patch_user, type UserRecord } from "../../../contract/identity/users.ts";
import { oneLine } from "../../terminal.ts";
import { withAccount } from "../sign-in/account-server.ts";
import {
  allUsers,
  exactly,
  findUserNamed,
  printLink,
  readMail,
  readRole,
  reportMail,
  type UsersCall,
} from "./users-call.ts";

export async function listUsers(given: UsersCall): Promise<number> {
  exactly(given, 0, "list");
  const { options, io } = given;
  return withAccount(options, io, async (server) => {
    for await (const user of allUsers(server))
      io.stdout.write(options.json === true ? `${JSON.stringify(user)}\n` : describe(user));
    return 0;
  });
}

function describe(user: UserRecord): string {
  const facts = [
    user.disabled_at === null ? "" : "disabled",
    user.last_sign_in_at === null ? "never signed in" : `signed in ${user.last_sign_in_at.slice(0, 10)}`,
    user.invited ? "has a link" : "",
    user.single_sign_on ? "single sign-on" : "",
    user.has_second_factor ? "authenticator app" : "",
    countOf(user.sessions, "session"),
    countOf(user.keys, "API key"),
  ];
  return `${oneLine(user.name)}\t${user.role}\t${facts.filter((fact) => fact !== "").join(", ")}\n`;
}

const countOf = (count: number, name: string): string =>
  count === 0 ? "" : `${count} ${name}${count === 1 ? "" : "s"}`;

export async function inviteUser(given: UsersCall): Promise<number> {
  const [name] = exactly(given, 1, "invite NAME --role ROLE");
  const role = readRole(given.options.role, "--role");
  const mail = readMail(given.options);
  return withAccount(given.options, given.io, async (server) => {
    const { user, link } = await call(create_user, { body: { name, role, ...mail } }, server);
    printLink(given, `Invited ${oneLine(user.name)} as ${role}. Send this link to ${oneLine(user.name)}.`, link);
    return reportMail(given, link);
  });
}

export async function changeRole(given: UsersCall): Promise<number> {
  const [name, text] = exactly(given, 2, "role NAME ROLE");
  const role = readRole(text, "The role");
  return change(given, name, { role }, (user) => `${user} has the role ${role} now.`);
}

export async function disableUser(given: UsersCall): Promise<number> {
  const [name] = exactly(given, 1, "disable NAME");
  return change(
    given,
    name,
    { disabled: true },
    (user) => `${user} is disabled: sessions have ended, and API keys are not valid.`,
  );
}

export async function enableUser(given: UsersCall): Promise<number> {
  const [name] = exactly(given, 1, "enable NAME");
  return change(given, name, { disabled: false }, (user) => `${user} is enabled.`);
}

function change(
  { options, io }: UsersCall,
  name: string,
  body: Parameters<typeof call<typeof patch_user>>[1]["body"],
  describeChange: (user: string) => string,
): Promise<number> {
  return withAccount(options, io, async (server) => {
    const { id } = await findUserNamed(name, server);
    const changed = await call(patch_user, { params: { id }, body }, server);
    io.stdout.write(
      options.json === true ? `${JSON.stringify(changed)}\n` : `${describeChange(oneLine(changed.name))}\n`,
    );
    return 0;
  });
}

export async function linkUser(given: UsersCall): Promise<number> {
  const [name] = exactly(given, 1, "link NAME [--remove-second-factor]");
  const { options, io } = given;
  const mail = readMail(options);
  return withAccount(options, io, async (server) => {
    const { id, name: user } = await findUserNamed(name, server);
    const body = { remove_second_factor: options["remove-second-factor"] === true, ...mail };
    const link = await call(create_reset_link, { params: { id }, body }, server);
    printLink(given, `With this link, ${oneLine(user)} chooses a password.`, link);
    return reportMail(given, link);
  });
}
