// Compares names of users.

/** Name of the user that the first start creates. */
export const FIRST_USER = "admin";

/** Returns the form of a name in which names are compared: names that differ only in case, or in the form of their accents, are equal. */
export const nameKeyOf = (name: string): string => name.trim().normalize("NFKC").toLowerCase();
