import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import { HttpProblem, InvalidInput, NotFound, Problem, Unavailable, type ProblemBody } from '../problems/problem.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** If the answer is a 503: what was unreachable or overloaded. */
    away?: string;
  }
}

/** The media type of RFC 9457. */
export const PROBLEM_JSON = 'application/problem+json';

/** Answers every failure with a problem. Any other error is a defect: a bare 500 for the caller, a stack in the log. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('http');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.send(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  send(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = toProblem(error);
    if (problem instanceof Unavailable) request.away = problem.away;
    if (!problem) this.#logger.error({ err: error, requestId: request.id }, 'Unexpected failure');
    else if (problem.status >= 500) this.#logger.warn({ err: error, requestId: request.id }, problem.title);
    const body: ProblemBody = problem?.toBody() ?? internalError(request.id);
    // As bytes, since Fastify adds a charset to texts, and the media type has no such parameter.
    void reply
      .code(body.status)
      .headers({ ...problem?.headers })
      .header('content-type', PROBLEM_JSON)
      .send(Buffer.from(JSON.stringify(body)));
  }
}

function internalError(requestId: string): ProblemBody {
  return {
    type: 'about:blank',
    title: 'Internal server error',
    status: 500,
    detail: `Something went wrong on our side. Please try again; if it stays, tell us the request id ${requestId}.`,
  };
}

function toProblem(error: unknown): Problem | null {
  if (error instanceof Problem) return error;
  const status = statusOf(error);
  if (status === null || status >= 500) return null;
  if (status === 404) return new NotFound();
  // Fastify refuses a malformed URL with 400, but no route can match it.
  if ((error as { code?: unknown }).code === 'FST_ERR_BAD_URL') return new NotFound();
  const detail = DETAILS[status] ?? 'The request could not be understood.';
  return status === 400 ? new InvalidInput(detail) : new HttpProblem(status, STATUS_CODES[status] ?? 'Refused', detail);
}

/** The framework's own messages are written for developers; these are for the people who use a client. */
const DETAILS: Readonly<Record<number, string>> = {
  400: 'The body is not valid JSON.',
  405: 'This address does not take that method.',
  413: 'The body is too large.',
  414: 'The address is too long.',
  415: 'The body must be sent as application/json.',
};

function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 ? status : null;
}
