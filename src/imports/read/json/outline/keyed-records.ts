// Finds an object whose members are the records of a JSON file, as in `{"A-1": {"name": "Lamp"}, "A-2": {"name": "Desk"}}`. Objects inside
// of arrays are not considered, because the elements of the array are the records.
import type { FieldName } from "../../../../catalog/product/column-lists.ts";
import { knownField } from "../../columns/column-claims.ts";
import { ANY } from "../../tree/nodes.ts";

/** A place in the file where members of objects are records. */
export interface KeyedPlace {
  /** The names from the root to the record. The last one is `*`. */
  names: readonly string[];
  /** Number of characters of the object that contains the records. */
  length: number;
  /** Whether members of the records have names of fields, such as `name`. */
  has_fields: boolean;
}

/** Describes an object. If its members are records, or contain records, `names` are the member names of a record, and `levels` is the
 * number of levels from the object down to the records. Otherwise, `names` are the object's own member names, and `levels` is 0. */
interface Shape {
  names: ReadonlySet<string>;
  levels: number;
}

interface Container {
  names: readonly string[];
  from: number;
  /** The first names of its members. */
  first: Set<string>;
  /** The first names of members that are neither objects nor arrays. */
  scalars: Set<string>;
  /** The name of the last member, if its value has not begun or is neither an object nor an array. */
  pending: string | undefined;
  members: number;
  objects: number;
  /** Number of objects with the same shape as the object before them. */
  similar: number;
  /** The shape of the last object in it. */
  shape: Shape | undefined;
  /** The largest place inside of it. */
  best: KeyedPlace | undefined;
}

/** Minimum number of records. Fewer objects with the same members can also be parts of one record, such as two addresses. */
const MIN_RECORDS = 3;
/** Minimum number of groups in an object whose members are groups of records, such as one group for each category. */
const MIN_GROUPS = 2;
const MIN_SIMILAR = 0.9;
/** Maximum number of names of an object that are compared. */
const MAX_NAMES = 100;

export class KeyedRecords {
  readonly #open: Container[] = [];
  /** Number of open arrays, and of open objects inside of them. */
  #inArray = 0;
  #best: KeyedPlace | undefined;

  open(names: readonly string[], isArray: boolean, at: number): void {
    const parent = this.#open.at(-1);
    if (this.#inArray > 0 || isArray) {
      if (this.#inArray++ === 0 && parent !== undefined) parent.pending = undefined;
      return;
    }
    if (parent !== undefined) parent.pending = undefined;
    this.#open.push({
      names,
      from: at,
      first: new Set(),
      scalars: new Set(),
      pending: undefined,
      members: 0,
      objects: 0,
      similar: 0,
      shape: undefined,
      best: undefined,
    });
  }

  member(name: string): void {
    const object = this.#open.at(-1);
    if (object === undefined || this.#inArray > 0) return;
    addScalar(object);
    object.pending = name;
    object.members++;
    if (object.first.size < MAX_NAMES) object.first.add(name);
  }

  close(at: number): void {
    if (this.#inArray > 0) {
      this.#inArray--;
      return;
    }
    const object = this.#open.pop() as Container;
    addScalar(object);
    const best = bestOf(object, object.members, at);
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#best = best;
    else addObject(parent, shapeOf(object), best);
  }

  /** Returns the largest place. `at` is the number of characters that have been read; objects may still be open. */
  best(at: number): KeyedPlace | undefined {
    let best = this.#best;
    for (const object of this.#open.toReversed()) {
      // The value of the last member may still be open, or may not have begun.
      const ended = object.objects === object.members - 1 ? object.objects : object.members;
      object.best = longer(object.best, best);
      best = bestOf(object, ended, at);
    }
    return best;
  }
}

function addScalar(object: Container): void {
  if (object.pending !== undefined && object.scalars.size < MAX_NAMES) object.scalars.add(object.pending);
  object.pending = undefined;
}

function addObject(parent: Container, shape: Shape, best: KeyedPlace | undefined): void {
  parent.objects++;
  if (parent.shape !== undefined && areSimilar(parent.shape, shape)) parent.similar++;
  parent.shape = shape;
  parent.best = longer(parent.best, best);
}

/** Returns the largest place in the object, which can be the object itself. Returns undefined if the object seems to be a record: it has a
 * SKU, or it has another field, such as a name, and the objects in the largest place have no fields. These can be its dimensions. */
function bestOf(object: Container, members: number, at: number): KeyedPlace | undefined {
  const { best, shape } = object;
  const fields = fieldsOf(object.scalars);
  if (fields.has("sku") || (fields.size > 0 && best?.has_fields === false)) return undefined;
  if (shape === undefined || !hasRecords(object, members)) return best;
  const names = [...object.names, ...Array.from({ length: shape.levels + 1 }, () => ANY)];
  return longer(best, { names, length: at - object.from, has_fields: fieldsOf(shape.names).size > 0 });
}

const fieldsOf = (names: ReadonlySet<string>): Set<FieldName> =>
  new Set([...names].flatMap((name) => knownField(name) ?? []));

/** Whether all members are objects, and nearly all have mostly the same member names as the one before. Members with the names of fields,
 * as in `{"sku": {"value": "A-1"}, "name": {"value": "Lamp"}}`, are the values of one record. */
function hasRecords({ first, objects, similar, shape }: Container, members: number): boolean {
  if (shape === undefined || objects !== members || objects < (shape.levels > 0 ? MIN_GROUPS : MIN_RECORDS))
    return false;
  const fields = fieldsOf(first);
  return similar >= (objects - 1) * MIN_SIMILAR && !fields.has("sku") && fields.size < 2;
}

function shapeOf(object: Container): Shape {
  if (object.shape !== undefined && hasRecords(object, object.members))
    return { names: object.shape.names, levels: object.shape.levels + 1 };
  // An object that contains only objects and arrays has no value of its own, so it is not a record.
  return { names: object.scalars.size > 0 ? object.first : NO_NAMES, levels: 0 };
}

const NO_NAMES: ReadonlySet<string> = new Set();

function areSimilar(one: Shape, other: Shape): boolean {
  if (one.levels !== other.levels) return false;
  let shared = 0;
  for (const name of one.names) if (other.names.has(name)) shared++;
  return shared > 0 && shared * 2 >= Math.min(one.names.size, other.names.size);
}

const longer = (one: KeyedPlace | undefined, other: KeyedPlace | undefined): KeyedPlace | undefined =>
  one === undefined || (other !== undefined && other.length > one.length) ? other : one;
