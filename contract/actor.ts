/** The actor of every change that was made without a sign-in. */
export const LOCAL_ACTOR = "local";
