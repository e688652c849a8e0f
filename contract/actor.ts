/** Actor of changes made with the key of the data folder, or by a command that runs without a server. */
export const LOCAL_ACTOR = "local";
