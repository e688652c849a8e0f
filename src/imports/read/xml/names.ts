// Names of elements and attributes.

/** Shortens a name for a message. */
export const shown = (name: string): string => (name.length > 100 ? `${name.slice(0, 100)} …` : name);

/** The name without the prefix of its namespace. */
export function localName(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(colon + 1);
}

/** Attributes that describe an element to programs that validate XML, and are not data. */
const NOT_DATA: ReadonlySet<string> = new Set(["xsi:nil", "xsi:schemaLocation", "xsi:noNamespaceSchemaLocation"]);

/** The name of an attribute without its prefix. Declarations of namespaces keep theirs. Returns an empty text for an attribute that is not
 * data. */
export const attributeName = (name: string): string =>
  name.startsWith("xmlns") ? name : NOT_DATA.has(name) ? "" : localName(name);
