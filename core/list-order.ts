/** The order of a list by id, and so by time of creation; OpenAI's own words for it. */
export const listOrders = ['asc', 'desc'] as const;

/** `desc`: newest first. */
export type ListOrder = (typeof listOrders)[number];
