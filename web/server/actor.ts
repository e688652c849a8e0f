// Who made a change, as people read it. There are no accounts: of whoever reaches the server it knows only that.
import { LOCAL_ACTOR } from "../../contract/actor.ts";
import { t } from "../texts/t.ts";

export const isLocal = (actor: string): boolean => actor === LOCAL_ACTOR;
export const actorName = (actor: string): string => (isLocal(actor) ? t("ui.actor.local") : actor);

/** A name that was typed, as the server has it. */
export const actorOf = (name: string): string =>
  name.toLowerCase() === t("ui.actor.local").toLowerCase() ? LOCAL_ACTOR : name;
