/** Actor of changes made with the key of the data folder, or by a command that runs without a server. */
export const LOCAL_ACTOR = "local";

/** Names that changes and the audit log contain for actors other than users. A user with such a name could be mistaken for the actor. */
const OTHER_ACTORS: ReadonlySet<string> = new Set([LOCAL_ACTOR, "anonymous", "single sign-on", "unknown user"]);

/** Whether an actor other than a user has this name. Names are compared in the same way as names of users. */
export const isOtherActor = (name: string): boolean => OTHER_ACTORS.has(name.trim().normalize("NFKC").toLowerCase());
