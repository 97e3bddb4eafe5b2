import { parseArgs } from 'node:util';
import type { LiveOptions } from './live.ts';
import { CONNECTIONS, OPERATIONS } from './operations.ts';
import type { OperatorsOptions } from './operators.ts';
import type { CompareOptions } from './run.ts';

/** Said in one line; anything else is a defect, with its stack. */
export class Refused extends Error {}

export type Options = { readonly json: string | undefined } & (
  | ({ readonly kind: 'floor' | 'growth' } & CompareOptions)
  | { readonly kind: 'import' | 'memory'; readonly users: number }
  | { readonly kind: 'start'; readonly times: number }
  | ({ readonly kind: 'live' } & LiveOptions)
  | ({ readonly kind: 'operators' } & OperatorsOptions)
);

/** What to find out: without a word, how fast the service is next to the floor and the limit. @throws Refused */
export function readOptions(): Options {
  const { values, positionals } = parse();
  const { json } = values;
  if (values.memory) return { kind: 'memory', json, users: wholeNumber('users', values.users, 100_000) };
  if (values.import) return { kind: 'import', json, users: wholeNumber('users', values.users, 5000) };
  if (values.live) {
    return {
      kind: 'live',
      json,
      connections: wholeNumber('connections', values.connections, 10_000),
      seconds: wholeNumber('seconds', values.seconds, 60),
      rounds: wholeNumber('rounds', values.rounds, 6),
    };
  }
  if (values.operators) {
    return {
      kind: 'operators',
      json,
      users: wholeNumber('users', values.users, 100_000),
      rounds: wholeNumber('rounds', values.rounds, 6),
      seconds: wholeNumber('seconds', values.seconds, 30),
    };
  }
  if (values.start) return { kind: 'start', json, times: wholeNumber('rounds', values.rounds, 10) };
  const plan = {
    json,
    operations: operationsOf(values.operations),
    rounds: wholeNumber('rounds', values.rounds, 5),
    seconds: wholeNumber('seconds', values.seconds, 3),
    connections: wholeNumber('connections', values.connections, CONNECTIONS),
  };
  if (values.growth) return { kind: 'growth', ...plan, users: wholeNumber('growth', positionals[0], 10_000) };
  return { kind: 'floor', ...plan, users: wholeNumber('users', values.users, 1000) };
}

function parse() {
  try {
    return parseArgs({
      options: {
        growth: { type: 'boolean' },
        import: { type: 'boolean' },
        live: { type: 'boolean' },
        memory: { type: 'boolean' },
        operators: { type: 'boolean' },
        start: { type: 'boolean' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        connections: { type: 'string' },
        users: { type: 'string' },
        operations: { type: 'string' },
        json: { type: 'string' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new Refused((error as Error).message);
  }
}

function operationsOf(list: string | undefined): CompareOptions['operations'] {
  const names = OPERATIONS.map(({ name }) => name);
  return (list?.split(',') ?? names).map((operationName) => {
    const operation = OPERATIONS.find(({ name }) => name === operationName);
    if (!operation) throw new Refused(`--operations: ${operationName} is none of ${names.join(', ')}.`);
    return operation;
  });
}

function wholeNumber(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Refused(`--${name} must be a whole number, from 1 to 9,999,999.`);
  return Number(text);
}
