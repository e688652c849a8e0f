import type { changesets as english } from "../en/changesets.ts";
import type { Shape } from "../shape.ts";

export const changesets: Shape<typeof english> = { title: "Änderungen" };
