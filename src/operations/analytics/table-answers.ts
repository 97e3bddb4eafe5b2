import type { FastifyReply } from 'fastify';
import { preferredType } from '../../ground/http/preferred-type.js';
import { csvOf, type Table } from './csv.js';

/** Answers with a view, or, if the caller prefers CSV, with its table as a download. */
export async function viewOrTable<T extends object>(
  reply: FastifyReply,
  view: Promise<T>,
  tableOf: (view: T) => Table,
): Promise<T | string> {
  const { accept } = reply.request.headers;
  addVary(reply, 'Accept');
  if (preferredType(accept, ['application/json', 'text/csv']) === 'application/json') return view;
  const table = tableOf(await view);
  void reply
    .header('content-type', 'text/csv; charset=utf-8; header=present')
    .header('content-disposition', `attachment; filename="${table.name}.csv"`);
  return csvOf(table);
}

/** Answers to other origins vary by the origin already. */
function addVary(reply: FastifyReply, name: string): void {
  const others = reply.getHeader('vary');
  void reply.header('vary', others === undefined ? name : `${String(others)}, ${name}`);
}
