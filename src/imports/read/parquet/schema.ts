// Determines from the schema of a Parquet file which values its records have: one column of values for each path in the records.
import type { ParquetType, SchemaElement } from "hyparquet";
import { MAX_DEPTH } from "../tree/nodes.ts";
import { brokenParquet } from "./parquet-fault.ts";

/** A step from the record down to a value. */
export interface Step {
  kind: "member" | "element";
  /** Name of the member; empty for an element of a list. */
  name: string;
  /** Whether the node is a list, whose elements the next step enters. */
  is_list: boolean;
  /** Whether the node is a list of pairs of a key and a value that become members. */
  is_map: boolean;
  /** The lowest definition level of values for which the node exists. */
  def: number;
  /** For an element of a list: the repetition level of a value that begins a further element. For a member: 0. */
  rep: number;
}

/** A path in the records that has values. */
export interface Leaf {
  /** The names of the members, such as `size/width`. */
  name: string;
  /** The names of the schema, which include the ones of groups that only exist because of lists. */
  path: readonly string[];
  steps: readonly Step[];
  type: ParquetType;
  element: SchemaElement;
  /** Definition level of a value that is not null. */
  max_def: number;
  /** Number of lists around the value. */
  max_rep: number;
}

interface Place {
  path: readonly string[];
  steps: readonly Step[];
  def: number;
  rep: number;
}

interface Node {
  element: SchemaElement;
  children: Node[];
}

/** @throws Problem broken-file */
export function leavesOf(schema: readonly SchemaElement[]): Leaf[] {
  const { root, count } = treeOf(schema);
  if (count !== schema.length) throw brokenParquet("Its schema has elements that belong to no group.");
  const leaves: Leaf[] = [];
  for (const child of root.children) addMember(child, { path: [], steps: [], def: 0, rep: 0 }, leaves);
  return leaves;
}

/** Builds the tree of the schema, which the file contains as a list: each group is followed by its children. */
function treeOf(schema: readonly SchemaElement[]): { root: Node; count: number } {
  let at = 0;
  const read = (depth: number): Node => {
    const element = schema[at++];
    if (element === undefined) throw brokenParquet("Its schema is incomplete.");
    if (depth > MAX_DEPTH) throw brokenParquet(`Its schema is nested more than ${MAX_DEPTH} levels deep.`);
    const count = element.num_children ?? 0;
    if (count < 0 || count > schema.length - at) throw brokenParquet("Its schema is incomplete.");
    return { element, children: Array.from({ length: count }, () => read(depth + 1)) };
  };
  return { root: read(0), count: at };
}

const isRepeated = ({ element }: Node): boolean => element.repetition_type === "REPEATED";

/** Adds the values of a member of a record or of a group. */
function addMember(node: Node, place: Place, leaves: Leaf[]): void {
  const { element } = node;
  const inside = enter(node, place);
  const step: Step = {
    kind: "member",
    name: element.name,
    is_list: false,
    is_map: false,
    def: inside.def,
    rep: 0,
  };
  // A repeated field without a list around it is a list of its values.
  if (isRepeated(node)) addElements(node, { ...inside, steps: [...place.steps, { ...step, is_list: true }] }, leaves);
  else addContent(node, inside, step, leaves);
}

/** Adds the values of a node. `step` leads to the node. */
function addContent(node: Node, place: Place, step: Step, leaves: Leaf[]): void {
  const [only] = node.children;
  const at = (changed: Partial<Step>): Place => ({ ...place, steps: [...place.steps, { ...step, ...changed }] });
  if (only !== undefined && node.children.length === 1 && isRepeated(only) && isListOrMap(node)) {
    const inside = enter(only, place);
    const hasTexts = isMapOfTexts(node, only);
    // An empty list that is a member of a record or group gets no node. An empty list inside another list gets a node, because it is one of
    // the elements of that list.
    const def = step.kind === "member" ? inside.def : step.def;
    const changed = { is_list: !hasTexts, is_map: hasTexts, def };
    addElements(elementOf(node, only), { ...inside, steps: at(changed).steps }, leaves, only);
  } else addValues(node, at({}), leaves);
}

/** Adds the values of the elements of a list.
 * @param wrapper the repeated group around the element, if it is not part of the record */
function addElements(element: Node, place: Place, leaves: Leaf[], wrapper: Node = element): void {
  const step: Step = { kind: "element", name: "", is_list: false, is_map: false, def: place.def, rep: place.rep };
  if (wrapper === element) addValues(element, { ...place, steps: [...place.steps, step] }, leaves);
  // An element that is null exists, but has no value.
  else addContent(element, enter(element, place), step, leaves);
}

function addValues(node: Node, place: Place, leaves: Leaf[]): void {
  const { element, children } = node;
  for (const child of children) addMember(child, place, leaves);
  if (children.length > 0 || element.type === undefined) return;
  const { steps, path, def, rep } = place;
  const name = steps.flatMap((step) => (step.kind === "member" ? [step.name] : [])).join("/");
  leaves.push({ name, path, steps, type: element.type, element, max_def: def, max_rep: rep });
}

function enter({ element }: Node, { path, steps, def, rep }: Place): Place {
  const isOptional = element.repetition_type !== "REQUIRED";
  const isList = element.repetition_type === "REPEATED";
  return { path: [...path, element.name], steps, def: isOptional ? def + 1 : def, rep: isList ? rep + 1 : rep };
}

function isListOrMap({ element: { converted_type: converted, logical_type: logical } }: Node): boolean {
  if (converted === "LIST" || converted === "MAP" || converted === "MAP_KEY_VALUE") return true;
  return logical?.type === "LIST" || logical?.type === "MAP";
}

const isMap = ({ element }: Node): boolean =>
  element.converted_type !== "LIST" && (element.converted_type !== undefined || element.logical_type?.type === "MAP");

/** Whether the node is a map whose keys can become the names of members: both keys and values are single values. */
const isMapOfTexts = (node: Node, { children }: Node): boolean =>
  isMap(node) && children.length === 2 && children.every((child) => child.children.length === 0 && !isRepeated(child));

/** Returns the element of a list. Most programs put a group around the element; older ones repeat the element itself. */
function elementOf({ element: { name } }: Node, repeated: Node): Node {
  const [only] = repeated.children;
  if (only === undefined || repeated.children.length > 1) return repeated;
  const repeatedName = repeated.element.name;
  return repeatedName === "array" || repeatedName === `${name}_tuple` ? repeated : only;
}
