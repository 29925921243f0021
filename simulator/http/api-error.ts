import type { ErrorBody } from '../scripts/rule.ts';

/** An error that a client sees, with all four keys of the real envelope (spec). */
export class ApiError extends Error {
  readonly status: number;
  readonly body: ErrorBody;

  constructor(status: number, error: Partial<ErrorBody> & { readonly message: string }) {
    super(error.message);
    this.status = status;
    this.body = {
      message: error.message,
      type: error.type ?? 'invalid_request_error',
      param: error.param ?? null,
      code: error.code ?? null,
    };
  }
}
