// Finds lists of the same kind as the list of the records, such as one list for each category or language: `{"women": […], "men": […]}`.
import { ANY } from "../../tree/nodes.ts";

interface List {
  /** The names from the root to the elements. */
  names: readonly string[];
  /** Names of the members of its elements. */
  members: ReadonlySet<string>;
}

/** Maximum number of member names that are compared. */
export const MAX_MEMBERS = 100;
/** Lists are of the same kind if their elements share at least this part of their member names. */
const MIN_SHARED = 0.7;
const MIN_MEMBERS = 2;
const MAX_LISTS = 20;

/** Returns the paths of the other lists whose elements have mostly the same members as the records. If one path with `*` in place of names
 * leads to the records and to these lists, but to no other list, this path is returned first.
 * @param record the path of the records */
export function similarLists(record: readonly string[], lists: readonly List[]): string[] {
  const own = lists.find(({ names }) => isSame(names, record));
  if (own === undefined) return [];
  const similar = lists.filter((list) => list !== own && differsOnlyInMembers(list, own) && isSimilar(list, own));
  if (similar.length === 0 || similar.length > MAX_LISTS) return [];
  const joint = record.map((name, i) => (similar.every(({ names }) => names[i] === name) ? name : ANY));
  const found = lists.filter(({ names }) => matches(joint, names));
  const paths = similar.map(({ names }) => names.join("/"));
  return found.length === similar.length + 1 ? [joint.join("/"), ...paths] : paths;
}

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((name, i) => name === other[i]);

/** Whether the lists are in different members of an object. Lists inside of an array, such as the variants and the pictures of each product,
 * are parts of its elements. */
function differsOnlyInMembers({ names }: List, own: List): boolean {
  if (names.length !== own.names.length) return false;
  const first = names.findIndex((name, i) => name !== own.names[i]);
  if (first === -1 || names.slice(0, first).includes(ANY)) return false;
  return names.every((name, i) => name === own.names[i] || (name !== ANY && own.names[i] !== ANY));
}

function isSimilar({ members }: List, own: List): boolean {
  const shared = [...members].filter((name) => own.members.has(name)).length;
  return shared >= MIN_MEMBERS && shared >= Math.max(members.size, own.members.size) * MIN_SHARED;
}

const matches = (path: readonly string[], names: readonly string[]): boolean =>
  path.length === names.length && path.every((name, i) => name === ANY || name === names[i]);
