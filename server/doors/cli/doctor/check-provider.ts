import { request } from 'undici';
import { nameFailure } from '../../../channels/name-failure.ts';
import type { Settings } from '../../../config/settings.ts';
import { durationInWords } from '../in-words.ts';
import type { Finding } from './finding.ts';

const limitMs = 15_000;
/** Receivers refuse signatures that are 5 minutes off (Standard Webhooks); half a minute is worth a word. */
const wrongClockS = 300;
const oddClockS = 30;

/** One question answers two checks: is the key taken, and is our clock right. */
export async function checkProvider(settings: Settings): Promise<Finding[]> {
  const { OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_ORGANIZATION, OPENAI_PROJECT } = settings;
  if (OPENAI_API_KEY === null) return [];
  const askedAt = Date.now();
  try {
    const { statusCode, headers, body } = await request(`${OPENAI_BASE_URL}/models`, {
      headers: {
        authorization: `Bearer ${OPENAI_API_KEY}`,
        ...(OPENAI_ORGANIZATION === null ? {} : { 'openai-organization': OPENAI_ORGANIZATION }),
        ...(OPENAI_PROJECT === null ? {} : { 'openai-project': OPENAI_PROJECT }),
      },
      signal: AbortSignal.timeout(limitMs),
    });
    const answeredAt = Date.now();
    await body.dump();
    const date = Date.parse(String(headers['date'] ?? ''));
    return [judgeKey(statusCode, OPENAI_BASE_URL), judgeClock(date, (askedAt + answeredAt) / 2)];
  } catch (error) {
    const about = `${OPENAI_BASE_URL} cannot be reached (${nameFailure(error).error}). Check the network and OPENAI_BASE_URL.`;
    return [{ verdict: 'FAIL', what: 'key', about }];
  }
}

function judgeKey(status: number, url: string): Finding {
  const what = 'key';
  if (status === 401 || status === 403) {
    return {
      verdict: 'FAIL',
      what,
      about: `${url} refuses OPENAI_API_KEY (${status}). Set a key that is valid there.`,
    };
  }
  if (status < 300) return { verdict: 'ok', what, about: `${url} takes OPENAI_API_KEY` };
  return { verdict: 'warn', what, about: `${url}/models answers ${status}; the key could not be checked.` };
}

/** The header has whole seconds, so half a second is added to it. */
function judgeClock(providerMs: number, oursMs: number): Finding {
  const what = 'clock';
  if (Number.isNaN(providerMs))
    return { verdict: 'warn', what, about: 'the provider tells no time to compare with.' };
  const offS = (oursMs - (providerMs + 500)) / 1_000;
  const off = Math.abs(offS);
  if (off < 2) return { verdict: 'ok', what, about: "agrees with the provider's" };
  const about = `${durationInWords(off)} ${offS < 0 ? 'behind' : 'ahead of'} the provider`;
  if (off >= wrongClockS) {
    return {
      verdict: 'FAIL',
      what,
      about: `${about}: receivers will refuse signatures. Set the clock (NTP).`,
    };
  }
  if (off >= oddClockS) return { verdict: 'warn', what, about: `${about}. Set the clock (NTP).` };
  return { verdict: 'ok', what, about };
}
