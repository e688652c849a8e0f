// Classifies a record before its values are read: whether it is ignored, its kind, and the layer of a product, such as a language, that it
// changes.
import { trimWhiteSpace } from "../../catalog/product/sku-key.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";
import type { ConditionNode, MappingPlan, ShapePlan } from "../mapping/plan.ts";
import { conditionOf, createValueContext, type IsMet } from "../mapping/run/condition.ts";
import type { Lookup, MapperNotes } from "../mapping/run/steps.ts";
import { rejectsExcess, RowWork, type WorkPlan } from "../mapping/run/row-work.ts";
import { Row } from "../mapping/run/row.ts";
import { readerOf, type ReadValue, type RowGroup, type ValueContext } from "../mapping/run/value.ts";
import type { Records } from "../read/records.ts";

/** A plan with a shape. */
export type ShapedPlan = MappingPlan & { shape: ShapePlan };

export const isShapedPlan = (plan: MappingPlan | null): plan is ShapedPlan => plan?.shape !== undefined;

interface Services {
  notes: MapperNotes;
  lookup?: Lookup | undefined;
  group?: RowGroup | undefined;
}

export class RecordJudge {
  readonly row: Row;
  readonly context: ValueContext;
  readonly #ignore: IsMet[];
  readonly #kindOf: ReadValue | undefined;
  readonly #kinds: ReadonlyMap<string, number>;
  readonly #overlay: ShapePlan["overlay"];
  readonly #work: RowWork;

  constructor(plan: ShapedPlan, dialect: Dialect, services: Services) {
    const { kinds, overlay } = plan.shape;
    this.row = new Row(plan.width, dialect);
    this.context = createValueContext({ markers: new Set(plan.empty), ...services });
    this.#ignore = this.conditions(plan.ignore);
    this.#kindOf = kinds === null ? undefined : readerOf(kinds.by, this.context);
    this.#kinds = new Map(kinds?.names.map((name, index) => [name, index]));
    this.#overlay = overlay;
    this.#work = new RowWork(judgedBy(plan));
  }

  conditions(nodes: readonly ConditionNode[]): IsMet[] {
    return nodes.map((node) => conditionOf(node, this.context));
  }

  open(records: Records, r: number): void {
    this.row.open(records, r);
  }

  /** Whether classifying the row needs too much work. If so, the row has a fault afterwards. */
  isTooLong(): boolean {
    return rejectsExcess(this.#work, this.row);
  }

  isIgnored(): boolean {
    return this.#ignore.some((isMet) => isMet(this.row));
  }

  /** Returns the number of the kind of the row; -1 if the mapping does not contain the kind. */
  kindOf(row: Row = this.row): number {
    if (this.#kindOf === undefined) return 0;
    const { fault } = row;
    const result = this.#kindOf(row);
    row.fault = fault;
    const kind = typeof result === "string" ? trimWhiteSpace(result).toLowerCase() : "";
    return this.#kinds.get(kind) ?? -1;
  }

  /** Returns the layer, such as a language, that the row changes; undefined if the row is the product itself. */
  layerOf(row: Row = this.row): string | undefined {
    if (this.#overlay === null) return undefined;
    const layer = trimWhiteSpace(row.text(this.#overlay.by));
    return this.#overlay.base.includes(layer.toLowerCase()) ? undefined : layer;
  }
}

/** Returns the conditions and values that are evaluated before the other values of a row are read. */
function judgedBy({ ignore, delete_when, shape }: ShapedPlan): WorkPlan {
  const { group, kinds, links, tables, products } = shape;
  const begins = group?.begins ?? null;
  const values = [group?.by, kinds?.by, ...links, ...tables.flatMap(({ entry }) => Object.values(entry ?? {}))];
  return {
    fields: [
      ...products.flatMap(({ fields }) => fields.filter(({ target }) => target === "sku")),
      ...values.flatMap((value) => (value === undefined || value === null ? [] : [{ target: "sku" as const, value }])),
    ],
    attributes: [],
    pairs: [],
    ignore: [...ignore, ...(group?.adds ?? []), ...(begins === null ? [] : [begins])],
    ...(delete_when === undefined ? {} : { delete_when }),
  };
}

/** Whether one of the conditions is met. */
export const meetsAny = (conditions: readonly IsMet[], row: Row): boolean => conditions.some((isMet) => isMet(row));
