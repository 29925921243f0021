/** Turns a schema validator's errors into sentences with a pointer, one for each fault. */
import { Settings } from 'typebox/system';
import { AppError, type Complaint, complain } from '../../../core/errors.ts';

interface ShapeError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

/** At most this many are told at once. */
const mostComplaints = 20;
// The validator stops counting here; each object with unknown keys adds one that tells nothing new.
Settings.Set({ maxErrors: mostComplaints + 10 });

/** What is wrong with a value, as one error. */
export function wrongShape(errors: readonly ShapeError[], value: unknown): AppError {
  const [first, ...more] = shapeComplaints(errors, value);
  const pointer = first?.source?.pointer;
  return new AppError('validation_error', first?.detail ?? 'has the wrong shape.', {
    more,
    ...(pointer === undefined ? {} : { pointer }),
  });
}

function shapeComplaints(errors: readonly ShapeError[], value: unknown): Complaint[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [complain('validation_error', 'The body must be a JSON object.', '')];
  }
  return errors.flatMap(toComplaints).slice(0, mostComplaints);
}

function toComplaints({ keyword, instancePath, params, message }: ShapeError): Complaint[] {
  const facts = params as Record<string, unknown>;
  switch (keyword) {
    case 'boolean': // a key where the schema allows none
      return [complain('validation_error', 'is not a known key here. Remove it.', instancePath)];
    case 'propertyNames': // both sum up the ones before them
    case 'additionalProperties':
      return [];
    case 'required':
      return (facts['requiredProperties'] as string[]).map((key) =>
        complain('validation_error', 'is missing.', `${instancePath}/${key}`),
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
