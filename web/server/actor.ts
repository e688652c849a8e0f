// Display names of actors. Programs of the user who runs Skuport, which use the key of its data folder, are shown as "Local user".
import { LOCAL_ACTOR } from "../../contract/actor.ts";
import { t } from "../texts/t.ts";

export const isLocal = (actor: string): boolean => actor === LOCAL_ACTOR;
export const actorName = (actor: string): string => (isLocal(actor) ? t("ui.actor.local") : actor);

/** Converts a display name that the user typed to the actor's name on the server. */
export const actorOf = (name: string): string =>
  name.toLowerCase() === t("ui.actor.local").toLowerCase() ? LOCAL_ACTOR : name;
