// skuport migrate: brings the database's schema up to date and ends.
import { readArgs, type Command } from "./command.ts";
import { createLog } from "../processes/log.ts";
import { holdDatabase } from "../processes/open-database.ts";

export const migrateCommand: Command = {
  name: "migrate",
  summary: "Bring the database's schema up to date",
  help: `Usage: skuport migrate

Brings the database's schema up to date and ends. \`skuport serve\` does it by itself when it starts.
`,
  async run(args, io) {
    readArgs({ args, options: {} });
    const config = await io.loadConfig();
    const database = await holdDatabase(config, "skuport migrate", createLog(config, "skuport migrate"));
    await database.close();
    io.stdout.write("The database is up to date.\n");
    return 0;
  },
};
