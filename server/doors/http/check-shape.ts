/** Checks what a route takes with the compiler that intake uses, so that every fault is told in the same words. */
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { wrongShape } from '../../pipeline/1-intake/shape-complaints.ts';

type Judgement = { value: unknown } | { error: Error };

/** A validator for Fastify. */
export function compileShape({ schema }: { readonly schema: unknown }): (value: unknown) => Judgement {
  const shape = Compile(schema as TSchema);
  return (value) =>
    shape.Check(value) ? { value } : { error: wrongShape(shape.Errors(value) as never, value) };
}
