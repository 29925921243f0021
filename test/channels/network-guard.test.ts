/** Where webhooks may go, case by case, as an attempt sees it and as intake answers it. The table is printed. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lookup, NetworkGuard, type PrivateNetworks } from '../../server/channels/network-guard.ts';
import { WebhookChannel } from '../../server/channels/webhook.ts';
import { readPrivateNetworks } from '../../server/config/private-networks.ts';
import { systemClock } from '../../server/engine/clock.ts';
import { TargetCheck } from '../../server/pipeline/1-intake/check-target.ts';
import { someDestination } from './describe-channel.ts';

const names: Readonly<Record<string, readonly string[]>> = {
  'public.example': ['93.184.216.34'],
  'inside.example': ['10.1.2.3'],
  'sub.inside.example': ['10.1.2.3'],
  'metadata.example': ['169.254.169.254'],
  'two-faced.example': ['93.184.216.34', '169.254.169.254'],
  'mapped.example': ['::ffff:169.254.169.254'],
  localhost: ['127.0.0.1'],
  'localhost.': ['127.0.0.1'],
};
const lookup: Lookup = async (hostname) => {
  const found = names[hostname];
  if (!found) throw Object.assign(new Error(`no ${hostname}`), { code: 'ENOTFOUND' });
  return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
};

const listed: PrivateNetworks = { names: ['.inside.example'], ranges: ['127.0.0.0/8', 'fd12::/16'] };
type Verdict = 'goes' | 'refused';

/** What stands in a URL, what it is, and the verdict with allow, refuse and a list. */
const cases: readonly [host: string, what: string, allow: Verdict, refuse: Verdict, list: Verdict][] = [
  ['93.184.216.34', 'a public address', 'goes', 'goes', 'goes'],
  ['public.example', 'a name of a public address', 'goes', 'goes', 'goes'],
  ['[2606:2800:220:1::1]', 'a public IPv6 address', 'goes', 'goes', 'goes'],
  ['127.0.0.1', 'loopback', 'goes', 'refused', 'goes'],
  ['localhost', 'a name of loopback', 'goes', 'refused', 'goes'],
  ['localhost.', 'with a trailing dot', 'goes', 'refused', 'goes'],
  ['127.0.0.1.', 'an address with a trailing dot', 'goes', 'refused', 'goes'],
  ['[::1]', 'IPv6 loopback', 'goes', 'refused', 'refused'],
  ['2130706433', 'loopback as one decimal', 'goes', 'refused', 'goes'],
  ['0x7f.1', 'loopback in hex, shortened', 'goes', 'refused', 'goes'],
  ['0177.0.0.1', 'loopback in octal', 'goes', 'refused', 'goes'],
  ['[::ffff:127.0.0.1]', 'loopback mapped into IPv6', 'goes', 'refused', 'goes'],
  ['[::127.0.0.1]', 'loopback in the old compatible form', 'goes', 'refused', 'goes'],
  ['10.1.2.3', 'a private address', 'goes', 'refused', 'refused'],
  ['192.168.0.1', 'a private address', 'goes', 'refused', 'refused'],
  ['172.31.255.255', 'a private address', 'goes', 'refused', 'refused'],
  ['100.64.0.1', 'shared by a provider', 'goes', 'refused', 'refused'],
  ['[fd12::1]', 'a unique local address', 'goes', 'refused', 'goes'],
  ['[64:ff9b::10.1.2.3]', 'a private address behind NAT64', 'goes', 'refused', 'refused'],
  ['[2002:a01:203::1]', 'a private address in 6to4', 'goes', 'refused', 'refused'],
  ['inside.example', 'a name inside, not below the listed one', 'goes', 'refused', 'refused'],
  ['sub.inside.example', 'a name inside, below the listed one', 'goes', 'refused', 'goes'],
  ['169.254.169.254', 'metadata', 'refused', 'refused', 'refused'],
  ['2852039166', 'metadata as one decimal', 'refused', 'refused', 'refused'],
  ['0xa9fea9fe', 'metadata in hex', 'refused', 'refused', 'refused'],
  ['0251.0376.0251.0376', 'metadata in octal', 'refused', 'refused', 'refused'],
  ['[::ffff:169.254.169.254]', 'metadata mapped into IPv6', 'refused', 'refused', 'refused'],
  ['[::ffff:a9fe:a9fe]', 'the same, in hex', 'refused', 'refused', 'refused'],
  ['[64:ff9b::a9fe:a9fe]', 'metadata behind NAT64', 'refused', 'refused', 'refused'],
  [
    '[64:ff9b:1:a9fe:a9:fe00:808:808]',
    'metadata behind a NAT64 of ones own',
    'refused',
    'refused',
    'refused',
  ],
  ['[64:ff9b:1::808:808]', 'whatever is behind a NAT64 of ones own', 'refused', 'refused', 'refused'],
  ['[::5efe:169.254.169.254]', 'metadata by ISATAP', 'refused', 'refused', 'refused'],
  ['[2606:2800:220:1:200:5efe:a9fe:a9fe]', 'the same, with a public prefix', 'refused', 'refused', 'refused'],
  ['[::5efe:10.1.2.3]', 'a private address by ISATAP', 'goes', 'refused', 'refused'],
  ['[fe80::5efe:8.8.8.8]', 'link-local, a public one by ISATAP', 'refused', 'refused', 'refused'],
  ['[2606:2800:220:1:0:5efe:8.8.8.8]', 'a public address by ISATAP', 'goes', 'goes', 'goes'],
  ['good@169.254.169.254', 'metadata behind the name of a user', 'refused', 'refused', 'refused'],
  ['93.184.216.34@127.0.0.1', 'loopback behind a public address as user', 'goes', 'refused', 'goes'],
  ['[fd00:ec2::254]', 'metadata over IPv6', 'refused', 'refused', 'refused'],
  ['100.100.100.200', 'metadata of another cloud', 'refused', 'refused', 'refused'],
  ['168.63.129.16', 'metadata of a cloud, public by its number', 'refused', 'refused', 'refused'],
  ['[fd20:ce::254]', 'metadata of a cloud, private by its number', 'refused', 'refused', 'refused'],
  ['metadata.example', 'a name of metadata', 'refused', 'refused', 'refused'],
  ['mapped.example', 'a name of mapped metadata', 'refused', 'refused', 'refused'],
  ['two-faced.example', 'a name of a good and a bad address', 'refused', 'refused', 'refused'],
  ['169.254.1.1', 'link-local', 'refused', 'refused', 'refused'],
  ['[fe80::1]', 'IPv6 link-local', 'refused', 'refused', 'refused'],
  ['0.0.0.0', 'unspecified', 'refused', 'refused', 'refused'],
  ['0', 'unspecified, shortened', 'refused', 'refused', 'refused'],
  ['[::]', 'IPv6 unspecified', 'refused', 'refused', 'refused'],
  ['224.0.0.1', 'multicast', 'refused', 'refused', 'refused'],
  ['[ff02::1]', 'IPv6 multicast', 'refused', 'refused', 'refused'],
  ['255.255.255.255', 'broadcast', 'refused', 'refused', 'refused'],
  ['240.0.0.1', 'reserved', 'refused', 'refused', 'refused'],
];

const rows: Record<string, string>[] = [];
afterAll(() => {
  const line = (cells: readonly string[]) =>
    `${cells.map((cell, n) => cell.padEnd([40, 50, 9, 9, 9][n] ?? 0)).join('')}\n`;
  const head = ['host', 'what', 'allow', 'refuse', 'list'];
  process.stdout.write(
    `${[head, ...rows.map((row) => head.map((name) => row[name] ?? ''))].map(line).join('')}`,
  );
});

/** As intake answers it and as an attempt meets it: both must say the same. */
async function verdict(networks: PrivateNetworks, host: string): Promise<Verdict> {
  const guard = new NetworkGuard(networks, lookup);
  const { origin, hostname } = new URL(`http://${host}:8080/take`);
  const atIntake = await Promise.resolve()
    .then(() => new TargetCheck(guard, systemClock).check(origin))
    .then(
      () => 'goes' as const,
      (error: Error) => (/must not lead there/.test(error.message) ? 'refused' : error.message),
    );
  const atAttempt = await guard.resolve(hostname).then(
    () => 'goes' as const,
    (error: { code?: string }) => (error.code === 'ADDRESS_REFUSED' ? 'refused' : String(error)),
  );
  expect(atIntake).toBe(atAttempt);
  return atAttempt as Verdict;
}

test.each(cases)('%s (%s): %s, %s, %s', async (host, what, allow, refuse, list) => {
  const found = [await verdict('allow', host), await verdict('refuse', host), await verdict(listed, host)];
  rows.push({ host, what, allow: found[0] ?? '', refuse: found[1] ?? '', list: found[2] ?? '' });
  expect(found).toEqual([allow, refuse, list]);
});

test.each([
  '[fe80::1%25eth0]',
  '1.2.3.4.5',
  '0x100000000',
  '[::ffff:1.2.3.4.5]',
  '256.1.1.1',
])('%s is no host at all, so intake refuses the URL', (host) => {
  expect(URL.canParse(`http://${host}/`)).toBe(false);
});

test('a zone behind an address does not hide it', () => {
  const guard = new NetworkGuard('allow');
  expect(guard.judge('x', 'fe80::1%eth0')).toMatch(/link-local/);
});

test.each([
  [null, '127.0.0.1', 'allow'],
  [null, '::1', 'allow'],
  [null, '0.0.0.0', 'refuse'],
  [null, '10.0.0.5', 'refuse'],
  ['refuse', '127.0.0.1', 'refuse'],
  ['allow', '0.0.0.0', 'allow'],
])('WEBHOOK_PRIVATE_NETWORKS=%s on %s means %s', (WEBHOOK_PRIVATE_NETWORKS, HOST, means) => {
  expect(readPrivateNetworks({ WEBHOOK_PRIVATE_NETWORKS, HOST })).toBe(means);
});

let port = 0;
let taken: string[] = [];
const server = createServer((request, response) => {
  taken.push(`${request.headers.host}${request.url}`);
  if (request.url === '/away') response.writeHead(307, { location: `http://127.0.0.1:${port}/taken` }).end();
  else if (request.url === '/metadata')
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
  else response.end();
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

async function attempt(networks: PrivateNetworks, resolver: Lookup, url: string) {
  taken = [];
  const channel = new WebhookChannel({ clock: systemClock, guard: new NetworkGuard(networks, resolver) });
  const parcel = {
    deliveryId: 'out_1',
    requestId: 1,
    customId: 'a',
    outcome: 'succeeded',
    attempt: 1,
    content: Buffer.from('{}'),
    target: { type: 'webhook', webhook_url: url },
    destination: someDestination,
  } as const;
  const result = await channel.send(parcel, 60_000);
  await channel.close();
  return result;
}

const settings: readonly PrivateNetworks[] = ['allow', 'refuse', listed];

/** Tricks that need more than a look at the host: each with every setting, and as a row of the table. */
test.each<[host: string, what: string, trick: (networks: PrivateNetworks) => Promise<Verdict>]>([
  [
    'rebinding.example',
    'public at intake, metadata at the attempt',
    async (networks) => {
      const answers = ['93.184.216.34', '169.254.169.254'];
      const resolver: Lookup = async () => [{ address: answers.shift() ?? '', family: 4 }];
      const check = new TargetCheck(new NetworkGuard(networks, resolver), systemClock);
      await check.check('http://rebinding.example');
      const { outcome } = await attempt(networks, resolver, `http://rebinding.example:${port}/take`);
      return outcome === 'address_refused' ? 'refused' : 'goes';
    },
  ],
  [
    'redirecting.example',
    'a redirect to metadata',
    async (networks) => {
      const names = ['redirecting.example'];
      const open = typeof networks === 'string' ? { names, ranges: [] } : networks;
      const resolver: Lookup = async () => [{ address: '127.0.0.1', family: 4 }];
      const { outcome } = await attempt(open, resolver, `http://redirecting.example:${port}/metadata`);
      expect(taken).toEqual([`redirecting.example:${port}/metadata`]);
      return outcome === 'redirect' ? 'refused' : 'goes';
    },
  ],
  [
    'good@169.254.169.254',
    'an attempt at metadata behind the name of a user',
    async (networks) => {
      const { outcome } = await attempt(networks, lookup, 'http://good:pass@169.254.169.254/latest');
      return outcome === 'address_refused' ? 'refused' : 'goes';
    },
  ],
])('%s (%s) leads nowhere, whatever is set', async (host, what, trick) => {
  const found: Verdict[] = [];
  for (const networks of settings) found.push(await trick(networks));
  rows.push({ host, what, allow: found[0] ?? '', refuse: found[1] ?? '', list: found[2] ?? '' });
  expect(found).toEqual(['refused', 'refused', 'refused']);
});

test('the connection goes to the address that was checked, under the name that was asked for', async () => {
  const resolver: Lookup = async () => [{ address: '127.0.0.1', family: 4 }];
  const result = await attempt('allow', resolver, `http://receiver.example:${port}/take`);
  expect(result.outcome).toBe('success');
  expect(taken).toEqual([`receiver.example:${port}/take`]);
});

test('a name that is public when it is checked and private when it is asked again gains nothing', async () => {
  const answers = ['93.184.216.34', '127.0.0.1'];
  let asked = 0;
  const rebinding: Lookup = async () => [{ address: answers[Math.min(asked++, 1)] ?? '', family: 4 }];
  const guard = new NetworkGuard('refuse', rebinding);
  expect(await guard.resolve('rebinding.example')).toEqual(['93.184.216.34']);
  const result = await attempt('refuse', rebinding, `http://rebinding.example:${port}/take`);
  expect(result).toMatchObject({ outcome: 'address_refused', statusCode: null });
  expect(result.error).toMatch(/WEBHOOK_PRIVATE_NETWORKS/);
  expect(taken).toEqual([]);
  // Asked once for each attempt: there is no second answer to be fooled by.
  expect(asked).toBe(2);
});

test('a redirect to a refused place is a failure and is not followed', async () => {
  const resolver: Lookup = async () => [{ address: '127.0.0.1', family: 4 }];
  const result = await attempt(
    { names: ['ok.example'], ranges: [] },
    resolver,
    `http://ok.example:${port}/away`,
  );
  expect(result).toMatchObject({ outcome: 'redirect', statusCode: 307 });
  expect(taken).toEqual([`ok.example:${port}/away`]);
});

test('a literal address is checked as well, though nobody resolves it', async () => {
  const result = await attempt('refuse', lookup, `http://127.0.0.1:${port}/take`);
  expect(result.outcome).toBe('address_refused');
  expect(taken).toEqual([]);
});

test('an address that does not answer is followed by the next one of the name', async () => {
  const resolver: Lookup = async () => [
    { address: '127.0.0.2', family: 4 },
    { address: '127.0.0.1', family: 4 },
  ];
  const result = await attempt('allow', resolver, `http://two.example:${port}/take`);
  expect(result.outcome).toBe('success');
});
