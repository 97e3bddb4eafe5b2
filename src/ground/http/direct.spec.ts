import { describe, expect, it } from '@jest/globals';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { callDirectly, Direct, requestParameter } from './direct.js';

const Name = requestParameter(({ query }) => (query as { readonly name: string }).name);
const Url = requestParameter(({ url }) => url);

class Greetings {
  constructor(private readonly word: string) {}

  @Direct()
  greet(@Url() url: string, @Name() name: string): string {
    return `${this.word}, ${name} at ${url}`;
  }

  @Direct()
  half(@Name() name: string, other: string): string {
    return name + other;
  }
}

/** The route of a method, after the hook has seen it. */
function routeOf(method: 'greet' | 'half'): RouteOptions {
  const route = { config: { direct: { controller: Greetings, method } } } as unknown as RouteOptions;
  const fastify = { addHook: (_: string, hook: (route: RouteOptions) => void) => hook(route) };
  callDirectly(fastify as unknown as FastifyInstance, () => new Greetings('Hello'));
  return route;
}

describe('a direct route', () => {
  it('calls the controller with what its parameters read from the request', () => {
    const { handler } = routeOf('greet') as unknown as { readonly handler: (request: object) => string };
    expect(handler({ url: '/here', query: { name: 'Ada' } })).toBe('Hello, Ada at /here');
  });

  it('is refused at the start if a parameter is read elsewhere', () => {
    expect(() => routeOf('half')).toThrow('Greetings.half is direct');
  });
});
