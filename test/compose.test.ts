/**
 * The files for Docker Compose without an engine: what they say is read, and each service of ours is started as a process
 * with that very environment; only the names of hosts, which an engine would look up, are replaced.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createSecret, projectRoot, type ServingChild, startService } from '../demo/start-service.ts';
import { settingSpecs } from '../server/config/settings.ts';
import { makeTempDatabase } from '../server/store/postgres/temp-database.for-test.ts';
import { type Simulator, startSimulator } from '../simulator/index.ts';
import { type SharedBroker, useSharedBroker } from './broker/shared-broker.ts';
import { makeFolder } from './start-test-service.ts';

interface ComposeService {
  readonly build?: string;
  readonly image?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly stop_grace_period?: string;
  readonly healthcheck?: object;
  readonly volumes?: readonly string[];
}

interface ComposeFile {
  readonly services: Record<string, ComposeService>;
  readonly volumes: object;
}

const readFile = (name: string) =>
  parse(readFileSync(join(projectRoot, name), 'utf8'), { merge: true }) as ComposeFile;
const { services, volumes } = readFile('compose.yaml');
const single = readFile('compose.sqlite.yaml').services['openai-batch-manager'] as ComposeService;
const dotEnv: Readonly<Record<string, string>> = {
  OPENAI_API_KEY: 'sk-test',
  API_KEYS: 'app:produce+read:secret-of-the-app',
  SECRET_KEY_BASE: '0123456789abcdef'.repeat(4),
  WEBHOOK_SECRET: createSecret(),
  POSTGRES_PASSWORD: 'letters1',
  RABBITMQ_PASSWORD: 'letters2',
};

/** As compose reads it: `${NAME:?…}` must be given, `${NAME:-}` may be left out. */
function fill(text: string): string {
  return text.replace(/\$\{(\w+)(:[?-])?([^}]*)\}/g, (_, name: string, how: string, rest: string) => {
    if (how === ':-') return rest;
    const value = dotEnv[name];
    if (value === undefined) throw new Error(`the head of the file does not ask for ${name}`);
    return value;
  });
}

const filled = (environment: ComposeService['environment'] = {}) =>
  Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, fill(value)]));
const environmentOf = (name: string) => filled(services[name]?.environment);
const replicas = Object.keys(services).filter((name) => services[name]?.build !== undefined);

let simulator: Simulator;
let broker: SharedBroker;
const running: ServingChild[] = [];
const folder = makeFolder();

beforeAll(async () => {
  simulator = await startSimulator();
  broker = await useSharedBroker();
}, 180_000);

afterAll(async () => {
  await Promise.all(running.map((child) => child.stop()));
  await broker.close();
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

test('its replicas differ in name and port alone, know every word, and find what the others are called', () => {
  expect(replicas).toEqual(['replica-1', 'replica-2']);
  const [one = {}, two = {}] = replicas.map(environmentOf);
  expect({ ...one, REPLICA_NAME: '' }).toEqual({ ...two, REPLICA_NAME: '' });
  for (const name of Object.keys(one)) expect(Object.keys(settingSpecs)).toContain(name);
  expect(new Set(replicas.map((name) => services[name]?.ports?.[0])).size).toBe(2);
  const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = environmentOf('postgres');
  expect(one['DATABASE_URL']).toBe(
    `postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@postgres:5432/${POSTGRES_DB}`,
  );
  const { RABBITMQ_DEFAULT_USER, RABBITMQ_DEFAULT_PASS } = environmentOf('rabbitmq');
  expect(one['RABBITMQ_URL']).toBe(`amqp://${RABBITMQ_DEFAULT_USER}:${RABBITMQ_DEFAULT_PASS}@rabbitmq:5672`);
});

test('they wait for what they need, and are given time to drain', () => {
  for (const name of replicas) {
    for (const needed of Object.keys(services[name]?.depends_on ?? {})) {
      expect(services[needed]?.healthcheck).toBeDefined();
    }
    const graceMs = Number(/^(\d+)s$/.exec(services[name]?.stop_grace_period ?? '')?.[1]) * 1_000;
    expect(graceMs).toBeGreaterThan(settingSpecs.DRAIN_MS.default + 2_000);
  }
  const kept = ['postgres', 'rabbitmq'].flatMap((name) => services[name]?.volumes ?? []);
  expect(kept.map((volume) => volume.split(':')[0])).toEqual(Object.keys(volumes));
});

test('both start on one database with this environment, and see each other and what the other took', async () => {
  const databaseUrl = await makeTempDatabase();
  const started = replicas.map((name) =>
    startService({
      ...environmentOf(name),
      DATABASE_URL: databaseUrl,
      RABBITMQ_URL: broker.url,
      OPENAI_BASE_URL: `${simulator.url}/v1`,
    }),
  );
  running.push(...(await Promise.all(started)));
  const [one, two] = running as [ServingChild, ServingChild];
  for (const { url } of running) expect((await fetch(`${url}/ready`)).status).toBe(200);
  const headers = { authorization: 'Bearer secret-of-the-app', 'content-type': 'application/json' };
  const request = {
    custom_id: 'composed',
    url: '/v1/responses',
    method: 'POST',
    delivery_config: { type: 'none' },
    body: { model: 'gpt-4o-mini', input: 'hello' },
  };
  const body = JSON.stringify(request);
  expect((await fetch(`${one.url}/api/requests`, { method: 'POST', headers, body })).status).toBe(202);
  expect((await fetch(`${two.url}/api/requests/composed`, { headers })).status).toBe(200);
}, 120_000);

test('the other file starts one service on a file in its volume', async () => {
  const environment = filled(single.environment);
  for (const name of Object.keys(environment)) expect(Object.keys(settingSpecs)).toContain(name);
  const [[volume, place] = []] = (single.volumes ?? []).map((text) => text.split(':'));
  expect(Object.keys(readFile('compose.sqlite.yaml').volumes)).toEqual([volume]);
  const image = readFileSync(join(projectRoot, 'Dockerfile'), 'utf8');
  expect(image).toContain(`DATABASE_PATH=${place}/`);
  const service = await startService({
    ...environment,
    DATABASE_PATH: join(folder, 'openai-batch-manager.db'),
    OPENAI_BASE_URL: `${simulator.url}/v1`,
  });
  running.push(service);
  expect((await fetch(`${service.url}/ready`)).status).toBe(200);
  const headers = { authorization: 'Bearer secret-of-the-app' };
  expect((await fetch(`${service.url}/api/requests`, { headers })).status).toBe(200);
});
