/**
 * The API page for people. Its package brings some 30 MB of memory and a tenth of a second of start along, and few
 * services are ever asked for it; so it is read when somebody looks for the first time.
 */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

const prefix = '/api/docs';

export function apiPage(app: FastifyInstance): void {
  let page: Promise<FastifyInstance> | undefined;
  const show = async (request: FastifyRequest, reply: FastifyReply) => {
    page ??= makePage();
    const { host = 'localhost' } = request.headers;
    const answer = await (await page).inject({ method: 'GET', url: request.url, headers: { host } });
    for (const name of ['content-type', 'location']) {
      const value = answer.headers[name];
      if (value !== undefined) reply.header(name, value);
    }
    return reply.code(answer.statusCode).send(answer.rawPayload);
  };
  for (const url of [prefix, `${prefix}/`, `${prefix}/js/scalar.js`]) {
    app.get(url, { schema: { hide: true }, handler: show });
  }
}

/** The package's own plugin, in an app that listens nowhere: routes cannot be added to one that does. */
async function makePage(): Promise<FastifyInstance> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const page = Fastify();
  await page.register(scalar, {
    routePrefix: prefix,
    configuration: { url: '/api/openapi.json', telemetry: false, withDefaultFonts: false } as never,
  });
  return page;
}
