// skuport profile: manages profiles through the server's public API.
import type { Command } from "../command.ts";
import { withServer } from "../server/find-server.ts";
import { pickSubcommand } from "../pick-subcommand.ts";
import { readProfileArgs, type ProfileCall } from "./profile-call.ts";
import { editProfile } from "./profile-edit.ts";
import { testProfile } from "./profile-test.ts";
import { deleteOne, exportProfile, importProfile, listAll, showProfile } from "./profile-remote.ts";

const SUBCOMMANDS: Record<string, (call: ProfileCall) => Promise<number>> = {
  list: listAll,
  show: showProfile,
  edit: editProfile,
  export: exportProfile,
  import: importProfile,
  delete: deleteOne,
  test: testProfile,
};

export const profileCommand: Command = {
  name: "profile",
  summary: "List, show, edit and store profiles, which map the columns of files",
  help: `Usage: skuport profile list
       skuport profile show NAME
       skuport profile edit NAME [--confirm]
       skuport profile export NAME [FILE]
       skuport profile import FILE [NAME] [--confirm]
       skuport profile delete NAME
       skuport profile test NAME|FILE

  list          list all profiles, including the built-in ones
  show          show a profile: its columns and its text
  edit          open the text in $VISUAL or $EDITOR and store it. If it has faults, the text is kept in a file
  export        print the text as JSON, or write it to FILE
  import        store the profile that FILE contains. Without NAME, the profile gets the name in the file, or else the file's own name
  delete        delete a profile and its versions
  test          run the tests that a profile contains. Exit code: 0 if all pass, otherwise 1

Without a server, list, show, export and test work with the built-in profiles, and test also with a file.

  --confirm         store the profile even if one of its tests fails
  --url URL         address of the server (default: the server that runs on the data folder)
  --data-dir DIR    data folder (default: SKUPORT_DATA_DIR, or ./data)
  --json            print JSON
`,
  async run(args, io) {
    const { values: options, positionals } = readProfileArgs(args);
    const [name = "", ...rest] = positionals;
    const run = pickSubcommand(SUBCOMMANDS, name);
    return withServer(options, io, (server) => run({ args: rest, options, server, io }));
  },
};
