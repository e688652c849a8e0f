// Describes stored and built-in profiles as the API shows them.
import { BUILT_IN_VERSION, type BuiltInProfile } from "./built-in.ts";
import type { StoredProfile } from "./store.ts";
import type { ProfileUse } from "./use-store.ts";
import { usedColumns } from "./select/used-columns.ts";
import type { ProfileDefinition } from "../../contract/profiles/profile.ts";
import type { ListedProfile, Profile } from "../../contract/profiles/profiles.ts";

const SHOWN_COLUMNS = 100;

export const listedStored = (stored: StoredProfile, use: ProfileUse | undefined): ListedProfile => ({
  id: stored.id,
  name: stored.name,
  built_in: false,
  version: stored.version,
  columns: columnsOf(stored.definition),
  detect: stored.definition.detect ?? null,
  tests: { count: stored.tests_count, failed: stored.tests_failed },
  created_at: stored.created_at,
  updated_at: stored.updated_at,
  ...lastUse(use),
});

export const listedBuiltIn = ({ name, definition }: BuiltInProfile, use: ProfileUse | undefined): ListedProfile => ({
  id: null,
  name,
  built_in: true,
  version: BUILT_IN_VERSION,
  columns: columnsOf(definition),
  detect: definition.detect ?? null,
  tests: { count: definition.tests?.length ?? 0, failed: null },
  created_at: null,
  updated_at: null,
  ...lastUse(use),
});

export const describeStored = (stored: StoredProfile, use: ProfileUse | undefined): Profile => ({
  ...listedStored(stored, use),
  definition: stored.definition,
  seen_columns: use?.columns ?? null,
});

export const describeBuiltIn = (builtIn: BuiltInProfile, use: ProfileUse | undefined): Profile => ({
  ...listedBuiltIn(builtIn, use),
  definition: builtIn.definition,
  seen_columns: use?.columns ?? null,
});

const lastUse = (use: ProfileUse | undefined): Pick<ListedProfile, "used_at" | "import_id"> => ({
  used_at: use?.used_at ?? null,
  import_id: use?.import_id ?? null,
});

function columnsOf(definition: ProfileDefinition): string[] {
  const { read } = usedColumns(definition);
  return [...new Set([...read.flat(), ...(definition.detect?.columns ?? [])])].slice(0, SHOWN_COLUMNS);
}
