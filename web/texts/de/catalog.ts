import type { catalog as english } from "../en/catalog.ts";
import type { Shape } from "../shape.ts";

export const catalog: Shape<typeof english> = { title: "Produkte" };
