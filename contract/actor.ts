/** Actor of changes made without a sign-in. */
export const LOCAL_ACTOR = "local";
