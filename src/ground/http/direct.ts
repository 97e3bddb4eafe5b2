import { createParamDecorator, type Type } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { routeConfig } from './route.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The method that answers the route without a detour; left out: Nest calls it. */
    direct?: DirectMethod;
  }
}

interface DirectMethod {
  readonly controller: Type;
  readonly method: string;
}

type Read<T = unknown> = (request: FastifyRequest) => T;

/** By controller and method: how each of the method's parameters is read from the request. */
const PARAMETERS = Symbol('parameters that are read from the request');

/** A decorator for parameters of routes, which are read from the request alone. */
export function requestParameter<T>(read: Read<T>): () => ParameterDecorator {
  const decorate = createParamDecorator((_: unknown, context) => read(context.switchToHttp().getRequest()));
  return () => (target, method, index) => {
    decorate()(target, method, index);
    const known = (Reflect.getMetadata(PARAMETERS, target, method as string) ?? []) as readonly Read[];
    Reflect.defineMetadata(PARAMETERS, Object.assign([...known], { [index]: read }), target, method as string);
  };
}

/**
 * A route that is asked often: its method is called as soon as the hooks have let the request pass. Nest would ask its guard again and
 * pass each parameter through its pipes, ten promises a request. For methods all of whose parameters are request parameters.
 */
export const Direct = (): MethodDecorator => (target, method, descriptor) =>
  routeConfig({ direct: { controller: target.constructor as Type, method: method as string } })(
    target,
    method,
    descriptor,
  );

/** A hook of Fastify that gives such routes their handlers. @param instanceOf the application's instance of a controller */
export function callDirectly(fastify: FastifyInstance, instanceOf: (controller: Type) => object): void {
  fastify.addHook('onRoute', (route) => {
    const { direct } = route.config ?? {};
    if (direct) route.handler = handlerOf(instanceOf(direct.controller), direct.method);
  });
}

/** @throws Error for a method with a parameter that is read elsewhere */
function handlerOf(controller: object, method: string): RouteHandlerMethod {
  const answer = (controller as Record<string, (...values: readonly unknown[]) => unknown>)[method];
  const reads = (Reflect.getMetadata(PARAMETERS, controller, method) ?? []) as readonly (Read | undefined)[];
  if (!answer || answer.length !== reads.length || reads.includes(undefined)) {
    throw new Error(
      `${controller.constructor.name}.${method} is direct, but not all of its parameters are read from the request.`,
    );
  }
  const known = reads as readonly Read[];
  return (request) =>
    answer.apply(
      controller,
      known.map((read) => read(request)),
    );
}
