// Display names of actors. The server has no user accounts, so anyone who reaches it is the local user.
import { LOCAL_ACTOR } from "../../contract/actor.ts";
import { t } from "../texts/t.ts";

export const isLocal = (actor: string): boolean => actor === LOCAL_ACTOR;
export const actorName = (actor: string): string => (isLocal(actor) ? t("ui.actor.local") : actor);

/** Converts a typed name to the server's actor. */
export const actorOf = (name: string): string =>
  name.toLowerCase() === t("ui.actor.local").toLowerCase() ? LOCAL_ACTOR : name;
