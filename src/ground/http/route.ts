import { HttpCode } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyContextConfig } from 'fastify';

/** Where the main product expects every route of onboarding. */
export const PREFIX = 'api/onboarding';

/** Where the wizard calls business information. */
export const PREFIX_WITHOUT_API = 'onboarding';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Bytes that a body of the route may have; left out: `BODY_LIMIT`. */
    maxBody?: number;
    /** The route is answered during an overload, too. */
    evenOverloaded?: boolean;
    /** Its answers may last for hours. */
    endless?: boolean;
    /** The route needs no token. */
    public?: boolean;
    /** The route exists only for tokens with this scope. */
    scope?: string;
    /** The route exists only for programs on the machine of the service. */
    loopback?: boolean;
  }
}

const MEGABYTE = 1024 * 1024;

/** Bytes that a body may have. */
export const BODY_LIMIT = 100 * 1024;
/** One document without images. */
export const DOCUMENT_BODY_LIMIT = MEGABYTE;
/** Images come as data URIs, and clients send back what they have read, in both spellings. */
export const LARGE_BODY_LIMIT = 32 * MEGABYTE;

/** The metadata key under which Nest's adapter finds Fastify's configuration of a route. */
const { KEY: ROUTE_CONFIG } = RouteConfig({});

/** Adds to Fastify's configuration of a route, or of every route of a controller; `RouteConfig` alone would replace it. */
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
export const LargeBody = () => routeConfig({ maxBody: LARGE_BODY_LIMIT });

/** The route takes one document without images. */
export const DocumentBody = () => routeConfig({ maxBody: DOCUMENT_BODY_LIMIT });

/** The route is answered during an overload, too. */
export const EvenOverloaded = () => routeConfig({ evenOverloaded: true });

/** The route's answers may last for hours: none of them takes one of its user's turns. */
export const Endless = () => routeConfig({ endless: true });

/** For routes whose clients accept only 200 as a success. */
export const Ok = () => HttpCode(200);
