// The elements and members around the records of a file, for paths that lead out of the record: `../@name`, `../../title`. Only values that
// come before the record are known.
import type { TreeRequest } from "../../../../../contract/imports/options.ts";
import { because } from "../../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../../contract/problems.ts";
import { MAX_RECORD_LENGTH, NODE_LENGTH, Path, TreeNode } from "../nodes.ts";
import { parsePath, parsePaths, type RequestedPath } from "../requested-path.ts";

/** An open element or container outside of the records. */
interface Frame {
  node: TreeNode;
  /** Number of characters of the values that are kept for this element or container. */
  length: number;
}

export class Ancestors {
  readonly #names: ReadonlySet<string>;
  readonly #frames: Frame[] = [];
  /** Position of the outermost open element whose values are kept; -1 if there is none. */
  #keptFrom = -1;
  #length = 0;

  /** @param names the names of the elements and members whose values are kept; `*` keeps all */
  constructor(names: ReadonlySet<string>) {
    this.#names = names;
  }

  /** The element that contains the next record. */
  get innermost(): TreeNode | undefined {
    return this.#frames.at(-1)?.node;
  }

  /** Whether to keep the values of an element or member with this name, because the mapping may read them. */
  keeps(name: string): boolean {
    return this.#keptFrom >= 0 || this.#names.has("*") || this.#names.has(name);
  }

  open(name: string, isArray = false): void {
    if (this.#keptFrom < 0 && this.#frames.length > 0 && this.keeps(name)) this.#keptFrom = this.#frames.length;
    const parent = this.innermost;
    const path = parent?.is_array === true ? parent.path : new Path(Buffer.from(name).toString());
    this.#frames.push({ node: new TreeNode(path, parent, isArray), length: 0 });
  }

  attribute(name: string, text: string): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    const attribute = new TreeNode(new Path(`@${name}`), frame.node);
    attribute.text = text;
    (frame.node.attributes ??= []).push(attribute);
    this.#grow(frame, text.length + NODE_LENGTH);
  }

  text(text: string): void {
    const frame = this.#frames.at(-1);
    if (this.#keptFrom < 0 || frame === undefined) return;
    frame.node.text += text;
    this.#grow(frame, text.length);
  }

  close(): void {
    const frame = this.#frames.pop();
    const outer = this.#frames.at(-1);
    if (frame === undefined) return;
    if (this.#keptFrom < 0 || outer === undefined) this.#length -= frame.length;
    else {
      frame.node.text = frame.node.text.trim();
      (outer.node.children ??= []).push(frame.node);
      outer.length += frame.length;
      this.#grow(outer, NODE_LENGTH);
    }
    if (this.#keptFrom === this.#frames.length) this.#keptFrom = -1;
  }

  #grow(frame: Frame, length: number): void {
    frame.length += length;
    this.#length += length;
    if (this.#length <= MAX_RECORD_LENGTH) return;
    throw new Problem(
      "mapping-invalid",
      `The mapping reads values outside the records with "..", and these values have more than ${MAX_RECORD_LENGTH >> 20} MB. Read other paths, or divide the file.`,
      { extra: because("mapping-around-records", { limit: MAX_RECORD_LENGTH >> 20 }) },
    );
  }
}

/** The mapping's paths can lead out of the record to elements around it. Returns the names of these elements, or undefined if all paths
 * stay within the record. */
export function ancestorNames(request: TreeRequest | undefined): ReadonlySet<string> | undefined {
  if (request === undefined) return undefined;
  const depth = Math.max(
    0,
    ...(request.each === undefined ? [] : parsePaths(request.each).map(({ length }) => length)),
  );
  const names = new Set<string>();
  let leadsOut = false;
  for (const path of [...request.paths, ...request.objects].map(parsePath)) {
    const up = path.findIndex(({ kind }) => kind !== "parent");
    if (up <= depth) continue;
    leadsOut = true;
    const name = nameOf(path[up]);
    if (name !== undefined) names.add(name);
  }
  return leadsOut ? names : undefined;
}

/** Returns the name of the element that the step reads; `*` for any element. Returns undefined for an attribute, because attributes are
 * always kept. */
function nameOf(step: RequestedPath[number] | undefined): string | undefined {
  if (step?.kind === "any") return "*";
  return step?.kind === "child" ? step.name : undefined;
}
