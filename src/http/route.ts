import { HttpCode } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';

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
  }
}

const MEGABYTE = 1024 * 1024;

/** Bytes that a body may have. */
export const BODY_LIMIT = 100 * 1024;
export const LARGE_BODY_LIMIT = 10 * MEGABYTE;

/** The route takes documents with images in them. */
export const LargeBody = () => RouteConfig({ largeBody: true });

/** The route is answered however much there is to do. */
export const EvenOverloaded = () => RouteConfig({ evenOverloaded: true });

/** The client takes nothing but 200 for a success. */
export const Ok = () => HttpCode(200);
