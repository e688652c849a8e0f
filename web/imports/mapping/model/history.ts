// Undo and redo: the states before and after the current one.

export interface History<State> {
  past: readonly State[];
  present: State;
  future: readonly State[];
}

/** Maximum number of states to which undo can return. Older states are forgotten. */
const MAX_STEPS = 200;

export const startHistory = <State>(present: State): History<State> => ({ past: [], present, future: [] });

/** Adds a new state. The states that had been undone are forgotten. */
export function addState<State>({ past, present }: History<State>, next: State): History<State> {
  return { past: [...past, present].slice(-MAX_STEPS), present: next, future: [] };
}

export function undo<State>(history: History<State>): History<State> {
  const { past, present, future } = history;
  const previous = past.at(-1);
  return previous === undefined
    ? history
    : { past: past.slice(0, -1), present: previous, future: [present, ...future] };
}

export function redo<State>(history: History<State>): History<State> {
  const { past, present, future } = history;
  const [next, ...later] = future;
  return next === undefined ? history : { past: [...past, present], present: next, future: later };
}
