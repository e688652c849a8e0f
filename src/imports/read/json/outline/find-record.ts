// Finds out which values of a JSON file are its records, from the first part of the file.
import { listsIn } from "../../tree/lists-in.ts";
import { JsonReader } from "../json-reader.ts";
import { KeyedRecords } from "./keyed-records.ts";
import { MAX_MEMBERS, similarLists } from "./similar-lists.ts";

export interface JsonOutline {
  /** The names of members in the first part of the file, without repeats. */
  elements: string[];
  /** The names from the root to the record, with `*` for the elements of an array, or for the members of an object; empty for JSON Lines;
   * undefined if the file has no objects. */
  record: string[] | undefined;
  /** The paths from the record to the elements of its arrays of objects, such as `variants/*`. */
  lists: string[];
  /** The paths of other lists with objects of the same kind as the records. */
  similar_lists: string[];
  /** Whether the file contains several values, as JSON Lines does. */
  is_lines: boolean;
  /** Whether one of the file's top-level values is an object. */
  has_root_object: boolean;
}

const MAX_ELEMENTS = 200;
const MAX_PLACES = 5000;

/** Reads the first part of a file. The caller passes chunks to `write`, and then calls `outline`. */
interface OutlineReader {
  write: (chunk: string) => void;
  end: () => void;
  outline: () => JsonOutline;
}

/** A place in the file whose values can be the records, with the number of characters of these values. */
interface Place {
  names: readonly string[];
  length: number;
}

interface ListPlace extends Place {
  /** Names of the members of its objects. */
  members: Set<string>;
}

const largest = (places: readonly (Place | undefined)[]): Place | undefined =>
  places
    .filter((place) => place !== undefined)
    .toSorted((a, b) => b.length - a.length || a.names.length - b.names.length)[0];

/** For each path at which arrays contain objects: the names in the path, and the total number of characters of these arrays. */
type ListPlaces = Map<string, ListPlace>;

function placeOf(places: ListPlaces, names: readonly string[], key: string): ListPlace | undefined {
  const known = places.get(key);
  if (known !== undefined || places.size >= MAX_PLACES) return known;
  const place = { names, length: 0, members: new Set<string>() };
  places.set(key, place);
  return place;
}

function addUpTo(max: number, names: Set<string> | undefined, name: string): void {
  if (names !== undefined && names.size < max) names.add(name);
}

export function createJsonOutline(): OutlineReader {
  const elements = new Set<string>();
  const places: ListPlaces = new Map();
  const keyed = new KeyedRecords();
  const open: { key: string | undefined; from: number; members?: Set<string> | undefined }[] = [];
  let passed = 0;
  let roots = 0;
  let hasRootObject = false;
  const addLength = ({ key, from }: (typeof open)[number]): void => {
    const place = key === undefined ? undefined : places.get(key);
    if (place !== undefined) place.length += passed - from;
  };
  const reader: JsonReader = new JsonReader(undefined, () => undefined, {
    open(names, isArray) {
      passed = reader.position;
      if (names.length === 0 && !isArray) hasRootObject = true;
      const key = !isArray && names.at(-1) === "*" ? JSON.stringify(names) : undefined;
      if (key !== undefined) (open.at(-1) as (typeof open)[number]).key = key;
      const place = key === undefined ? undefined : placeOf(places, names, key);
      keyed.open(names, isArray, passed);
      open.push({ key: undefined, from: passed, members: place?.members });
    },
    close() {
      passed = reader.position;
      keyed.close(passed);
      addLength(open.pop() as (typeof open)[number]);
    },
    member(name) {
      keyed.member(name);
      addUpTo(MAX_MEMBERS, open.at(-1)?.members, name);
      addUpTo(MAX_ELEMENTS, elements, name);
    },
    root() {
      roots++;
    },
  });
  return {
    write: (chunk) => {
      reader.write(chunk);
    },
    end: () => {
      reader.end();
    },
    outline: () => {
      passed = reader.position;
      for (const container of open) addLength(container);
      const best = largest([...places.values(), keyed.best(passed)]);
      const record = hasRootObject && (roots > 1 || best === undefined) ? [] : best && [...best.names];
      return {
        elements: [...elements],
        record,
        lists: listsIn(record, places.values()),
        similar_lists: roots > 1 || record === undefined ? [] : similarLists(record, [...places.values()]),
        is_lines: roots > 1,
        has_root_object: hasRootObject,
      };
    },
  };
}
