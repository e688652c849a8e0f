// The tests of a profile: runs them, and adds, replaces and removes them. Changes of tests do not affect what the profile does, so they are
// stored even if other tests fail.
import { onScopeDispose, shallowRef, watch } from "vue";
import type { Preview } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import type { ProfileTest } from "../../../contract/profiles/profile.ts";
import {
  compute_profile_test,
  test_profile,
  type Profile,
  type ProfileTestResult,
} from "../../../contract/profiles/profiles.ts";
import { problemDetail } from "../../server/problem-words.ts";
import { toast, toastError } from "../../server/toasts.ts";
import { ask } from "../../server/use-connection.ts";
import { useRequest } from "../../server/use-request.ts";
import { t } from "../../texts/t.ts";
import { saveProfile } from "../save-profile.ts";
import { can } from "../../server/identity/identity.ts";

export const testsOf = ({ definition }: Profile): ProfileTest[] => {
  const { tests } = definition;
  return Array.isArray(tests) ? (tests as ProfileTest[]) : [];
};

export function useTests(profile: () => Profile, onSaved: (profile: Profile) => void) {
  const results = shallowRef<ProfileTestResult[] | null>(null);
  const error = shallowRef<Error | null>(null);
  const stop = new AbortController();

  async function run(): Promise<void> {
    if (!can("importer")) return; // the server runs tests only for users who may change profiles
    try {
      const { name } = profile();
      results.value = (await ask(test_profile, { params: { name }, body: {} }, { signal: stop.signal })).tests;
      error.value = null;
    } catch (reason) {
      if (!stop.signal.aborted) error.value = reason as Error;
    }
  }
  watch(
    () => profile().version,
    () => void run(),
    { immediate: true },
  );
  onScopeDispose(() => {
    stop.abort();
  });
  return { results, error, run, ...changesOf(profile, onSaved) };
}

function changesOf(profile: () => Profile, onSaved: (profile: Profile) => void) {
  const { busy, run } = useRequest(toastError);

  async function store(tests: ProfileTest[]): Promise<boolean> {
    let isSaved = false;
    await run(async () => {
      const { name, definition } = profile();
      const { tests: _old, ...rest } = definition;
      const outcome = await saveProfile(name, tests.length === 0 ? rest : { ...rest, tests }, profile(), true);
      isSaved = outcome.kind === "saved";
      if (outcome.kind === "saved") onSaved(outcome.profile);
      else
        toast({ title: t("profiles.tests.not_saved"), description: t("profiles.tests.changed_text"), tone: "error" });
    });
    return isSaved;
  }

  const add = (test: ProfileTest): Promise<boolean> => store([...testsOf(profile()), test]);

  async function remove(at: number): Promise<void> {
    const before = testsOf(profile());
    if (!(await store(before.filter((_, i) => i !== at)))) return;
    toast({ title: t("profiles.tests.removed"), tone: "success", undo: () => store(before) });
  }

  /** Replaces the expected result of a test with the profile's current result. */
  async function accept(at: number): Promise<void> {
    const before = testsOf(profile());
    const test = before[at];
    if (test === undefined) return;
    try {
      const { input, name } = test;
      const params = { name: profile().name };
      const computed = await ask(compute_profile_test, { params, body: { input, name } });
      if (computed.test === null) throw new Problem("invalid-request", faultOf(computed.preview));
      if (!(await store(before.with(at, computed.test)))) return;
      toast({ title: t("profiles.tests.accepted"), tone: "success", undo: () => store(before) });
    } catch (reason) {
      toastError(reason);
    }
  }
  return { busy, add, remove, accept };
}

/** Why the profile could not read the input of a test. */
const faultOf = ({ problem }: Preview): string => (problem === null ? "" : problemDetail(problem));
