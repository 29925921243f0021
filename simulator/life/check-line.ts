/** What validation says about a line (reference: real API and recorded tests, 2025 and 2026). */
import type { Body } from '../answers/input-text.ts';
import type { Endpoint } from '../limits.ts';
import type { BatchError } from '../scripts/rule.ts';

export interface GoodLine {
  readonly customId: string;
  readonly body: Body;
  /** Null where the endpoint can do without. */
  readonly model: string | null;
}

type Complaint = Omit<BatchError, 'line'>;

/** What is wrong with a line that parses; a property that is missing is named in the API's own words. */
function missing(name: string, param = name): Complaint {
  return { code: 'missing_required_parameter', message: `Missing required parameter: '${name}'.`, param };
}

/** What each endpoint's body cannot do without. A response may also consist of a stored prompt. */
const needed: Readonly<Record<Endpoint, readonly string[]>> = {
  '/v1/chat/completions': ['messages'],
  '/v1/responses': ['input', 'prompt'],
  '/v1/embeddings': ['input'],
  '/v1/completions': ['prompt'],
  '/v1/moderations': ['input'],
  '/v1/images/generations': ['prompt'],
  '/v1/images/edits': ['prompt'],
  '/v1/videos': ['prompt'],
};

const withoutModel: readonly Endpoint[] = ['/v1/moderations', '/v1/videos'];

const names: Readonly<Partial<Record<Endpoint, string>>> = {
  '/v1/chat/completions': 'Chat Completions',
  '/v1/responses': 'Responses',
  '/v1/completions': 'Completions',
  '/v1/moderations': 'Moderations',
};

export interface LineRules {
  readonly endpoint: Endpoint;
  readonly isKnownModel: (model: string) => boolean;
}

/** The line, or the first thing that is wrong with it. What needs other lines is not looked at. */
export function checkLine(text: string, rules: LineRules): GoodLine | Complaint {
  const line = parseLine(text);
  if (line === null) {
    return { code: 'invalid_json_line', message: 'This line is not parseable as valid JSON.', param: null };
  }
  for (const name of ['custom_id', 'method', 'url', 'body']) {
    if (line[name] === undefined || line[name] === null) return missing(name);
  }
  const { custom_id: customId, method, url, body } = line;
  if (typeof customId !== 'string') {
    return {
      code: 'invalid_type',
      message: "Invalid type for 'custom_id': expected a string.",
      param: 'custom_id',
    };
  }
  if (method !== 'POST') {
    const message = `Invalid value: '${String(method)}'. Supported values are: 'POST'.`;
    return { code: 'invalid_value', message, param: 'method' };
  }
  if (url !== rules.endpoint) {
    const message = 'The URL provided for this request does not match the batch endpoint.';
    return { code: 'invalid_url', message, param: 'url' };
  }
  if (typeof body !== 'object' || Array.isArray(body)) {
    return { code: 'invalid_type', message: "Invalid type for 'body': expected an object.", param: 'body' };
  }
  return checkBody(customId, body as Body, rules);
}

function parseLine(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function checkBody(
  customId: string,
  body: Body,
  { endpoint, isKnownModel }: LineRules,
): GoodLine | Complaint {
  const { model, stream } = body;
  if (stream === true) {
    const message = `${names[endpoint] ?? 'Request'}: Streaming is not supported in the Batch API.`;
    return { code: 'streaming_unsupported', message, param: 'body.stream' };
  }
  if (typeof model !== 'string' && !withoutModel.includes(endpoint)) {
    return { code: 'invalid_request', message: 'Model parameter is required.', param: 'body.model' };
  }
  if (typeof model === 'string' && !isKnownModel(model)) {
    const message = `The provided model '${model}' is not supported by the Batch API.`;
    return { code: 'model_not_found', message, param: 'body.model' };
  }
  const needs = needed[endpoint];
  const first = needs[0] as string;
  if (needs.every((name) => body[name] === undefined)) return missing(first, `body.${first}`);
  return { customId, body, model: typeof model === 'string' ? model : null };
}
