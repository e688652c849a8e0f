// The input of a new test, which another section of the page offers to a profile. The page of the profile opens its form with this input.

export interface OfferedInput {
  profile: string;
  /** The name of the test. */
  name: string;
  input: string;
}

let offered: OfferedInput | undefined;

/** Stores the input until the page of the profile takes it. */
export function offerInput(input: OfferedInput): void {
  offered = input;
}

/** Returns the input that was offered to the profile. Later calls return undefined. */
export function takeInput(profile: string): OfferedInput | undefined {
  if (offered?.profile !== profile) return undefined;
  const taken = offered;
  offered = undefined;
  return taken;
}
