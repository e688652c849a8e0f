// Replaces zod in the page's build, so that it is configured before the first schema is created. By default zod tests whether it may
// compile its parsers; the content security policy forbids that, and the browser reports each attempt.
import { config } from "zod/v4";

config({ jitless: true });

export * from "zod/v4";
