import { request } from 'undici';
import { nameFailure } from '../../../channels/name-failure.ts';
import type { Settings } from '../../../config/settings.ts';
import type { Finding } from './finding.ts';

/** Asks for the head of the address only: a receiver must not take it for a delivery. Any answer is reachable. */
export async function checkReceiver(url: string, settings: Settings): Promise<Finding[]> {
  const what = 'receiver';
  try {
    const { statusCode, body } = await request(url, {
      method: 'HEAD',
      signal: AbortSignal.timeout(settings.WEBHOOK_CONNECT_TIMEOUT_MS + settings.WEBHOOK_TIMEOUT_MS),
    });
    await body.dump();
    if (statusCode >= 500) {
      return [
        {
          verdict: 'warn',
          what,
          about: `${url} answers, but with ${statusCode}; deliveries would be tried again.`,
        },
      ];
    }
    const redirect = statusCode >= 300 && statusCode < 400;
    if (redirect) {
      return [
        {
          verdict: 'warn',
          what,
          about: `${url} redirects (${statusCode}); deliveries do not follow. Give the final URL.`,
        },
      ];
    }
    return [{ verdict: 'ok', what, about: `${url} answers (${statusCode} to HEAD)` }];
  } catch (error) {
    const { outcome, error: why } = nameFailure(error);
    return [
      {
        verdict: 'FAIL',
        what,
        about: `${url}: ${outcome.replaceAll('_', ' ')} (${why}). Check the address and firewalls.`,
      },
    ];
  }
}
