import type { webhooks as english } from "../en/webhooks.ts";
import type { Shape } from "../shape.ts";

export const webhooks: Shape<typeof english> = { title: "Webhooks" };
