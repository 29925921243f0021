/** The two ends of a multipart upload, so that the file between them can be streamed with a known length. */
import { randomBytes } from 'node:crypto';

export interface Multipart {
  readonly contentType: string;
  readonly contentLength: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** @param fields form fields before the file, in order */
export function multipartOf(
  fields: Readonly<Record<string, string>>,
  file: { readonly name: string; readonly bytes: number; readonly content: AsyncIterable<Uint8Array> },
): Multipart {
  const boundary = `----batch-${randomBytes(12).toString('hex')}`;
  const texts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = Buffer.from(
    `${texts.join('')}--${boundary}\r\n` +
      `Content-Disposition: form-data; name="file"; filename="${file.name}"\r\n` +
      'Content-Type: application/jsonl\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    contentLength: head.length + file.bytes + tail.length,
    body: (async function* () {
      yield head;
      yield* file.content;
      yield tail;
    })(),
  };
}
