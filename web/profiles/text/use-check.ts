// Checks the text of a profile while a user edits it: the server validates the text and runs its tests, and stores nothing.
import { onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";
import { watchDebounced } from "@vueuse/core";
import { Problem } from "../../../contract/problems.ts";
import type { ProfileDefinition } from "../../../contract/profiles/profile.ts";
import { test_profile, type ProfileTestRun } from "../../../contract/profiles/profiles.ts";
import { ask } from "../../server/use-connection.ts";
import { t, type PlainKey } from "../../texts/t.ts";
import { faultsOf, type TextFault } from "../save-profile.ts";
import { locateFaults, parseText, type LineFault } from "./json-text.ts";

const DEBOUNCE_MS = 500;

const SYNTAX: Record<string, PlainKey> = {
  PropertyNameExpected: "profiles.text.syntax.property",
  ValueExpected: "profiles.text.syntax.value",
  ColonExpected: "profiles.text.syntax.colon",
  CommaExpected: "profiles.text.syntax.comma",
  CloseBraceExpected: "profiles.text.syntax.brace",
  CloseBracketExpected: "profiles.text.syntax.bracket",
  UnexpectedEndOfString: "profiles.text.syntax.string",
  NotAnObject: "profiles.text.syntax.object",
};

/** @param isActive whether the server checks the text. The page checks the syntax in any case */
export function useCheck(text: Ref<string>, name: () => string, isActive: () => boolean) {
  const faults = shallowRef<LineFault[]>([]);
  const run = shallowRef<ProfileTestRun | null>(null);
  const checking = ref(false);
  let stop = new AbortController();

  function showFaults(found: readonly TextFault[]): void {
    faults.value = locateFaults(text.value, found);
    run.value = null;
  }

  /** Returns the parsed text. If the text has a syntax error, shows the error and returns null. */
  function parse(): Record<string, unknown> | null {
    const { value, syntax } = parseText(text.value);
    if (syntax === null) return value;
    const { line, offset } = syntax;
    faults.value = [{ line, offset, path: "", detail: t(SYNTAX[syntax.name] ?? "profiles.text.syntax.other") }];
    run.value = null;
    return null;
  }

  async function check(): Promise<void> {
    const { signal } = stop;
    const definition = parse() as ProfileDefinition | null;
    if (definition === null || !isActive()) return;
    checking.value = true;
    try {
      run.value = await ask(test_profile, { params: { name: name() }, body: { definition } }, { signal });
      faults.value = [];
    } catch (error) {
      // A banner of the page reports an unreachable server. Other problems are reported when the user saves the text.
      if (!signal.aborted && error instanceof Problem && error.slug === "invalid-request")
        showFaults(faultsOf(error, definition));
    } finally {
      if (!signal.aborted) checking.value = false;
    }
  }

  watch(text, () => {
    stop.abort();
    stop = new AbortController();
    checking.value = false;
  });
  watchDebounced(text, () => void check(), { debounce: DEBOUNCE_MS });
  onScopeDispose(() => {
    stop.abort();
  });
  return { faults, run, checking, parse, showFaults };
}
