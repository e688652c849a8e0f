// HTTP routes of column choices.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { decodeTextCursor, toPage } from "../../cursor.ts";
import { plainName } from "../read/columns/plain-name.ts";
import { deleteChoice, listChoices } from "./store.ts";
import { cutText } from "../../../contract/faults.ts";
import { delete_column_choice, list_column_choices } from "../../../contract/imports/column-choices.ts";
import { Problem } from "../../../contract/problems.ts";

export function choiceRoutes(instance: FastifyInstance, { pool }: { pool: pg.Pool }): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.route({
    ...list_column_choices,
    handler: async ({ query: { limit, cursor } }) => {
      const found = await listChoices(pool, decodeTextCursor("column-choices", cursor), limit + 1);
      const { items, next_cursor } = toPage("column-choices", found, limit, ({ name_key }) => [name_key]);
      return { items: items.map(({ name_key: _, ...choice }) => choice), next_cursor };
    },
  });
  app.route({
    ...delete_column_choice,
    handler: async ({ params: { column } }) => {
      const deleted = await deleteChoice(pool, plainName(column));
      if (deleted !== undefined) return deleted;
      throw new Problem("not-found", `No choice is remembered for the column "${cutText(column, 100)}".`);
    },
  });
}
