/** The published OpenAPI document as a judge: is this answer one that it describes? */
import { Compile } from 'typebox/schema';

interface Judge {
  Check(value: unknown): boolean;
  Errors(value: unknown): unknown;
}

interface Described {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}

export interface Operation {
  readonly security?: readonly object[];
  readonly responses: Readonly<Record<string, Described>>;
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: unknown;
}

/** Errors that no route stands behind: only their form is described. */
const withoutRoute = new Set([400, 404, 405, 408, 431]);

export class ApiDescription {
  readonly document: OpenApiDocument;
  /** Such as `POST /api/requests 202`: answers that were seen and found true. */
  readonly seen = new Set<string>();
  readonly #judges = new Map<object, Judge>();

  constructor(document: OpenApiDocument) {
    this.document = document;
  }

  /** Each as `POST /api/requests`. */
  get operations(): Map<string, Operation> {
    return new Map(
      Object.entries(this.document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation]),
      ),
    );
  }

  /** @throws Error when the answer is not as described */
  check(method: string, path: string, answer: Seen): void {
    const template = this.#templateOf(method, path);
    const operation = template && this.document.paths[template]?.[method.toLowerCase()];
    if (!operation) {
      if (method === 'HEAD' || ['/api/openapi.json', '/api/docs'].includes(path)) return;
      if (!withoutRoute.has(answer.status)) {
        throw new Error(`${method} ${path} answered ${answer.status} and is not described`);
      }
      this.#checkForm(`${method} ${path}`, answer);
      return;
    }
    const name = `${method} ${template} ${answer.status}`;
    const described = operation.responses[answer.status];
    if (!described) throw new Error(`${name} is not described; it said ${answer.text.slice(0, 300)}`);
    this.#checkContent(name, described, answer);
    this.seen.add(name);
  }

  /** Whether an answer has the one error form. */
  checkForm(answer: Pick<Seen, 'json' | 'text' | 'status'>): void {
    this.#checkForm('answer', answer);
  }

  #checkForm(name: string, answer: Pick<Seen, 'json' | 'text' | 'status'>): void {
    const form = this.document.paths['/api/requests']?.['post']?.responses['409'];
    const schema = form?.content?.['application/json']?.schema;
    if (!schema) throw new Error('the error form is not described');
    this.#judge(`${name} ${answer.status}`, schema, answer.json);
  }

  #checkContent(name: string, described: Described, answer: Seen): void {
    if (!described.content) {
      if (answer.text !== '') throw new Error(`${name} should have no content, and has: ${answer.text}`);
      return;
    }
    const [type = ''] = String(answer.headers['content-type']).split(';');
    const schema = described.content[type]?.schema;
    if (!schema) throw new Error(`${name} is described as ${Object.keys(described.content)}, not ${type}`);
    this.#judge(name, schema, type === 'application/json' ? answer.json : answer.text);
  }

  #judge(name: string, schema: object, value: unknown): void {
    const judge = this.#judges.get(schema) ?? (Compile(closed(schema) as never) as unknown as Judge);
    this.#judges.set(schema, judge);
    if (judge.Check(value)) return;
    const why = JSON.stringify(judge.Errors(value)).slice(0, 1_000);
    throw new Error(`${name} is not as described: ${why} in ${JSON.stringify(value)?.slice(0, 500)}`);
  }

  /** The described path that a request went to; a literal segment wins over a parameter. */
  #templateOf(method: string, path: string): string | undefined {
    const asked = path.split('?')[0]?.split('/') ?? [];
    const fits = Object.entries(this.document.paths).filter(([template, methods]) => {
      const segments = template.split('/');
      return (
        method.toLowerCase() in methods &&
        segments.length === asked.length &&
        segments.every((segment, at) => segment.startsWith('{') || segment === asked[at])
      );
    });
    return fits.map(([template]) => template).sort((a, b) => a.split('{').length - b.split('{').length)[0];
  }
}

/** The same schema with every object closed: a key that nobody described is a lie as well. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const { properties } = schema as { properties?: object };
  return properties && !('additionalProperties' in schema) ? { ...copy, additionalProperties: false } : copy;
}
