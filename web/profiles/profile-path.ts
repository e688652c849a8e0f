// Addresses of profiles on the page.

export const PROFILE_TABS = ["mapping", "tests", "try", "text", "versions"] as const;
export type ProfileTab = (typeof PROFILE_TABS)[number];

export const profilePath = (name: string, tab: ProfileTab = "mapping"): string =>
  `/profiles/${encodeURIComponent(name)}${tab === "mapping" ? "" : `/${tab}`}`;

export const NEW_PROFILE_PATH = "/profiles/-/new";
