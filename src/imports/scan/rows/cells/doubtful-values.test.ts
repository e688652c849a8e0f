import { expect, test } from "vitest";
import { recordsOf } from "../../../../../tests/support/records/map-rows.ts";
import { layoutOf } from "../../../layout.ts";
import { countDoubtful } from "./doubtful-values.ts";

test("a cell with several kinds of wrong letters counts once", () => {
  const layout = layoutOf([
    { name: "sku", target: "sku" },
    { name: "name", target: "name" },
  ]);
  const counted = countDoubtful(layout, [], null);
  counted.add(
    recordsOf([
      ["A", "GrÃ¶ÃŸe 5 â€“ 6 â‚¬ \ufffd"],
      ["B", "5 â‚¬"],
      ["C", "5 €"],
    ]),
  );
  expect(counted.found).toMatchObject([{ kind: "wrong_letters", column: 1, count: 2 }]);
});
