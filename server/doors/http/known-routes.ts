/** Which methods an address takes: the router itself only says "not found". */
import type { FastifyInstance } from 'fastify';

export class KnownRoutes {
  readonly #routes: { readonly method: string; readonly segments: readonly string[] }[] = [];

  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) this.#routes.push({ method: one, segments: url.split('/') });
    });
  }

  methodsAt(path: string): string[] {
    const asked = path.split('/');
    const found = this.#routes.filter(
      ({ segments }) =>
        segments.length === asked.length &&
        segments.every((segment, index) => segment.startsWith(':') || segment === asked[index]),
    );
    return [...new Set(found.map(({ method }) => method))].sort();
  }
}
