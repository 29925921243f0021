/** Turns a schema validator's errors into sentences with a pointer, one for each fault. */
import { type Complaint, complain } from '../../../core/errors.ts';

interface ShapeError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

/** At most this many are told at once. */
const mostComplaints = 20;

export function shapeComplaints(errors: readonly ShapeError[], value: unknown): Complaint[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [complain('validation_error', 'The body must be a JSON object.', '')];
  }
  return errors.flatMap(toComplaints).slice(0, mostComplaints);
}

function toComplaints({ keyword, instancePath, params, message }: ShapeError): Complaint[] {
  const facts = params as Record<string, unknown>;
  switch (keyword) {
    case 'boolean': // the shadow of additionalProperties
      return [];
    case 'required':
      return (facts['requiredProperties'] as string[]).map((key) =>
        complain('validation_error', 'is missing.', `${instancePath}/${key}`),
      );
    case 'additionalProperties':
      return (facts['additionalProperties'] as string[]).map((key) =>
        complain(
          'validation_error',
          'is not a known key here. Remove it.',
          `${instancePath}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        ),
      );
    case 'enum':
      return [
        complain(
          'validation_error',
          `must be one of ${(facts['allowedValues'] as unknown[]).join(', ')}.`,
          instancePath,
        ),
      ];
    default:
      return [complain('validation_error', `${message}.`, instancePath)];
  }
}
