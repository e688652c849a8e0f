// Names of elements and attributes without the prefixes of their namespaces.

export function localName(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(colon + 1);
}

/** The name of an attribute without its prefix. Declarations of namespaces keep theirs. */
export const attributeName = (name: string): string => (name.startsWith("xmlns") ? name : localName(name));
