/** Actor of changes made with the key of the data folder, or by a command that runs without a server. */
export const LOCAL_ACTOR = "local";

/** Actors of changes and of entries of the audit log that are not users. A user of such a name could pass for them. */
const OTHER_ACTORS: ReadonlySet<string> = new Set([LOCAL_ACTOR, "anonymous", "single sign-on", "unknown user"]);

/** Whether the name, compared as names of users are, is that of an actor that is not a user. */
export const isOtherActor = (name: string): boolean => OTHER_ACTORS.has(name.trim().normalize("NFKC").toLowerCase());
