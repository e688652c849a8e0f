// Turns the state of the editor into the options with which the import continues, and into the text of a profile.
import type { z } from "zod";
import type { continue_options, Import, Preview } from "../../../../contract/imports/imports.ts";
import type { Mapping } from "../../../../contract/mapping/mapping.ts";
import type { Question } from "../../../../contract/imports/question.ts";
import { draftOfColumns, removingBlanks, withMember, type Draft } from "../model/draft.ts";

export type Answer = z.input<typeof continue_options>;
type Encoding = NonNullable<Answer["encoding"]>;

export interface EditorState {
  draft: Draft;
  /** The encoding that the user has chosen. */
  encoding: Encoding | undefined;
}

/** The mapping with which the editor starts: the mapping of the preview, or a mapping made from the recognized columns. If the question
 * asks for the column of the SKU or the name, the statement for this field is left out, so that the user must choose. */
export function initialDraft(
  { columns, mapping }: Pick<Preview, "columns" | "mapping">,
  { options, profile }: Pick<Import, "options" | "profile">,
  question: Question | undefined,
): Draft {
  const whole: Draft = mapping ?? draftOfColumns(columns);
  const asked = question?.option === "key" || question?.option === "name" ? question.option : undefined;
  const draft = asked === undefined ? whole : withMember(whole, asked, undefined);
  return options.mapping === undefined && profile === null ? removingBlanks(draft) : draft;
}

/** The first candidate of a question about the encoding. */
export const suggestedEncoding = (question: Question | undefined): EditorState["encoding"] =>
  question?.option === "encoding" ? (question.candidates[0]?.value as EditorState["encoding"]) : undefined;

/** Whether the start button below the editor is shown before any edit, because it can answer the question. For any other question, the user
 * chooses an answer in the panel above the editor, and the start button appears only after an edit. */
export const isAnsweredByEditor = (question: Question | undefined): boolean =>
  question === undefined || ["review", "key", "name", "encoding"].includes(question.option);

export const isSameDraft = (a: Draft, b: Draft): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Whether the draft differs from the initial mapping only in the column that the question asks for. The answer is then a single option,
 * without a mapping. */
export function isSimple({ draft }: EditorState, initial: Draft, question: Question | undefined): boolean {
  const { key, name, ...others } = draft;
  const { key: oldKey, name: oldName, ...oldOthers } = initial;
  if (!isSameDraft(others, oldOthers)) return false;
  const isAnswer = (option: string, value: unknown, old: unknown): boolean =>
    JSON.stringify(value) === JSON.stringify(old) || (question?.option === option && typeof value === "string");
  return isAnswer("key", key, oldKey) && isAnswer("name", name, oldName);
}

/** The options with which the import continues. @returns undefined if the mapping lacks the key or the column that the question asks for */
export function answerOf(state: EditorState, initial: Draft, question: Question | undefined): Answer | undefined {
  const { draft, encoding } = state;
  if (missingField(state, question) !== undefined) return undefined;
  const read = { review: "never" as const, ...(encoding === undefined ? {} : { encoding }) };
  if (isSimple(state, initial, question)) return { ...read, ...simpleAnswer(draft, question) };
  const mapping = mappingOf(draft);
  return mapping === undefined ? undefined : { ...read, mapping };
}

function simpleAnswer({ key, name }: Draft, question: Question | undefined): Answer {
  if (question?.option === "key" && typeof key === "string") return { key };
  if (question?.option === "name" && typeof name === "string") return { name };
  return {};
}

/** The field whose column the user must choose before the import can start. */
export function missingField({ draft }: EditorState, question: Question | undefined): "key" | "name" | undefined {
  if (draft.key === undefined) return "key";
  return question?.option === "name" && draft.name === undefined ? "name" : undefined;
}

export const mappingOf = ({ key, ...others }: Draft): Mapping | undefined =>
  key === undefined ? undefined : { key, ...others };

/** The mapping as a profile stores it: with the encoding that the user has chosen. */
export function profileMapping({ draft, encoding }: EditorState): Mapping | undefined {
  const mapping = mappingOf(draft);
  return mapping === undefined || encoding === undefined
    ? mapping
    : { ...mapping, file: { ...mapping.file, encoding } };
}
