// Finds out which elements of an XML file are its records, from the first part of the file.
import { listsIn } from "../tree/lists-in.ts";
import { claimOf } from "../columns/column-claims.ts";
import { XmlReader } from "./xml-reader.ts";

export interface XmlOutline {
  root: string;
  /** The namespaces that the root element declares. */
  namespaces: string[];
  /** The names of elements in the first part of the file, without repeats. */
  elements: string[];
  /** The names from the root to the record; undefined if no element can be a record. */
  record: string[] | undefined;
  /** The paths from the record to its lists, such as `variants/variant`: elements that repeat, and that have attributes or child
   * elements. */
  lists: string[];
}

/** Maximum number of names in an outline. */
const MAX_ELEMENTS = 200;
/** Maximum number of different paths that are compared. */
const MAX_PLACES = 5000;

/** A place in the file: the path of an element, and what all elements with this path contain. */
interface Place {
  names: string[];
  parent: Place | undefined;
  children: Map<string, Place>;
  attributes: Set<string>;
  count: number;
  /** Number of characters of the texts and attribute values of all elements with this path. Texts of child elements do not count. */
  length: number;
  /** Serial number of the parent of the last element with this path. */
  within: number;
  /** Whether a parent element contains several elements with this path. */
  is_repeated: boolean;
}

/** Reads the first part of a file. The caller passes further chunks to `write`, and then calls `outline`. */
export function createOutline(): { write: (chunk: string) => void; outline: () => XmlOutline } {
  const top = placeOf("", undefined);
  const namespaces: string[] = [];
  const elements = new Set<string>();
  const open: { place: Place; serial: number }[] = [{ place: top, serial: 0 }];
  let serial = 0;
  let places = 0;
  const reader = new XmlReader({
    open(name, attributes = []) {
      const { place: parent, serial: within } = open.at(-1) as { place: Place; serial: number };
      let place = parent.children.get(name);
      if (place === undefined) {
        place = placeOf(name, parent);
        if (places++ < MAX_PLACES) parent.children.set(name, place);
        if (elements.size < MAX_ELEMENTS) elements.add(Buffer.from(name).toString());
      }
      if (place.count++ > 0 && place.within === within) place.is_repeated = true;
      place.within = within;
      for (let i = 0; i < attributes.length; i += 2) {
        const attribute = attributes[i] as string;
        if (attribute === "") continue;
        if (parent === top && attribute.startsWith("xmlns")) namespaces.push(attributes[i + 1] as string);
        if (place.attributes.size < MAX_ELEMENTS) place.attributes.add(attribute);
        place.length += (attributes[i + 1] as string).length;
      }
      open.push({ place, serial: ++serial });
    },
    text(text) {
      const { place } = open.at(-1) as { place: Place };
      place.length += text.trim().length;
    },
    close() {
      open.pop();
    },
  });
  return {
    write: (chunk) => {
      reader.write(chunk);
    },
    outline: () => {
      const [root] = top.children.keys();
      const record = recordOf(top);
      const lists = listsIn(record, [...below(top)].map(({ place }) => place).filter(isList));
      return { root: root ?? "", namespaces: namespaces.slice(0, 20), elements: [...elements], record, lists };
    },
  };
}

const placeOf = (name: string, parent: Place | undefined): Place => ({
  names: parent === undefined ? [] : [...parent.names, Buffer.from(name).toString()],
  parent,
  children: new Map(),
  attributes: new Set(),
  count: 0,
  length: 0,
  within: -1,
  is_repeated: false,
});

/** Returns the path whose elements have children or attributes, repeat within their parent, and contain most of the text. If no element
 * repeats, the file may have only one record: then returns the path of the element below the root that contains most of the text. */
function recordOf(top: Place): string[] | undefined {
  const all = [...below(top)].filter(({ place }) => place.names.length >= 2 && hasParts(place));
  const repeated = all.filter(({ place }) => place.is_repeated);
  const [best] = (repeated.length > 0 ? repeated : all).toSorted(
    (a, b) => scoreOf(b) - scoreOf(a) || a.place.names.length - b.place.names.length,
  );
  return best?.place.names;
}

/** Whether elements with this path repeat and have parts, so that each can be a product. */
const isList = ({ is_repeated, children, attributes }: Place): boolean =>
  is_repeated && (children.size > 0 || attributes.size > 0);

/** A value with a single attribute, such as a price with its currency, is not a record. */
const hasParts = ({ children, attributes }: Place): boolean => children.size > 0 || attributes.size > 1;

interface Measured {
  place: Place;
  /** Number of characters of all texts in the elements of `place` and in their descendants. */
  total: number;
}

function* below(place: Place): Generator<Measured, number> {
  let total = place.length;
  for (const child of place.children.values()) total += yield* below(child);
  yield { place, total };
  return total;
}

/** An element that contains the SKU counts twice. */
const scoreOf = ({ place, total }: Measured): number =>
  total * ([...place.children.keys(), ...place.attributes].some((name) => claimOf("sku", name) !== undefined) ? 2 : 1);
