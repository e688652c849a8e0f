// skuport migrate: applies pending database migrations.
import { readArgs, type Command } from "./command.ts";
import { createLog } from "../processes/log.ts";
import { holdDatabase } from "../processes/open-database.ts";

export const migrateCommand: Command = {
  name: "migrate",
  summary: "Apply pending database migrations",
  help: `Usage: skuport migrate

Applies pending migrations to the database. \`skuport serve\` also does this when it starts.
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
