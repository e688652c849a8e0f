import { expect, test } from "vitest";
import type { Preview } from "../../../../contract/imports/imports.ts";
import {
  answerOf,
  initialDraft,
  isAnsweredByEditor,
  missingField,
  profileMapping,
  suggestedEncoding,
} from "./answer.ts";
import { renameColumns } from "./rename-columns.ts";

const column = (name: string, target: Preview["columns"][number]["target"]): Preview["columns"][number] => ({
  name,
  target,
  confidence: "high",
  samples: [],
});
const columns = [
  column("item number", "sku"),
  column("code", "attribute"),
  column("Name", "name"),
  column("reject_row", "ignored"),
];
const plain = { options: { mode: "upsert", repeats: "last", strict: false, active: true }, profile: null } as const;
const question = (option: string, ...values: string[]) => ({
  option,
  statement: "",
  candidates: values.map((value) => ({ value, samples: [] })),
});

test("the initial draft has the effect of the recognized columns: blank cells remove attributes", () => {
  const mapping = { key: "code", name: "Name" };
  expect(initialDraft({ columns, mapping }, plain, undefined)).toEqual({ ...mapping, blank: { remove: ["*"] } });
  const profiled = { ...plain, profile: { name: "A", version: 1, built_in: false } };
  expect(initialDraft({ columns, mapping }, profiled, undefined)).toEqual(mapping);
});

test("the user chooses the key; without other edits, only the option is sent", () => {
  const asked = question("key", "code", "item number");
  const doubtful = { key: "item number", name: "Name", drop: ["reject_row"] };
  const initial = initialDraft({ columns, mapping: doubtful }, plain, asked);
  expect(initial).toEqual({ name: "Name", drop: ["reject_row"], blank: { remove: ["*"] } });
  expect(initialDraft({ columns, mapping: null }, plain, asked)).toEqual(initial);
  const state = { draft: initial, encoding: undefined };
  expect(answerOf(state, initial, asked)).toBeUndefined();
  const answered = { ...state, draft: { ...initial, key: "item number" } };
  expect(answerOf(answered, initial, asked)).toEqual({ review: "never", key: "item number" });
  const joined = { ...state, draft: { ...initial, key: ["code", "item number"] } };
  expect(answerOf(joined, initial, asked)).toEqual({ review: "never", mapping: joined.draft });
  expect(answerOf(state, initial, question("review", "never"))).toBeUndefined();
});

test("the user chooses the name that the question asks for", () => {
  const asked = question("name", "Name");
  const initial = initialDraft({ columns, mapping: { key: "code", name: "Name" } }, plain, asked);
  const state = { draft: initial, encoding: undefined };
  expect(missingField(state, asked)).toBe("name");
  expect(answerOf(state, initial, asked)).toBeUndefined();
  const answered = { ...state, draft: { ...initial, name: "Name" } };
  expect(answerOf(answered, initial, asked)).toEqual({ review: "never", name: "Name" });
});

test("the chosen encoding is an option of the import and a statement of the profile", () => {
  const draft = { key: "code" };
  expect(answerOf({ draft, encoding: "windows-1252" }, draft, undefined)).toEqual({
    review: "never",
    encoding: "windows-1252",
  });
  expect(profileMapping({ draft, encoding: "windows-1252" })).toEqual({
    key: "code",
    file: { encoding: "windows-1252" },
  });
  expect(profileMapping({ draft, encoding: undefined })).toEqual(draft);
});

test("names of columns change with the encoding; values and attributes stay", () => {
  const draft = {
    key: { from: ["Gr÷ße", "Nr"], join: ":" },
    attributes: { "Gr÷ße": { from: "Gr÷ße", map: { "Gr÷ße": "Gr÷ße" } }, plain: "gr÷ße" },
    drop: ["Gr÷ße"],
    format: { "Gr÷ße": { number: "1,5" } },
    ignore: [{ blank: "Gr÷ße" }, { of: "Gr÷ße", is: "Gr÷ße" }],
    blank: { remove: ["*"] },
  };
  expect(renameColumns(draft, ["Gr÷ße", "Nr"], ["Größe", "Nr"])).toEqual({
    key: { from: ["Größe", "Nr"], join: ":" },
    attributes: { "Gr÷ße": { from: "Größe", map: { "Gr÷ße": "Gr÷ße" } }, plain: "Größe" },
    drop: ["Größe"],
    format: { Größe: { number: "1,5" } },
    ignore: [{ blank: "Größe" }, { of: "Größe", is: "Gr÷ße" }],
    blank: { remove: ["*"] },
  });
});

test("the editor answers questions about columns and the encoding; a question about values is answered by an edit", () => {
  expect(suggestedEncoding(question("encoding", "cp850", "windows-1252"))).toBe("cp850");
  expect(suggestedEncoding(question("key", "code"))).toBeUndefined();
  expect(
    ["review", "key", "encoding", "mapping", "on_new_column"].map((option) => isAnsweredByEditor(question(option))),
  ).toEqual([true, true, true, false, false]);
});
