/** Downloads: chunked, without a length, as the real API sends them (real API, Jan 2025). */
import { createReadStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import type { StoredFile } from '../files/file-store.ts';
import type { CallEffect } from '../scripts/rule.ts';

const pieceBytes = 256 * 1024;
const slowPieces = 20;

/** @param shaping what a script does to the download */
export function sendContent(reply: FastifyReply, file: StoredFile, shaping: CallEffect | null): FastifyReply {
  reply.header('content-type', 'application/octet-stream');
  reply.header('content-disposition', `attachment; filename="${file.filename.replaceAll(/["\r\n]/g, '_')}"`);
  if (shaping === null) return reply.send(createReadStream(file.path, { highWaterMark: pieceBytes }));
  reply.hijack();
  reply.raw.writeHead(200, reply.getHeaders() as Record<string, string>);
  void shape(reply, file, shaping).catch(() => reply.raw.destroy());
  return reply;
}

async function shape(reply: FastifyReply, file: StoredFile, shaping: CallEffect): Promise<void> {
  const { raw } = reply;
  if ('slow' in shaping) {
    const piece = Math.max(1, Math.floor(shaping.slow.bytesPerSecond / slowPieces));
    for await (const bytes of createReadStream(file.path, { highWaterMark: piece })) {
      if (raw.destroyed) return;
      raw.write(bytes);
      await pause(1000 / slowPieces);
    }
    raw.end();
    return;
  }
  const fraction = 'cut' in shaping ? shaping.cut.fraction : 'stall' in shaping ? shaping.stall.fraction : 1;
  const last = Math.floor(file.bytes * fraction) - 1;
  if (last >= 0) {
    for await (const bytes of createReadStream(file.path, { end: last, highWaterMark: pieceBytes })) {
      if (raw.destroyed) return;
      await new Promise((resolve) => raw.write(bytes, resolve));
    }
  }
  if ('stall' in shaping) return;
  if ('cut' in shaping && !shaping.cut.cleanly) raw.destroy();
  else raw.end();
}
