// Texts that PostgreSQL stores as they are: it takes no NUL, and UTF-8 has no code for half of a surrogate pair.

export const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

export const NOT_STORABLE = "It holds a NUL character or half a character (a lone surrogate). Remove it.";
