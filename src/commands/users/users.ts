// skuport users: manages users, and helps those who cannot sign in.
import type { Command } from "../command.ts";
import { pickSubcommand } from "../pick-subcommand.ts";
import { readUsersArgs, type UsersCall } from "./users-call.ts";
import { changeRole, disableUser, enableUser, inviteUser, linkUser, listUsers } from "./users-remote.ts";

const SUBCOMMANDS: Record<string, (call: UsersCall) => Promise<number>> = {
  list: listUsers,
  invite: inviteUser,
  role: changeRole,
  disable: disableUser,
  enable: enableUser,
  link: linkUser,
  // Loaded only if needed: the other subcommands do not use the database.
  reset: async (call) => (await import("./users-local.ts")).resetUser(call),
  rescue: async (call) => (await import("./users-local.ts")).rescueUser(call),
};

export const usersCommand: Command = {
  name: "users",
  summary: "List, invite, change and rescue users",
  help: `Usage: skuport users list
       skuport users invite NAME --role viewer|editor|importer|admin [--mail ADDRESS]
       skuport users role NAME ROLE
       skuport users disable|enable NAME
       skuport users link NAME [--remove-second-factor] [--mail ADDRESS]
       skuport users reset NAME [--remove-second-factor]
       skuport users rescue [NAME] [--make-admin] [--remove-second-factor]

  list          list all users with their roles
  invite        create a user and print a link with which the user chooses a password
  role          change the role of a user. The user must sign in again
  disable       end all sessions of a user and make the user's API keys invalid
  enable        allow a disabled user to sign in again
  link          print a link with which a user chooses a password. Earlier links of the user become invalid
  reset         the same, directly in the database: also works if no server is running or no administrator can sign in
  rescue        print a link that signs in an administrator without a password, valid for 10 minutes, directly in the database.
                Also works if the single sign-on is broken and passwords are switched off. Without NAME, for the first administrator.
                --make-admin: also enables the user and makes the user an administrator, or creates an administrator with this name,
                by default admin

list, invite, role, disable, enable and link need a running server. On the computer of the server, they use the key in its data folder;
otherwise, they ask for the user name and password of an administrator. reset and rescue use the database of the data folder, or the one
at DATABASE_URL.

  --role ROLE               role of the invited user
  --make-admin              rescue also enables NAME and makes NAME an administrator
  --remove-second-factor    the link also removes the authenticator app of the user
  --mail ADDRESS            also send the link to this address, if the server has a mail server (SKUPORT_SMTP_URL)
  --language LANGUAGE       language of the e-mail: en or de (default: en)
  --url URL                 address of the server (default: the server that runs on the data folder)
  --data-dir DIR            data folder (default: SKUPORT_DATA_DIR, or ./data)
  --json                    print JSON
`,
  async run(args, io) {
    const { values: options, positionals } = readUsersArgs(args);
    const [name = "", ...rest] = positionals;
    return pickSubcommand(SUBCOMMANDS, name)({ args: rest, options, io });
  },
};
