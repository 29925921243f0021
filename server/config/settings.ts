/**
 * Every setting of the service, as data: its name in the environment, its default, what it is for.
 * docs/configuration.md is generated from this table.
 */
import { adoptionLooks } from '../../core/backoff.ts';
import { creationsPerHour } from '../../core/capacity/caps.ts';
import { tiers } from '../../core/capacity/tiers.ts';
import { defaultLimits } from '../../core/limits.ts';
import { maxCallTries } from '../../core/request.ts';
import { checkBrokerUrls } from './check-broker-urls.ts';
import {
  checkApiKeys,
  checkDatabaseUrl,
  checkPassword,
  checkSecretKeyBase,
  checkWebhookSecret,
} from './check-secrets.ts';
import { checkPrivateNetworks } from './private-networks.ts';
import {
  caps,
  checkedText,
  choice,
  integer,
  integers,
  type Spec,
  secret,
  secretList,
  text,
  url,
} from './setting-spec.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

export const settingSpecs = {
  OPENAI_API_KEY: secret('Provider', 'Key for the provider. Required.'),
  OPENAI_BASE_URL: url(
    'Provider',
    'https://api.openai.com/v1',
    'Where the provider is; the simulator, for example.',
  ),
  OPENAI_ORGANIZATION: text('Provider', null, 'Organization header, for keys that belong to several.'),
  OPENAI_PROJECT: text('Provider', null, 'Project header, for keys that belong to several.'),

  OPENAI_WEBHOOK_SECRET: secret(
    'Provider',
    "Signing secret of OpenAI's webhooks (whsec_…), sent to /webhooks/openai; they make polling prompt.",
    checkWebhookSecret,
  ),

  HOST: text(
    'Server',
    '127.0.0.1',
    'Address to listen on. Anything but loopback needs credentials (see AUTH).',
  ),
  PORT: integer('Server', 4000, 'Port to listen on; 0 takes a free one.', 0, 65_535),
  PUBLIC_URL: url('Server', null, 'Where others reach this service; shown in the API description.', [
    'PHX_HOST',
  ]),
  BODY_LIMIT_BYTES: integer(
    'Server',
    16_000_000,
    'Largest body of one request, and of one line in bulk.',
    1_000,
    500_000_000,
  ),
  REQUEST_TIMEOUT_MS: integer(
    'Server',
    minute,
    'A client that takes longer than this to send its headers, or the body of one request, is let go.',
    100,
  ),
  IDLE_TIMEOUT_MS: integer(
    'Server',
    2 * minute,
    'A connection on which nothing moves for this long is closed, in the middle of an answer as well.',
    100,
  ),
  INTAKE_MAX_WAITING: integer(
    'Server',
    20_000,
    'Requests that may wait to be stored; beyond it intake answers 503.',
    1,
  ),
  ROLE: choice(
    'Server',
    ['all', 'api', 'worker'],
    'all',
    'What this process does: api takes requests and answers, worker carries batches and delivers. One of the two needs DATABASE_URL.',
  ),
  REPLICA_NAME: text(
    'Server',
    null,
    'Name of this process among its peers; the host name when it is not given.',
  ),
  CLOCK_OFFSET_MS: integer('Server', 0, 'For tests: how far the clock of this machine is ahead.'),
  DRAIN_MS: integer(
    'Server',
    8 * second,
    'How long a stop waits for work under way before it gives leases back.',
    0,
    10 * minute,
  ),

  AUTH: choice(
    'Access',
    ['keys', 'none'],
    'keys',
    'Set to none to serve other hosts without credentials, on purpose.',
  ),
  API_KEYS: secretList(
    'Access',
    'Keys from the environment: name:scopes:key, separated by commas; scopes (produce, read, operate) joined by +.',
    checkApiKeys,
  ),

  CONSOLE_PASSWORD: secret(
    'Access',
    'Opens the console to an operator, who may do everything. While it is set, the API needs a key as well.',
    checkPassword,
  ),
  CONSOLE_READ_PASSWORD: secret('Access', 'Opens the console to a reader, who may only look.', checkPassword),

  DATABASE_PATH: text('Store', './data/openai-batch-manager.db', 'The SQLite file.'),
  DATABASE_URL: secret(
    'Store',
    'postgres://user:password@host:port/database: PostgreSQL in place of the file, shared by any number of replicas.',
    checkDatabaseUrl,
  ),
  DATABASE_CONNECTIONS: integer(
    'Store',
    10,
    'Connections to PostgreSQL that one replica opens at most; two more listen and give signs of life.',
    3,
    200,
  ),
  SECRET_KEY_BASE: secret(
    'Store',
    'Encrypts stored secrets; made once beside the SQLite file when it is not given. 32 characters or more.',
    checkSecretKeyBase,
  ),
  DISK_LOW_BYTES: integer('Store', 200_000_000, 'Below this much free disk, intake answers 503.'),
  FSYNC_DELAY_MS: integer('Store', 0, 'For tests: each commit takes this much longer.', 0, 10 * second),

  BATCH_MAX_REQUESTS: integer(
    'Batches',
    defaultLimits.maxRequests,
    'A batch closes at this many requests.',
    1,
    100_000,
  ),
  BATCH_MAX_BYTES: integer(
    'Batches',
    defaultLimits.maxBytes,
    'A batch closes at this many bytes of its file; OpenAI takes 209,715,200.',
    1_000,
    209_715_200,
  ),
  BATCH_MAX_EMBEDDING_INPUTS: integer(
    'Batches',
    defaultLimits.maxEmbeddingInputs,
    'A batch closes at this many embedding inputs; OpenAI takes 50,000.',
    1,
    50_000,
  ),
  BATCH_MAX_TOKENS: integer(
    'Batches',
    defaultLimits.maxTokens,
    'A batch closes at this many estimated prompt tokens.',
    1,
  ),
  BATCH_MAX_AGE_MS: integer(
    'Batches',
    hour,
    'A batch closes this long after its first request.',
    0,
    30 * day,
  ),

  OPENAI_TIER: choice(
    'Capacity',
    ['unknown', ...tiers],
    'unknown',
    "The organization's usage tier at OpenAI: which column of the table of enqueued-token caps holds until OpenAI states one.",
  ),
  TOKEN_CAPS: caps(
    'Capacity',
    'Caps on enqueued tokens by the beginning of a model name, the longest counts: gpt-4o=90000,gpt-4o-mini=2_000_000. Comes before what OpenAI has stated.',
  ),
  CREATIONS_PER_HOUR: integer('Capacity', creationsPerHour, 'Batches created in any hour.', 1, 1_000_000),

  UPLOAD_CONCURRENCY: integer('Provider pace', 1, 'Input files sent at once.', 1, 64),
  SUBMIT_CONCURRENCY: integer('Provider pace', 10, 'Batches created at once.', 1, 64),
  POLL_CONCURRENCY: integer('Provider pace', 40, 'Batches asked about at once.', 1, 64),
  DOWNLOAD_CONCURRENCY: integer('Provider pace', 1, 'Result files fetched and applied at once.', 1, 64),
  CALL_MAX_TRIES: integer(
    'Provider pace',
    maxCallTries,
    'How often a request is sent before it ends with what happened to it last.',
    1,
    20,
  ),
  POLL_INTERVAL_MS: integer(
    'Provider pace',
    minute,
    'Pause between two looks at a batch of ordinary age.',
    10,
    hour,
  ),
  PROVIDER_TIMEOUT_MS: integer(
    'Provider pace',
    60 * second,
    'Time limit for an answer of the provider; shorter than the lease of the work that waits for it.',
    100,
    80 * second,
  ),
  PROVIDER_STALL_MS: integer(
    'Provider pace',
    60 * second,
    'A transfer without progress for this long is given up.',
    100,
    10 * minute,
  ),
  SUBMIT_LOOKS_MS: integers(
    'Provider pace',
    adoptionLooks,
    'When to look for a batch whose creation has an unknown outcome, before it is created again.',
    day,
  ),
  RETRY_FASTER: integer(
    'Provider pace',
    1,
    'Divides every pause between retries; for tests and demonstrations.',
    1,
    10_000,
  ),
  REMOTE_FILES_KEEP_MS: integer(
    'Provider pace',
    2 * day,
    'Files of a finished batch are removed at the provider after this long; longer than the age of your backups.',
    0,
    30 * day,
  ),
  FILE_EXPIRES_S: integer(
    'Provider pace',
    30 * 86_400,
    'Life of an uploaded file at the provider.',
    3_600,
    2_592_000,
  ),

  ORPHANS: choice(
    'Provider pace',
    ['show', 'remove'],
    'show',
    'What becomes of files and running batches at the provider that carry our tag and belong to nothing here.',
  ),

  WEBHOOK_SECRET: secret(
    'Delivery',
    'Signs webhooks (Standard Webhooks, whsec_…). Made at the first start when it is not given.',
    checkWebhookSecret,
  ),
  DELIVERY_CONCURRENCY: integer(
    'Delivery',
    50,
    'Webhooks in flight, of each replica; an eighth more is kept for destinations that come new.',
    1,
    1_000,
  ),
  DELIVERY_PER_DESTINATION: integer(
    'Delivery',
    50,
    'Webhooks in flight to one destination, of each replica: N replicas send up to N times as many.',
    1,
    1_000,
  ),
  WEBHOOK_CONNECT_TIMEOUT_MS: integer(
    'Delivery',
    10 * second,
    'Time limit for a connection to a receiver.',
    10,
    20 * second,
  ),
  WEBHOOK_PRIVATE_NETWORKS: checkedText(
    'Delivery',
    'Whether webhooks may lead to loopback and private addresses: allow, refuse, or a list of names and ranges. Without it: allow while HOST is loopback, else refuse.',
    checkPrivateNetworks,
  ),
  DELIVERY_HELD_MS: integer(
    'Delivery',
    7 * day,
    'What a broken destination has held back for this long ends as delivery_failed.',
    minute,
    year,
  ),
  WEBHOOK_TIMEOUT_MS: integer(
    'Delivery',
    15 * second,
    "Time limit for a receiver's answer.",
    10,
    25 * second,
  ),

  RABBITMQ_URL: secretList(
    'RabbitMQ',
    'Brokers as amqp:// or amqps:// URLs, separated by commas; the first that answers is used. Needed for both directions.',
    checkBrokerUrls,
  ),
  RABBITMQ_INPUT_QUEUE: text('RabbitMQ', null, 'Takes requests from this queue, as POST /api/requests does.'),
  RABBITMQ_DEAD_LETTER_QUEUE: text(
    'RabbitMQ',
    null,
    'Gets messages that are no valid request, with the reason in headers; without it they are rejected.',
  ),
  RABBITMQ_PREFETCH: integer(
    'RabbitMQ',
    500,
    'Messages of the input queue that may be on their way into the store at once.',
    1,
    65_535,
  ),
  RABBITMQ_DECLARE: choice(
    'RabbitMQ',
    ['true', 'false'],
    'false',
    'Makes queues that are not there, as durable quorum queues; exchanges never.',
  ),
  RABBITMQ_HEARTBEAT_S: integer(
    'RabbitMQ',
    30,
    'A broker that is silent for twice as long is taken for gone.',
    1,
    600,
  ),
  RABBITMQ_CA: text(
    'RabbitMQ',
    null,
    'For amqps: certificates (PEM) that are trusted instead of those of Node; usually as RABBITMQ_CA_FILE.',
  ),
  RABBITMQ_CERT: text(
    'RabbitMQ',
    null,
    'For amqps: our own certificate (PEM), where the broker asks for one; usually as RABBITMQ_CERT_FILE.',
  ),
  RABBITMQ_KEY: secret(
    'RabbitMQ',
    'For amqps: the key of that certificate (PEM); usually as RABBITMQ_KEY_FILE.',
  ),

  RETENTION_BODIES_MS: integer(
    'Retention',
    7 * day,
    'Bodies are kept this long after their batch has ended.',
    0,
    10 * year,
  ),
  RETENTION_RESULTS_MS: integer(
    'Retention',
    30 * day,
    'Requests and results are kept this long after their batch has ended.',
    0,
    10 * year,
  ),
  RETENTION_ATTEMPTS_MS: integer(
    'Retention',
    90 * day,
    'Delivery attempts are kept this long.',
    0,
    10 * year,
  ),

  ALERT_WEBHOOK_URL: url(
    'Alerts',
    null,
    'Gets a signed message when something is wrong, and when it is over.',
  ),
  ALERT_WAITING_MS: integer('Alerts', hour, 'Work that waits longer than this is told about.', minute, year),

  LOG_LEVEL: choice(
    'Logs',
    ['debug', 'info', 'warn', 'error', 'silent'],
    'info',
    'Least important line that is written.',
  ),
} as const;

export type SettingName = keyof typeof settingSpecs;

type ValueOf<S> = S extends Spec<infer T> ? T : never;

/** The value of every setting. */
export type Settings = { readonly [K in SettingName]: ValueOf<(typeof settingSpecs)[K]> };
