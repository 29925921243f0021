/** The one error form of the API. */
import Type from 'typebox';
import { type ErrorCode, errorCodes } from '../errors.ts';

export const ErrorFormSchema = Type.Object({
  errors: Type.Array(
    Type.Object({
      code: Type.Enum(Object.keys(errorCodes) as ErrorCode[]),
      title: Type.String(),
      detail: Type.String({ description: 'What was wrong, where, and what to do.' }),
      source: Type.Optional(
        Type.Object({ pointer: Type.String({ description: 'JSON pointer into what was sent.' }) }),
      ),
    }),
    { minItems: 1 },
  ),
});
