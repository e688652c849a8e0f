// The format of API keys. Does not import zod, because commands load it too.

/** Whether the text has the form of an API key. */
export const isApiKey = (text: string): boolean => /^sku_(local_)?[\w-]{43}$/.test(text);
