/**
 * Which file may import which, and what else a reader can see. The order is the design's: what stands to the right may
 * import what stands to the left.
 */
import { posix } from 'node:path';

/** Folders by the longest matching prefix, each with the prefixes it may import beside itself. */
const foundation = ['core/', 'server/config/', 'server/metrics.ts'];
const middle = [
  ...foundation,
  'server/context.ts',
  'server/engine/',
  'server/provider/',
  'server/channels/',
  'server/store/',
];
const verbs = ['server/pipeline/', 'server/operator/', 'server/views/'];

const rules: readonly { readonly folder: string; readonly may: readonly string[]; readonly why: string }[] = [
  { folder: 'core/', may: [], why: 'core is pure: it knows nobody' },
  { folder: 'server/config/', may: ['core/'], why: 'settings know only core' },
  { folder: 'server/metrics.ts', may: ['core/'], why: 'metrics know only core' },
  { folder: 'server/store/', may: ['core/'], why: 'the store knows only core; pass it data' },
  { folder: 'server/provider/', may: foundation, why: 'the provider is told what to do by the pipeline' },
  { folder: 'server/channels/', may: [...foundation, 'server/engine/clock.ts'], why: 'a channel only sends' },
  { folder: 'server/engine/', may: middle, why: 'the engine runs verbs that it is given; it imports none' },
  { folder: 'server/context.ts', may: middle, why: 'the context holds ports, not verbs' },
  {
    folder: 'server/pipeline/',
    may: middle,
    why: 'a stage moves the batch; it does not know doors or operators',
  },
  { folder: 'server/operator/', may: [...middle, 'server/pipeline/'], why: 'verbs do not know doors' },
  { folder: 'server/views/', may: [...middle, 'server/pipeline/'], why: 'views do not know doors' },
  {
    folder: 'server/doors/',
    may: [...middle, ...verbs],
    why: 'a door calls verbs; nothing calls a door but compose',
  },
  { folder: 'server/node-flags.ts', may: [], why: 'flags are plain data' },
  { folder: 'server/logger.ts', may: middle, why: 'the logger only describes' },
  { folder: 'server/compose/', may: ['core/', 'server/'], why: 'compose knows all parts' },
  { folder: 'server/lifecycle.ts', may: ['core/', 'server/'], why: 'lifecycle starts what compose has made' },
  { folder: 'server/serve.ts', may: ['core/', 'server/'], why: 'serve runs the whole service' },
  { folder: 'server/main.ts', may: ['server/serve.ts'], why: 'main only serves' },
  { folder: 'server/cli.ts', may: ['server/'], why: 'the command line serves, or calls a command' },
  { folder: 'web/', may: ['core/'], why: 'the console sees the service only through its API and core' },
  {
    folder: 'web/src/parts/',
    may: ['core/', 'web/src/ui/', 'web/src/api/', 'web/src/lib/'],
    why: 'a part knows the domain, not the page that shows it',
  },
  { folder: 'web/src/ui/', may: ['web/src/lib/'], why: 'ui knows nothing of the domain' },
  { folder: 'web/src/api/', may: ['core/', 'web/src/lib/'], why: 'api only fetches' },
  { folder: 'web/src/lib/', may: ['core/'], why: 'lib stands below everything in the console' },
  { folder: 'simulator/', may: [], why: 'the simulator is held to the real API, not to us' },
  {
    folder: 'bench/',
    may: ['core/', 'server/', 'demo/', 'test/broker/'],
    why: 'the benchmark starts programs, a broker among them; it does not test them',
  },
];

/** Stages in the order of the line; a stage never imports a stage, the beats that they share stand beside them. */
const stageFolder = /^server\/pipeline\/(\d-[a-z]+)\//;

/** Floors do without the store, and the benchmark looks past it at what was stored. */
const mayTalkToDatabases = /^(server\/store|bench)\//;
const driverPackages = /^(node:sqlite|pg|better-sqlite3|kysely)$/;
const impure = /\b(Date\.now\(|Math\.random\(|process\.env|new Date\(\))/;

/** What is wrong with a file's imports, one sentence each that says what to do instead. */
export function checkFile(file: string, text: string): string[] {
  const found: string[] = [];
  for (const [, specifier = ''] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    if (specifier.startsWith('.')) found.push(...checkImport(file, specifier));
    else if (driverPackages.test(specifier) && !mayTalkToDatabases.test(file)) {
      found.push(
        `${file} imports ${specifier}: only server/store may talk to a database. Add an operation there.`,
      );
    } else if (file.startsWith('core/') && specifier.startsWith('node:')) {
      found.push(`${file} imports ${specifier}: core is pure and runs in the browser too. Do it in server.`);
    }
  }
  if (file.startsWith('core/') && impure.test(text)) {
    found.push(`${file} reads the clock, chance or the environment. Take it as a parameter.`);
  }
  if (
    /update (batches|requests)\s+set\b(?:(?!\bwhere\b)[^;`])*\bstate\s*=/i.test(text) &&
    file !== 'server/store/moves.ts' &&
    !file.startsWith('bench/floors/')
  ) {
    found.push(`${file} writes a state. Use moveBatch or setState of server/store/moves.ts.`);
  }
  return found;
}

function checkImport(file: string, specifier: string): string[] {
  const target = posix.join(posix.dirname(file), specifier);
  if (target === 'package.json') return [];
  const rule = rules
    .filter(({ folder }) => file.startsWith(folder))
    .sort((a, b) => b.folder.length - a.folder.length)[0];
  if (!rule)
    return [
      `${file} stands in no folder that the architecture knows. Add a rule in scripts/architecture-rules.ts.`,
    ];
  const own = rule.folder.endsWith('/') ? target.startsWith(rule.folder) : target === rule.folder;
  if (!own && !rule.may.some((prefix) => target.startsWith(prefix))) {
    return [`${file} imports ${target}: ${rule.why}. Move what both need towards core, or pass it in.`];
  }
  const [, from] = stageFolder.exec(file) ?? [];
  const [, to] = stageFolder.exec(target) ?? [];
  if (from && to && from !== to) {
    return [
      `${file} imports ${target}: a stage never calls a stage. Move the batch; the next driver sees it.`,
    ];
  }
  return [];
}
