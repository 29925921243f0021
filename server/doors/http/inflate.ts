/** Unpacks a body on the fly, and gives up on one that swells beyond any honest text. */
import { PassThrough, pipeline, type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '../../../core/errors.ts';

/** Honest JSON lines shrink by 5 to 50; a bomb by 1,000. Judged after this much has come out. */
const suspiciousBytes = 64_000_000;
const mostRatio = 400;

/**
 * The body as it was before it was packed. Its stream fails with an AppError when it is a bomb.
 *
 * @throws AppError `unsupported_media_type` for an encoding that is not known
 */
export function inflate(body: Readable, encoding: string | undefined): Readable {
  switch (encoding?.toLowerCase() ?? 'identity') {
    case 'identity':
      return body;
    case 'gzip':
    case 'x-gzip':
      return gunzip(body);
    default:
      throw new AppError(
        'unsupported_media_type',
        `Content-Encoding ${encoding} is not known; send gzip or none.`,
      );
  }
}

function gunzip(body: Readable): Readable {
  let packed = 0;
  let unpacked = 0;
  const weigh = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      packed += chunk.length;
      done(null, chunk);
    },
  });
  const guard = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      unpacked += chunk.length;
      if (unpacked > suspiciousBytes && unpacked > packed * mostRatio) {
        done(new AppError('payload_too_large', 'The body unpacks to far more than JSON lines do.'));
      } else done(null, chunk);
    },
  });
  // The reader of the last stream sees the error; the callback only keeps it from being unhandled here.
  return pipeline(body, weigh, createGunzip({ chunkSize: 256 * 1_024 }), guard, new PassThrough(), () => {});
}
