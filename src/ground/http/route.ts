import { HttpCode } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyContextConfig } from 'fastify';

/** Where the main product expects every route of onboarding. */
export const PREFIX = 'api/onboarding';

/** Where the wizard calls business information. */
export const PREFIX_WITHOUT_API = 'onboarding';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route takes documents with images in them. */
    largeBody?: boolean;
    /** The route is answered however much there is to do. */
    evenOverloaded?: boolean;
    /** The route needs no token. */
    public?: boolean;
    /** The route is there for tokens with this scope alone. */
    scope?: string;
  }
}

const MEGABYTE = 1024 * 1024;

/** Bytes that a body may have. */
export const BODY_LIMIT = 100 * 1024;
/** Images come as data URIs, and what was read comes back in both of its spellings. */
export const LARGE_BODY_LIMIT = 32 * MEGABYTE;

/** Where Nest's adapter looks for what Fastify is to know of a route. */
const { KEY: ROUTE_CONFIG } = RouteConfig({});

/** Adds to what Fastify knows of a route, or of every route of a controller: `RouteConfig` alone would replace it. */
export function routeConfig(more: FastifyContextConfig): MethodDecorator & ClassDecorator {
  return (target: object, _key?: string | symbol, method?: PropertyDescriptor) => {
    const { prototype } = target as { prototype?: object };
    for (const { value } of method ? [method] : Object.values(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value !== 'function') continue;
      const config = Reflect.getMetadata(ROUTE_CONFIG, value as object) as FastifyContextConfig | undefined;
      Reflect.defineMetadata(ROUTE_CONFIG, { ...config, ...more }, value as object);
    }
  };
}

/** The route takes documents with images in them. */
export const LargeBody = () => routeConfig({ largeBody: true });

/** The route is answered however much there is to do. */
export const EvenOverloaded = () => routeConfig({ evenOverloaded: true });

/** The client takes nothing but 200 for a success. */
export const Ok = () => HttpCode(200);
