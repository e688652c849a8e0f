// Returns the dialect settings that the client has specified in an import's options.
import type { DialectOverrides, ImportOptions } from "../../contract/imports/imports.ts";

export const overridesOf = ({
  encoding,
  delimiter,
  quote,
  escape,
  header,
  preamble,
  formula_escape,
  sheet,
}: ImportOptions): DialectOverrides => ({
  ...(encoding === undefined ? {} : { encoding }),
  ...(delimiter === undefined ? {} : { delimiter }),
  ...(quote === undefined ? {} : { quote }),
  ...(escape === undefined ? {} : { escape }),
  ...(header === undefined ? {} : { header }),
  ...(preamble === undefined ? {} : { preamble }),
  ...(formula_escape === undefined ? {} : { formula_escape }),
  ...(sheet === undefined ? {} : { sheet }),
});
