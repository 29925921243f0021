/** The two halves of a URL that a request is made of. Producers name the same few URLs again and again. */

export interface UrlHalves {
  readonly origin: string;
  /** With the query. */
  readonly path: string;
}

const known = new Map<string, UrlHalves>();
const mostKnown = 1_000;

/** @throws TypeError with the code `ERR_INVALID_URL` */
export function splitUrl(url: string): UrlHalves {
  const halves = known.get(url);
  if (halves) return halves;
  const { origin, pathname, search } = new URL(url);
  const split = { origin, path: `${pathname}${search}` };
  if (known.size >= mostKnown) known.clear();
  known.set(url, split);
  return split;
}
