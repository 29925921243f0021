/** Floor of start: a bare Fastify server of the same imports. Plain JavaScript, as the built service is. */
import '@fastify/busboy';
import '@fastify/swagger';
import '@pydantic/genai-prices';
import 'amqplib';
import 'ipaddr.js';
import 'node:sqlite';
import 'openai';
import 'pg';
import 'pino';
import 'prom-client';
import 'typebox';
import 'typebox/compile';
import 'undici';
import Fastify from 'fastify';

const app = Fastify();
app.post('/api/requests', async (_request, reply) => reply.code(202).send({}));
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${JSON.stringify({ event: 'listening', url })}\n`);
