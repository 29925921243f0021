/** The routes that a running service has, as method and path. */
import { fileAddresses, movedAddresses, pageAddresses } from '../../server/doors/http/console/page-routes.ts';

/** Without the description's own pages, what only OpenAI calls, and what the console is made of. */
export function registeredRoutes(app: { printRoutes(options: { commonPrefix: boolean }): string }): string[] {
  return readTree(app.printRoutes({ commonPrefix: false })).filter(
    (name) => !/ \/(api\/(openapi\.json|docs|console)|webhooks\/openai)/.test(name) && !isConsole(name),
  );
}

/** The console's pages are for people; what they fetch beside the API is described in core/contract/console.ts. */
function isConsole(name: string): boolean {
  const address = name.replace(/^GET /, '');
  return [...pageAddresses, ...fileAddresses, ...Object.keys(movedAddresses)].some((one) => one === address);
}

/** Fastify prints four characters for each level. HEAD comes with GET. */
function readTree(tree: string): string[] {
  const above: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', path = '', methods = ''] = /^([│├└─ ]*)(\S+) \((.+)\)$/.exec(line) ?? [];
    if (path === '') return [];
    const depth = indent.length / 4 - 1;
    above.length = depth;
    above.push(path);
    const whole = above.join('');
    return methods
      .split(', ')
      .filter((method) => method !== 'HEAD')
      .map((method) => `${method} ${whole}`);
  });
}
