import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createContext, SourceTextModule } from 'node:vm';
import ts from 'typescript';

/** All that the modules find besides the language itself; a browser has them too. */
const GLOBALS = { Request, Headers, FormData, URLSearchParams };

/** The one module that is not of this project, as a page's import map would name it. */
const PACKAGES: Readonly<Record<string, string>> = { 'openapi-fetch': 'node_modules/openapi-fetch/dist/index.mjs' };

/**
 * Loads a module of TypeScript and what it imports as a page of that origin would: without Node, and with a `fetch` that asks
 * before it sends and shows only what the other side allows. Whatever else a module reaches for is a ReferenceError.
 */
export async function loadModuleInPage<T>(path: string, origin: string): Promise<T> {
  const context = createContext({ ...GLOBALS, fetch: (request: Request) => fetchAcross(origin, request) });
  const loaded = new Map<string, SourceTextModule>();
  const load = (file: string): SourceTextModule => {
    const cached = loaded.get(file);
    if (cached) return cached;
    const source = readFileSync(file, 'utf8');
    const code = file.endsWith('.ts') ? javascriptOf(source) : source;
    const module = new SourceTextModule(code, { context, identifier: file });
    loaded.set(file, module);
    return module;
  };
  const page = load(path);
  await page.link((specifier, { identifier }) =>
    load(PACKAGES[specifier] ?? join(dirname(identifier), specifier.replace(/\.js$/, '.ts'))),
  );
  await page.evaluate();
  return page.namespace as T;
}

function javascriptOf(source: string): string {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

/** The fetch of a browser across origins (https://fetch.spec.whatwg.org/#http-cors-protocol), as far as it is needed here. */
async function fetchAcross(origin: string, request: Request): Promise<Response> {
  const named = [...request.headers.keys()].filter((name) => !['accept', 'accept-language'].includes(name)).toSorted();
  const preflight = await fetch(request.url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': request.method,
      'access-control-request-headers': named.join(','),
    },
  });
  const allowed = (name: string) => listOf(preflight.headers.get(`access-control-allow-${name}`));
  const allowedHeaders = allowed('headers').map((name) => name.toLowerCase());
  const isAllowed =
    preflight.ok &&
    allowed('origin').includes(origin) &&
    (request.method === 'GET' || allowed('methods').includes(request.method)) &&
    named.every((name) => allowedHeaders.includes(name));
  if (!isAllowed) throw new TypeError('Failed to fetch');
  const sent = new Request(request, { headers: { ...Object.fromEntries(request.headers), origin } });
  const response = await fetch(sent);
  if (response.headers.get('access-control-allow-origin') !== origin) throw new TypeError('Failed to fetch');
  const shown = ['content-type', 'content-length', ...listOf(response.headers.get('access-control-expose-headers'))];
  const headers = [...response.headers].filter(([name]) => shown.some((other) => other.toLowerCase() === name));
  return new Response(await response.text(), { status: response.status, headers });
}

function listOf(header: string | null): string[] {
  return header?.split(/,\s*/) ?? [];
}
