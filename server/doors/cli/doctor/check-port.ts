import { createServer } from 'node:net';
import type { Settings } from '../../../config/settings.ts';
import { localUrl, Service } from '../service.ts';
import type { Finding } from './finding.ts';

/** Listens for a moment, unless a service of ours already does. */
export async function checkPort(settings: Settings): Promise<Finding[]> {
  const { HOST, PORT } = settings;
  const what = 'port';
  const failure = PORT === 0 ? null : await tryToListen(HOST.replace(/^\[|\]$/g, ''), PORT);
  if (failure === null) return [{ verdict: 'ok', what, about: `${HOST}:${PORT} is free` }];
  if (failure !== 'EADDRINUSE') return [{ verdict: 'FAIL', what, about: explain(failure, settings) }];
  const service = new Service(localUrl(settings), undefined);
  try {
    if (await service.isRunning())
      return [{ verdict: 'ok', what, about: `the service runs at ${service.url}` }];
  } finally {
    await service.close();
  }
  const about = `${HOST}:${PORT} is taken by another program. Stop it, or set another PORT.`;
  return [{ verdict: 'FAIL', what, about }];
}

/** @returns the code of the failure, or null */
function tryToListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: { code?: string }) => resolve(error.code ?? 'unknown'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

function explain(code: string, { HOST, PORT }: Settings): string {
  if (code === 'EACCES') return `this user may not listen on port ${PORT}. Set PORT to 1024 or above.`;
  if (code === 'EADDRNOTAVAIL') return `${HOST} is no address of this machine. Set HOST.`;
  return `nothing can listen on ${HOST}:${PORT} (${code}). Set HOST and PORT.`;
}
