/** Speaks HTTP on a bare socket, for what no well-behaved client sends. */
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely; the description checks their shape.
  readonly json: any;
}

export function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Sends bytes and collects answers until the server closes or `count` of them are there. */
export async function talk(url: string, bytes: string | Buffer, count = 1): Promise<RawAnswer[]> {
  const socket = await openSocket(url);
  socket.write(bytes);
  try {
    return await readAnswers(socket, count);
  } finally {
    socket.destroy();
  }
}

/** Reads answers with a Content-Length; fewer than `count` when the server closes. */
export function readAnswers(socket: Socket, count = 1): Promise<RawAnswer[]> {
  let received = Buffer.alloc(0);
  const answers: RawAnswer[] = [];
  return new Promise((resolve) => {
    const finish = () => resolve(answers);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (;;) {
        const taken = takeAnswer(received);
        if (!taken) break;
        answers.push(taken.answer);
        received = taken.rest;
      }
      if (answers.length >= count) finish();
    });
    socket.on('error', finish);
    socket.on('close', finish);
  });
}

function takeAnswer(bytes: Buffer): { answer: RawAnswer; rest: Buffer<ArrayBuffer> } | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const bodyEnd = end + 4 + Number(headers['content-length'] ?? 0);
  if (bytes.length < bodyEnd) return null;
  const text = bytes.subarray(end + 4, bodyEnd).toString('utf8');
  const isJson = headers['content-type']?.startsWith('application/json') && text !== '';
  const answer = {
    status: Number(first.split(' ')[1]),
    headers,
    text,
    json: isJson ? (JSON.parse(text) as unknown) : null,
  };
  return { answer, rest: Buffer.from(bytes.subarray(bodyEnd)) };
}
