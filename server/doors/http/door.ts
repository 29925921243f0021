/** What routes are made of: the verbs' context, who calls, and the schemas that every route shares. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ErrorFormSchema } from '../../../core/contract/errors.ts';
import type { Context } from '../../context.ts';
import type { Scope } from '../../operator/api-keys.ts';
import type { Intake } from '../../pipeline/1-intake/accept-request.ts';
import type { IntakeGate } from '../../pipeline/1-intake/intake-gate.ts';
import type { Authenticator, Caller } from './authenticate.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, for routes that keep it. */
    bytes: Buffer | null;
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** What a caller needs; left out: anybody. */
    scope?: Scope;
  }
}

export interface Door {
  readonly app: FastifyInstance;
  readonly ctx: Context;
  readonly intake: Intake;
  readonly gate: IntakeGate;
  readonly auth: Authenticator;
  /** False once the service stops. */
  readonly accepting: () => boolean;
}

export function actorOf(request: FastifyRequest): string {
  return request.caller?.actor ?? 'anonymous';
}

/** The error statuses of a route, for the description. */
export function errors(...statuses: number[]): Record<number, typeof ErrorFormSchema> {
  return Object.fromEntries([401, 403, 500, ...statuses].map((status) => [status, ErrorFormSchema]));
}
