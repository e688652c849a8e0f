// The words of web/webhooks.
export const webhooks = { title: "Webhooks" } as const;
