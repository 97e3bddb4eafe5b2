import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { findUnstorable, inexactNumber, TOO_DEEP } from '../problems/json.js';
import { MAX_JSON_ITEMS, pointerAt, scanJson, type JsonScan } from './json-text.js';
import { HttpProblem, InvalidInput, type FieldError, type Problem } from '../problems/problem.js';

const TOO_MANY = `The body has more than ${MAX_JSON_ITEMS.toLocaleString('en')} keys and values.`;

/**
 * Parses JSON in UTF-8, and refuses every other body. An empty body counts as none, whatever its content type. A body that would
 * keep the process busy is refused before it is parsed; one that cannot be stored, before a handler sees it.
 */
export function addBodyParsers(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const parse = fastify.getDefaultJsonParser('error', 'ignore');
  app.useBodyParser('application/json', {}, (request: FastifyRequest, body: Buffer, done) => {
    if (body.length === 0) return done(null, undefined);
    const scan = scanJson(body);
    const refusal = refuseHead(request.headers) ?? refuseText(body, scan);
    if (refusal) return done(refusal, undefined);
    void parse(request, body.toString(), (error, value: unknown) => {
      const unstorable = error ? null : (findInexact(body, scan) ?? findUnstorable(value));
      done(unstorable ? InvalidInput.of([unstorable]) : error, value);
    });
  });
  fastify.removeContentTypeParser('text/plain');
  app.useBodyParser('*', {}, (_request: FastifyRequest, body: Buffer, done) => {
    done(body.length === 0 ? null : unsupported('The body must be sent as application/json.'), undefined);
  });
}

/** Refuses codings that the service does not decode, and character sets that it would misread. */
function refuseHead(headers: IncomingHttpHeaders): Problem | null {
  const { 'content-encoding': encoding, 'transfer-encoding': transfer, 'content-type': type = '' } = headers;
  if (transfer !== undefined && transfer.trim().toLowerCase() !== 'chunked') {
    return new HttpProblem(501, 'Not implemented', 'The only transfer coding that is understood is chunked.');
  }
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
    return unsupported('The body must be sent as it is, without a Content-Encoding.');
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(type)?.[1];
  return charset === undefined || /^(utf-?8|us-ascii)$/i.test(charset) ? null : unsupported('The body must be UTF-8.');
}

function refuseText(body: Buffer, { isTooDeep, hasTooMany }: JsonScan): Problem | null {
  // Decoding would replace all invalid bytes with the same character.
  if (!isUtf8(body)) return new InvalidInput('The body is not valid UTF-8.');
  if (isTooDeep) return new InvalidInput(TOO_DEEP);
  return hasTooMany ? new InvalidInput(TOO_MANY) : null;
}

/** In the parsed value, a number that has become 0 looks like one that was sent as 0. */
function findInexact(body: Buffer, { vanishing }: JsonScan): FieldError | null {
  return vanishing === null ? null : inexactNumber(pointerAt(body, vanishing));
}

const unsupported = (detail: string) => new HttpProblem(415, 'Unsupported Media Type', detail);
