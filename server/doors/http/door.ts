/** What routes are made of: the verbs' context, who calls, and the schemas that every route shares. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { ErrorFormSchema } from '../../../core/contract/errors.ts';
import type { Context } from '../../context.ts';
import type { Scope } from '../../operator/api-keys.ts';
import type { Intake } from '../../pipeline/1-intake/accept-request.ts';
import type { IntakeGate } from '../../pipeline/1-intake/intake-gate.ts';
import type { EngineFigures } from '../../views/activity-view.ts';
import type { BrokerParts } from '../../views/broker-view.ts';
import type { Authenticator, Caller } from './authenticate.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, for routes that keep it. */
    bytes: Buffer | null;
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** A caller needs one of these, or operate; left out: anybody may. */
    scopes?: readonly Scope[];
    /** The route reads `bytes` itself. */
    keepsBytes?: boolean;
    /** The route reads its body as a stream, however long that takes. */
    streams?: boolean;
  }
}

/** @throws AppError while no request is taken */
export type Entrance = Pick<IntakeGate, 'check'>;

export interface Door {
  readonly app: FastifyInstance;
  readonly ctx: Context;
  readonly intake: Intake;
  readonly gate: IntakeGate;
  /** Null where no broker is configured. */
  readonly broker: BrokerParts | null;
  readonly auth: Authenticator;
  /** False once the service stops. */
  readonly accepting: () => boolean;
  /** Intake over HTTP: shut whenever intake is, and from the moment the service stops. */
  readonly entrance: Entrance;
  /** What this process does now, for the activity page. */
  readonly engine: () => EngineFigures;
  /** Where the built console is, when it does not stand beside the program. */
  readonly consoleFolder?: string;
  /** Aborts when the service stops: whoever holds an answer back gives it now. */
  readonly stopping: AbortSignal;
}

export function actorOf(request: FastifyRequest): string {
  return request.caller?.actor ?? 'anonymous';
}

/** What can go wrong with any body that is sent along. */
export const bodyErrors = [400, 408, 413, 415] as const;

/** The error statuses of a route that asks for a key and reads the store, for the description. */
export function errors(...statuses: number[]): Record<number, typeof ErrorFormSchema> {
  return Object.fromEntries([401, 403, 500, 503, ...statuses].map((status) => [status, ErrorFormSchema]));
}

/** An answer of JSON lines, for the description. */
export const jsonLines = {
  description: 'JSON lines.',
  content: { 'application/jsonl': { schema: Type.String() } },
};
