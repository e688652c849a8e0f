// Display names of actors. Programs of the user who runs Skuport, which use the key of its data folder, are shown as "Local user". A change
// by an API key has the actor "Ann (key shop)".
import { LOCAL_ACTOR } from "../../contract/actor.ts";
import { t } from "../texts/t.ts";

export const isLocal = (actor: string): boolean => actor === LOCAL_ACTOR;

export function actorName(actor: string): string {
  if (isLocal(actor)) return t("ui.actor.local");
  const [, user, key] = /^(.+?) \(key (.+)\)$/s.exec(actor) ?? [];
  return user === undefined || key === undefined ? actor : t("ui.actor.with_key", { user, key });
}

/** Converts a display name that the user typed to the actor's name on the server. */
export function actorOf(name: string): string {
  if (name.toLowerCase() === t("ui.actor.local").toLowerCase()) return LOCAL_ACTOR;
  const [, between = "", end = ""] = t("ui.actor.with_key", { user: "\0", key: "\0" }).split("\0");
  const at = name.indexOf(between);
  return at > 0 && name.endsWith(end)
    ? `${name.slice(0, at)} (key ${name.slice(at + between.length, name.length - end.length)})`
    : name;
}
