// The state of the mapping editor of a held import: the mapping with undo and redo, and the live preview of its effect.
import { refDebounced } from "@vueuse/core";
import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef } from "vue";
import { preview_held_import, type Import, type Preview } from "../../../../contract/imports/imports.ts";
import { questionOf } from "../../../../contract/imports/question.ts";
import { ask, useConnection } from "../../../server/use-connection.ts";
import { addState, redo, startHistory, undo, type History } from "../model/history.ts";
import { withMember, type Draft } from "../model/draft.ts";
import { readRows } from "../model/rows.ts";
import type { TextFault } from "../whole/mapping-json.ts";
import {
  answerOf,
  initialDraft,
  isSameDraft,
  isSimple,
  missingField,
  suggestedEncoding,
  type EditorState,
} from "./answer.ts";
import { useKeptDraft } from "./kept-draft.ts";
import { renameColumns } from "./rename-columns.ts";

const DEBOUNCE_MS = 250;
/** Maximum number of preview requests before the import is started. An edit during a request makes another request necessary. */
const MAX_CHECKS = 5;

/** The mapping as the user has typed it. */
export interface TypedText {
  value: string;
  faults: TextFault[];
}

// eslint-disable-next-line max-lines-per-function -- one state with its actions
export function useEditor(import_: ComputedRef<Import>) {
  const question = computed(() => questionOf(import_.value.problem));
  const preview = shallowRef<Preview | null>(null);
  /** The columns as they were recognized, before any answer or edit. */
  const detected = shallowRef<Preview["columns"]>([]);
  const error = shallowRef<Error | null>(null);
  const isLoading = ref(true);
  const initial = shallowRef<EditorState>({ draft: {}, encoding: undefined });
  const history = shallowRef<History<EditorState>>(startHistory(initial.value));
  const isReady = ref(false);
  /** What the last edit did. Screen readers announce this text. */
  const edited = ref("");
  const kept = useKeptDraft(import_.value.id, () => import_.value.upload_expires_at);
  /** The mapping as text, if the user has typed in its text field. If null, the text field shows the draft. */
  const text = shallowRef<TypedText | null>(null);
  /** The state that the preview shows. */
  const checked = shallowRef<EditorState>();
  let stop = new AbortController();
  /** The request that reads the file in another encoding. While it runs, no other preview is loaded, because `load` aborts the previous
   * request. */
  let reading: Promise<unknown> | undefined;

  const state = computed(() => history.value.present);
  const rows = computed(() => readRows(state.value.draft, preview.value?.columns ?? []));
  /** The columns before any edit. */
  const initialRows = computed(() => readRows(initial.value.draft, detected.value));
  const names = computed(() => preview.value?.columns.map(({ name }) => name) ?? []);
  const isEdited = computed(() => !isSimple(state.value, initial.value.draft, question.value));
  const answer = computed(() =>
    isReady.value ? answerOf(state.value, initial.value.draft, question.value) : undefined,
  );

  async function load(
    body: Parameters<typeof ask<typeof preview_held_import>>[1]["body"],
  ): Promise<Preview | undefined> {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    isLoading.value = true;
    try {
      const loaded = await ask(preview_held_import, { params: { id: import_.value.id }, body }, { signal });
      if (signal.aborted) return undefined;
      preview.value = loaded;
      error.value = null;
      return loaded;
    } catch (reason) {
      if (!signal.aborted) error.value = reason as Error;
      return undefined;
    } finally {
      if (!signal.aborted) isLoading.value = false;
    }
  }

  async function start(): Promise<void> {
    const encoding = suggestedEncoding(question.value);
    const loaded = await load({ review: "never", ...(encoding === undefined ? {} : { encoding }) });
    if (loaded === undefined) return;
    detected.value = loaded.columns;
    initial.value = { draft: initialDraft(loaded, import_.value, question.value), encoding };
    history.value = startHistory(initial.value);
    const saved = kept.read();
    if (saved !== undefined) history.value = addState(history.value, saved);
    isReady.value = true;
    if (history.value.past.length > 0 || loaded.mapping === null) await refresh();
    else checked.value = state.value;
  }

  async function refresh(): Promise<void> {
    const now = state.value;
    if (reading !== undefined || answer.value === undefined) return;
    if ((await load(answer.value)) !== undefined) checked.value = now;
  }

  /** Waits until the preview shows the current state, or until the server has refused the current state. */
  async function settle(): Promise<void> {
    await reading;
    for (let n = 0; n < MAX_CHECKS && checked.value !== state.value && answer.value !== undefined; n++) await refresh();
  }

  /** Replaces the state with the state that another tab has stored in the browser. */
  function takeOver(): void {
    const saved = kept.read();
    if (saved !== undefined) history.value = addState(history.value, saved);
  }

  function setText(typed: TypedText | null): void {
    text.value = typed;
  }

  /** Applies an edit. @param said the text for screen readers */
  function edit(draft: Draft, said = ""): void {
    if (isSameDraft(draft, state.value.draft)) return;
    history.value = addState(history.value, { ...state.value, draft });
    edited.value = said;
  }

  /** Reads the file in another encoding. The names of the columns may change. */
  async function setEncoding(encoding: EditorState["encoding"]): Promise<void> {
    if (reading === undefined && encoding === state.value.encoding) return;
    const before = names.value;
    const loading = load({ review: "never", ...(encoding === undefined ? {} : { encoding }) });
    reading = loading;
    const loaded = await loading;
    if (reading === loading) reading = undefined;
    if (loaded === undefined) return;
    const draft = renameColumns(
      state.value.draft,
      before,
      loaded.columns.map(({ name }) => name),
    );
    history.value = addState(history.value, { draft, encoding });
  }

  function reset(said: string): void {
    const { draft, encoding } = initial.value;
    text.value = null;
    if (isSameDraft(state.value.draft, draft) && state.value.encoding === encoding) return;
    edited.value = said;
    history.value = addState(history.value, initial.value);
  }

  const current = refDebounced(state, DEBOUNCE_MS);
  watch(current, () => {
    // The preview may already show the state: at the start, or after `settle`.
    if (isReady.value && checked.value !== state.value) void refresh();
  });
  watch(state, (now) => {
    if (isReady.value) kept.write(now === initial.value ? null : now);
  });
  watch(useConnection().reconnects, () => void (isReady.value ? refresh() : start()));
  onScopeDispose(() => {
    stop.abort();
  });
  void start();

  return {
    question,
    preview,
    detected,
    error,
    is_loading: isLoading,
    is_ready: isReady,
    is_edited: isEdited,
    edited,
    state,
    rows,
    initial_rows: initialRows,
    names,
    text,
    setText,
    /** The field whose column the user must choose before the import can start. */
    missing: computed(() => missingField(state.value, question.value)),
    is_changed_elsewhere: kept.is_changed_elsewhere,
    answer,
    can_undo: computed(() => history.value.past.length > 0),
    can_redo: computed(() => history.value.future.length > 0),
    edit,
    setEncoding,
    reset,
    settle,
    takeOver,
    forget: () => {
      kept.write(null);
    },
    undo: (said: string) => {
      edited.value = said;
      history.value = undo(history.value);
    },
    redo: (said: string) => {
      edited.value = said;
      history.value = redo(history.value);
    },
    setMember: <Name extends keyof Draft>(name: Name, value: Draft[Name], said = "") => {
      edit(withMember(state.value.draft, name, value), said);
    },
  };
}

export type Editor = ReturnType<typeof useEditor>;
