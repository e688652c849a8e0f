// Forms the trees of the records of an XML file.
import { ANY, MAX_RECORD_LENGTH, NODE_LENGTH, Path, TreeNode, type OnRecord } from "../tree/nodes.ts";
import { endsWithPath, fits } from "../tree/record-path.ts";
import { endElement } from "./markup-text.ts";
import type { Ancestors } from "../tree/around/ancestors.ts";
import { XmlReader, type XmlHandler } from "./xml-reader.ts";

/**
 * Creates a reader that reports the elements whose names, from an outer to an inner element, end with `record`.
 * @param record the names, such as `channel`, `item`
 * @param outside receives the elements outside of the records
 */
export function createXmlRecords(
  record: readonly string[],
  onRecord: OnRecord,
  outside: Outside = { tables: undefined, above: undefined },
): XmlReader {
  const builder: RecordBuilder = new RecordBuilder(record, () => reader, onRecord, outside);
  const reader: XmlReader = new XmlReader(builder);
  return reader;
}

const SPACE = 32;

export interface Outside {
  tables: XmlHandler | undefined;
  above: Ancestors | undefined;
}

class RecordBuilder implements XmlHandler {
  /** The last name of the path of the records. */
  readonly #record: string | undefined;
  /** The other names of this path. */
  readonly #around: readonly string[];
  readonly #reader: () => XmlReader;
  readonly #onRecord: OnRecord;
  readonly #others: Outside;
  readonly #root = new Path("");
  /** The names of the open elements outside of a record. */
  readonly #outside: string[] = [];
  /** The innermost open element of the record. */
  #node: TreeNode | undefined;
  #recordNode: TreeNode | undefined;
  #line = 1;
  #from = 0;
  #length = 0;
  /** Number of open elements that were left out, because the record is too long. */
  #omitted = 0;

  constructor(record: readonly string[], reader: () => XmlReader, onRecord: OnRecord, others: Outside) {
    this.#others = others;
    this.#record = record.at(-1);
    this.#around = record.slice(0, -1);
    this.#reader = reader;
    this.#onRecord = onRecord;
  }

  open(name: string, attributes: string[] | undefined): void {
    const outer = this.#node;
    let node: TreeNode;
    if (outer === undefined) {
      if (!this.#isRecord(name)) {
        this.#outside.push(name);
        this.#openOutside(name, attributes);
        return;
      }
      this.#line = this.#reader().line;
      this.#from = this.#reader().position;
      this.#length = 0;
      node = new TreeNode(this.#root, this.#others.above?.innermost);
      this.#recordNode = node;
    } else {
      if (this.#omitted > 0 || this.#length > MAX_RECORD_LENGTH) {
        this.#omitted++;
        return;
      }
      this.#length += NODE_LENGTH;
      node = new TreeNode(outer.path.child(name), outer);
      node.at = outer.text.length;
      (outer.children ??= []).push(node);
    }
    this.#node = node;
    if (attributes !== undefined) this.#addAttributes(node, attributes);
  }

  text(text: string, isMarked: boolean): void {
    const node = this.#node;
    if (node === undefined) {
      this.#others.tables?.text(text, isMarked);
      this.#others.above?.text(text);
      return;
    }
    if (this.#omitted > 0) return;
    this.#length += text.length;
    if (this.#length > MAX_RECORD_LENGTH) return;
    // White space before a CDATA section is the indentation of the section, not a part of the text.
    if (isMarked && !node.has_text && node.children === undefined) node.text = text;
    else node.text += text;
    node.has_text ||= text.charCodeAt(0) > SPACE || /\S/.test(text);
  }

  close(name: string): void {
    const node = this.#node;
    if (node === undefined) {
      this.#outside.pop();
      this.#others.tables?.close(name);
      this.#others.above?.close();
      return;
    }
    if (this.#omitted > 0) {
      this.#omitted--;
      return;
    }
    endElement(node);
    const isEnd = node === this.#recordNode;
    this.#node = isEnd ? undefined : node.parent;
    if (isEnd)
      this.#onRecord({
        node,
        line: this.#line,
        from: this.#from,
        to: this.#reader().end_of_tag,
        is_too_long: this.#length > MAX_RECORD_LENGTH,
      });
  }

  #openOutside(name: string, attributes: readonly string[] | undefined): void {
    const { tables, above } = this.#others;
    tables?.open(name, attributes as string[] | undefined);
    if (above === undefined) return;
    above.open(name);
    for (let i = 0; i < (attributes?.length ?? 0); i += 2)
      above.attribute(attributes?.[i] ?? "", attributes?.[i + 1] ?? "");
  }

  #isRecord(name: string): boolean {
    const outside = this.#outside;
    if (!fits(this.#record, name)) return false;
    if (this.#around.length > 0) return endsWithPath(outside, outside.length, this.#around);
    // The root would be the only record of the file, which is useless. The path `*` therefore leads to the elements below the root.
    return this.#record !== ANY || outside.length > 0;
  }

  #addAttributes(element: TreeNode, attributes: readonly string[]): void {
    for (let i = 0; i < attributes.length; i += 2) {
      const name = attributes[i] as string;
      const text = attributes[i + 1] as string;
      this.#length += text.length + NODE_LENGTH;
      if (name === "" || name.startsWith("xmlns")) continue;
      const attribute = new TreeNode(element.path.child(`@${name}`), element);
      attribute.text = text;
      (element.attributes ??= []).push(attribute);
    }
  }
}
