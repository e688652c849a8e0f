// zod as the page has it: the build puts this in its place everywhere, so that it runs before the first schema is made. zod would
// otherwise try whether it may compile its parsers, which the content security policy forbids, and each try is reported.
import { config } from "zod/v4";

config({ jitless: true });

export * from "zod/v4";
