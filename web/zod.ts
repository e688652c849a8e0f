// Replaces zod in the page's build, so that zod is configured before the first schema is created. By default, zod tests whether it may
// compile its parsers. The content security policy forbids such compilation, and the browser reports each attempt.
import { config } from "zod/v4";

config({ jitless: true });

export * from "zod/v4";
