/** Faults that Node finds before there is a request: answered on the socket itself, in the one error form. */
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '../../../core/errors.ts';

type ConnectionError = Error & { readonly code?: string };

export function answerConnectionError(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const before = answerUnderWay(socket);
  if (before) {
    before.once('close', () => setImmediate(answerConnectionError, error, socket));
    return;
  }
  const app = nameFault(error);
  const body = JSON.stringify({ errors: app.complaints });
  socket.end(
    `HTTP/1.1 ${app.status} ${STATUS_CODES[app.status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** The answer to a whole request that came before the fault on the same connection: it goes first. */
function answerUnderWay(socket: Socket): ServerResponse | null {
  const { _httpMessage: answer } = socket as Socket & { _httpMessage?: ServerResponse | null };
  return answer?.req.complete ? answer : null;
}

function nameFault({ code, message }: ConnectionError): AppError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AppError('request_timeout', 'The headers or the body did not arrive in time.');
    case 'HPE_HEADER_OVERFLOW':
      return new AppError('headers_too_large', 'Path and headers may have 16 KB together. Send fewer.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new AppError('payload_too_large', 'The chunks of the body carry too many extensions.');
    default:
      return new AppError('malformed_http', `What came is not HTTP: ${message}`);
  }
}
