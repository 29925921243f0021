/** What a secret must look like. A complaint never repeats the secret. */

const scopes = ['produce', 'operate', 'read'];
const leastKeyBase = 32;
const leastPassword = 10;
/** Standard Webhooks asks for 24 to 64 bytes; shorter ones of older receivers are still honoured. */
const leastSigningBytes = 16;

export function checkSecretKeyBase(text: string): string | null {
  return text.length >= leastKeyBase
    ? null
    : `must have ${leastKeyBase} characters or more; make one with: openssl rand -hex 32.`;
}

export function checkPassword(text: string): string | null {
  return text.length >= leastPassword ? null : `must have ${leastPassword} characters or more.`;
}

export function checkDatabaseUrl(text: string): string | null {
  const scheme = /^postgres(ql)?:$/;
  return URL.canParse(text) && scheme.test(new URL(text).protocol)
    ? null
    : 'must be a URL like postgres://user:password@host:5432/database; for SQLite leave it out and set DATABASE_PATH.';
}

export function checkWebhookSecret(text: string): string | null {
  const coded = text.startsWith('whsec_') ? text.slice('whsec_'.length) : text;
  const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(coded);
  if (isBase64 && Buffer.from(coded, 'base64').length >= leastSigningBytes) return null;
  return 'must be whsec_ and at least 24 bytes in base64; make one with: echo whsec_$(openssl rand -base64 32).';
}

/** One complaint about the first entry that is wrong; an entry without colons is a key that may do everything. */
export function checkApiKeys(text: string): string | null {
  const seen = new Set<string>();
  for (const [index, entry] of text.split(',').entries()) {
    const trimmed = entry.trim();
    if (trimmed === '' || !trimmed.includes(':')) continue;
    const [name = '', given = '', ...key] = trimmed.split(':');
    const wrong = given.split('+').find((scope) => !scopes.includes(scope));
    const where = `has a wrong entry ${index + 1}${name === '' ? '' : ` ("${name}")`}:`;
    if (name === '' || key.join(':') === '') return `${where} write name:scopes:key.`;
    if (wrong !== undefined)
      return `${where} a scope is none of ${scopes.join(', ')}; write name:scopes:key.`;
    if (seen.has(name)) return `${where} the name stands there twice.`;
    seen.add(name);
  }
  return null;
}
