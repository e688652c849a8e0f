// Names of elements and attributes.

/** Shortens a name for a message. */
export const shown = (name: string): string => (name.length > 100 ? `${name.slice(0, 100)} …` : name);

/** The name without the prefix of its namespace. */
export function localName(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(colon + 1);
}

/** The name of an attribute without its prefix. Declarations of namespaces keep theirs. */
export const attributeName = (name: string): string => (name.startsWith("xmlns") ? name : localName(name));
