// Kinds of changesets.
import { z } from "zod";

export const CHANGESET_KINDS = ["import", "edit", "bulk", "delete_all", "undo"] as const;
export const changeset_kind = z.enum(CHANGESET_KINDS);
export type ChangesetKind = z.infer<typeof changeset_kind>;
