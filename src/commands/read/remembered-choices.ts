// Gets the choices of columns from the server that runs on the data folder, so that `skuport read` matches columns as an import does.
import type { Server } from "../server/find-server.ts";
import type { ReadServer } from "./read-server.ts";
import type { Io } from "../command.ts";
import type { RememberedChoice } from "../../imports/read/columns/remembered.ts";
import type { ColumnChoice } from "../../../contract/imports/column-choices.ts";

/** Returns all choices, oldest first. Without a server, there are none. */
export async function readServerChoices({ findOptional }: ReadServer, io: Io): Promise<RememberedChoice[]> {
  const server = await findOptional();
  if (server === undefined) return [];
  const { plainName } = await import("../../imports/read/columns/plain-name.ts");
  const choices = await listChoices(server).catch(() => {
    io.stderr.write(
      `The server at ${server.base_url} does not answer, so the columns that it remembers are not used.\n`,
    );
    return [];
  });
  return choices
    .toSorted((a, b) => Date.parse(a.chosen_at) - Date.parse(b.chosen_at))
    .map(({ column, target, beats_exact_name }) => ({ name_key: plainName(column), target, beats_exact_name }));
}

async function listChoices(server: Server): Promise<ColumnChoice[]> {
  const { call } = await import("../../../client/call.ts");
  const { list_column_choices } = await import("../../../contract/imports/column-choices.ts");
  const found: ColumnChoice[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await call(list_column_choices, { querystring: { cursor, limit: 200 } }, server);
    found.push(...page.items);
    if (page.next_cursor === null) return found;
    cursor = page.next_cursor;
  }
}
