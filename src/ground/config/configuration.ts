import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { inspect } from 'node:util';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  MaxLength,
  Min,
  validateSync,
} from 'class-validator';
import { findProvider } from '../providers/providers.js';
import { Secret } from '../secrets/secret.js';
import { FLOW_IDS, type FlowId } from './wizard-flows.js';

/** Variables by name, as the environment has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One line per variable that is missing or malformed. Names the variables, never shows a value. */
export class ConfigurationError extends Error {
  constructor(readonly complaints: readonly string[]) {
    super(complaints.join('\n'));
  }
}

export interface EncryptionKey {
  readonly id: string;
  readonly key: KeyObject;
}

const POSTGRES_URL = {
  protocols: ['postgres', 'postgresql'],
  require_tld: false,
  require_host: true,
  require_protocol: true,
  // Names of containers have underscores.
  allow_underscores: true,
};
const WEB_URL = { protocols: ['http', 'https'], require_tld: false, require_protocol: true, allow_underscores: true };

/**
 * Every variable that the service knows, under its own name, validated and typed. Read once, at the start: nothing else
 * looks at the environment. Prints and serializes as `[configuration]`.
 */
export class Configuration {
  @IsInt() @Min(0) @Max(65_535) readonly PORT: number;
  @IsString() @MaxLength(255) readonly HOST: string;
  /** Where metrics are served; unset: nowhere. */
  @IsOptional() @IsInt() @Min(0) @Max(65_535) readonly METRICS_PORT?: number;
  /** Milliseconds between a signal to stop and the end of the port, during which readiness fails. */
  @IsInt() @Min(0) @Max(60_000) readonly SHUTDOWN_DELAY_MS: number;
  /** Milliseconds that a turn of the event loop may take on average, before requests are refused; 0 switches it off. */
  @IsInt() @Min(0) @Max(10_000) readonly MAX_EVENT_LOOP_DELAY_MS: number;
  @IsIn(['local', 'production']) readonly DEPLOY_ENV: 'local' | 'production';
  @IsString() @MaxLength(1000) readonly DATA_DIR: string;

  /** The connection of the service, under a role without privileges; unset: the embedded PostgreSQL. */
  @IsOptional() @IsUrl(POSTGRES_URL, { message: '$property must be a postgres:// URL' }) readonly DATABASE_URL?: string;
  /** The connection of the schema's owner; unset: nothing is migrated. */
  @IsOptional()
  @IsUrl(POSTGRES_URL, { message: '$property must be a postgres:// URL' })
  readonly DATABASE_MIGRATION_URL?: string;
  /** The connection over which a process hears of changes that others make; unset: DATABASE_URL. A pooler does not pass them on. */
  @IsOptional()
  @IsUrl(POSTGRES_URL, { message: '$property must be a postgres:// URL' })
  readonly DATABASE_LISTEN_URL?: string;
  /** The connection of operators, numbers and jobs, under a role that sees no documents; unset: there are none of them. */
  @IsOptional()
  @IsUrl(POSTGRES_URL, { message: '$property must be a postgres:// URL' })
  readonly DATABASE_OPERATOR_URL?: string;
  /** Connections per process. */
  @IsInt() @Min(1) @Max(1000) readonly DATABASE_POOL_SIZE: number;
  /** Milliseconds that a request waits for a connection, or for an answer. */
  @IsInt() @Min(100) @Max(60_000) readonly DATABASE_TIMEOUT_MS: number;
  /** Sockets and streams that a process keeps open for users who watch their progress. */
  @IsInt() @Min(0) @Max(1_000_000) readonly LIVE_MAX_CONNECTIONS: number;
  /** Whether the process works on jobs; one that does not only serves. */
  @IsBoolean({ message: '$property must be true or false' }) readonly JOBS: boolean;
  /** Users that a group of the numbers has at least; a smaller one is not shown. */
  @IsInt() @Min(1) @Max(1000) readonly ANALYTICS_MIN_GROUP: number;

  @IsOptional() @IsUrl(WEB_URL, { message: '$property must be an http(s) URL' }) readonly AUTH_JWKS_URL?: string;
  @IsOptional() @IsString() @MaxLength(1000) readonly AUTH_ISSUER?: string;
  @IsOptional() @IsString() @MaxLength(1000) readonly AUTH_AUDIENCE?: string;

  @IsBoolean({ message: '$property must be true or false' }) readonly ENABLE_WEBSITE_BRAND_COLUMNS: boolean;
  /** The wizard that the deployment serves: for users who have not been seen with one. */
  @IsIn(FLOW_IDS) readonly WIZARD_FLOW: FlowId;
  /** Earlier contents that are kept of each document of a user's. */
  @IsInt() @Min(0) @Max(100) readonly DOCUMENT_VERSIONS: number;
  /** Days from the start in which onboarding is to be completed; unset: there is no deadline. */
  @IsOptional() @IsInt() @Min(1) @Max(3650) readonly ONBOARDING_DEADLINE_DAYS?: number;
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']) readonly LOG_LEVEL: string;
  /** Origins as browsers send them: without a path, and without the port that the scheme has anyway. */
  readonly CORS_ORIGINS: readonly string[];
  /** `false`, `true`, a number of hops, or addresses and ranges, as Fastify takes it. */
  readonly TRUST_PROXY: boolean | number | string;

  /** A minute, per user and process; 0 switches it off. */
  @IsInt() @Min(0) readonly RATE_LIMIT_KEY_SAVES: number;
  @IsInt() @Min(0) readonly RATE_LIMIT_KEY_CHECKS: number;
  @IsBoolean({ message: '$property must be true or false' }) readonly WRITE_ENV_FILE: boolean;
  @IsString() @Matches(/\S/) @MaxLength(1000) readonly ENV_FILE: string;
  /** By the provider's id, also where the variable has an alias. */
  readonly PROVIDER_BASE_URLS: Readonly<Record<string, string>>;

  /** HS256. */
  readonly AUTH_JWT_SECRET?: KeyObject;
  /** RS256, ES256 or EdDSA. */
  readonly AUTH_JWT_PUBLIC_KEY?: KeyObject;
  /** The first seals, all open. */
  readonly API_KEY_ENCRYPTION_KEYS: readonly EncryptionKey[];

  readonly #environment: Environment;

  /** @throws ConfigurationError with every complaint at once */
  constructor(environment: Environment) {
    const read = new Reader(environment);
    this.#environment = environment;
    this.DEPLOY_ENV = read.text('DEPLOY_ENV', 'local') as 'local' | 'production';
    const local = this.DEPLOY_ENV !== 'production';
    this.PORT = read.number('PORT', 3000);
    this.HOST = read.text('HOST', local ? '127.0.0.1' : '0.0.0.0');
    this.METRICS_PORT = read.parsed('METRICS_PORT', 'must be a whole number', parseWholeNumber);
    this.SHUTDOWN_DELAY_MS = read.number('SHUTDOWN_DELAY_MS', local ? 0 : 5000);
    this.MAX_EVENT_LOOP_DELAY_MS = read.number('MAX_EVENT_LOOP_DELAY_MS', 200);
    this.DATA_DIR = read.text('DATA_DIR', '.data');
    this.DATABASE_URL = read.optional('DATABASE_URL');
    this.DATABASE_MIGRATION_URL = read.optional('DATABASE_MIGRATION_URL');
    this.DATABASE_LISTEN_URL = read.optional('DATABASE_LISTEN_URL');
    this.DATABASE_OPERATOR_URL = read.optional('DATABASE_OPERATOR_URL');
    this.DATABASE_POOL_SIZE = read.number('DATABASE_POOL_SIZE', 10);
    this.DATABASE_TIMEOUT_MS = read.number('DATABASE_TIMEOUT_MS', 3000);
    this.LIVE_MAX_CONNECTIONS = read.number('LIVE_MAX_CONNECTIONS', 20_000);
    this.JOBS = read.boolean('JOBS', true);
    this.ANALYTICS_MIN_GROUP = read.number('ANALYTICS_MIN_GROUP', 1);
    this.AUTH_JWT_SECRET = read.parsed('AUTH_JWT_SECRET', 'must be at least 32 bytes long', () =>
      // White space at either end is part of the secret, since the signer uses it too.
      parseJwtSecret(environment.AUTH_JWT_SECRET ?? ''),
    );
    this.AUTH_JWT_PUBLIC_KEY = read.parsed(
      'AUTH_JWT_PUBLIC_KEY',
      'must be an RSA (2048 bits or more), P-256 or Ed25519 public key in PEM',
      parsePublicKey,
    );
    this.AUTH_JWKS_URL = read.optional('AUTH_JWKS_URL');
    this.AUTH_ISSUER = read.optional('AUTH_ISSUER');
    this.AUTH_AUDIENCE = read.optional('AUTH_AUDIENCE');
    this.API_KEY_ENCRYPTION_KEYS =
      read.parsed(
        'API_KEY_ENCRYPTION_KEYS',
        'must be a comma-separated list of id:base64 of 32 bytes, each id once',
        parseEncryptionKeys,
      ) ?? [];
    this.WIZARD_FLOW = read.text('WIZARD_FLOW', 'six') as FlowId;
    this.ENABLE_WEBSITE_BRAND_COLUMNS = read.boolean('ENABLE_WEBSITE_BRAND_COLUMNS', false);
    this.DOCUMENT_VERSIONS = read.number('DOCUMENT_VERSIONS', 20);
    this.ONBOARDING_DEADLINE_DAYS = read.parsed('ONBOARDING_DEADLINE_DAYS', 'must be a whole number', parseWholeNumber);
    this.LOG_LEVEL = read.text('LOG_LEVEL', 'info');
    this.CORS_ORIGINS = read.parsed('CORS_ORIGINS', 'must be http(s) origins, comma-separated', parseOrigins) ?? [];
    this.TRUST_PROXY =
      read.parsed('TRUST_PROXY', 'must be true, false, a number or addresses', parseTrustProxy) ?? false;
    this.RATE_LIMIT_KEY_SAVES = read.number('RATE_LIMIT_KEY_SAVES', 600);
    this.RATE_LIMIT_KEY_CHECKS = read.number('RATE_LIMIT_KEY_CHECKS', 60);
    this.WRITE_ENV_FILE = read.boolean('WRITE_ENV_FILE', local);
    this.ENV_FILE = read.text('ENV_FILE', '.env');
    const baseUrls =
      read.parsed(
        'PROVIDER_BASE_URLS',
        'must be a JSON object of provider to https:// URL (http:// only on loopback)',
        parseBaseUrls,
      ) ?? {};
    this.PROVIDER_BASE_URLS = byProvider(baseUrls);
    const unknown = Object.keys(baseUrls).filter((name) => !findProvider(name));
    if (unknown.length > 0) {
      read.complaints.push(`PROVIDER_BASE_URLS must name known providers, not ${unknown.map(readableName).join(', ')}`);
    }

    const invalid = validateSync(this, { forbidUnknownValues: false }).flatMap((e) =>
      Object.values(e.constraints ?? {}).slice(0, 1),
    );
    const complaints = [...read.complaints, ...invalid, ...this.#contradictions(read)];
    if (complaints.length > 0) throw new ConfigurationError(complaints);
  }

  get isLocal(): boolean {
    return this.DEPLOY_ENV === 'local';
  }

  /** The deployment's own key of a provider, by the name of its variable; never shown or returned to a user. */
  deploymentKey(variable: string): Secret | undefined {
    const key = this.#environment[variable]?.trim();
    return key ? new Secret(key) : undefined;
  }

  #contradictions(read: Reader): string[] {
    const keys = ['AUTH_JWT_SECRET', 'AUTH_JWT_PUBLIC_KEY', 'AUTH_JWKS_URL'] as const;
    const set = keys.filter((name) => this[name] !== undefined);
    const complaints: string[] = [];
    if (set.length > 1) complaints.push(`${set.join(' and ')} are set: use one of them`);
    if (this.DEPLOY_ENV === 'production') {
      if (!this.DATABASE_URL) complaints.push('DATABASE_URL must be set while DEPLOY_ENV is production');
      if (!keys.some((name) => read.optional(name))) {
        complaints.push(`One of ${keys.join(', ')} must be set while DEPLOY_ENV is production`);
      }
      if (!read.optional('API_KEY_ENCRYPTION_KEYS')) {
        complaints.push('API_KEY_ENCRYPTION_KEYS must be set while DEPLOY_ENV is production');
      }
    }
    return complaints;
  }

  toJSON(): string {
    return '[configuration]';
  }

  [inspect.custom](): string {
    return '[configuration]';
  }
}

/** Parses variables; a value that cannot be parsed becomes a complaint. A blank variable counts as unset. */
class Reader {
  readonly complaints: string[] = [];

  constructor(private readonly environment: Environment) {}

  optional(name: string): string | undefined {
    return this.environment[name]?.trim() || undefined;
  }

  text(name: string, fallback: string): string {
    return this.optional(name) ?? fallback;
  }

  number(name: string, fallback: number): number {
    return this.parsed(name, 'must be a whole number', parseWholeNumber) ?? fallback;
  }

  boolean(name: string, fallback: boolean): boolean {
    return this.parsed(name, 'must be true or false', parseBoolean) ?? fallback;
  }

  parsed<T>(name: string, expectation: string, parse: (text: string) => T | null): T | undefined {
    const text = this.optional(name);
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value !== null) return value;
    this.complaints.push(`${name} ${expectation}`);
    return undefined;
  }
}

function parseWholeNumber(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function parseBoolean(text: string): boolean | null {
  const value = text.toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(value)) return true;
  return ['false', '0', 'no', 'off'].includes(value) ? false : null;
}

function parseTrustProxy(text: string): boolean | number | string | null {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  const flag = parseBoolean(text);
  if (flag !== null) return flag;
  return listOf(text).every(isProxy) ? listOf(text).join(',') : null;
}

function listOf(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

/** An address, a range of addresses, or one of the names that Fastify has for ranges. */
function isProxy(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits, ...rest] = text.split('/');
  const longest = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  if (bits === undefined) return longest > 0;
  return rest.length === 0 && /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= longest;
}

function parseOrigins(text: string): string[] | null {
  const origins = listOf(text).filter((item) => item !== '');
  return origins.every((item) => isWebUrl(item) && new URL(item).origin === item) ? origins : null;
}

function isWebUrl(text: unknown): boolean {
  return typeof text === 'string' && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** Its UTF-8 bytes are the key: neither hex nor base64 is decoded. */
function parseJwtSecret(text: string): KeyObject | null {
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length >= 32 ? createSecretKey(bytes) : null;
}

function parsePublicKey(text: string): KeyObject | null {
  const pem = text.replaceAll('\\n', '\n');
  // createPublicKey also accepts a private key and derives the public one, but a private key here is a mistake.
  if (pem.includes('PRIVATE KEY')) return null;
  try {
    const key = createPublicKey(pem);
    return isSupported(key) ? key : null;
  } catch {
    return null;
  }
}

function isSupported({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): boolean {
  if (type === 'rsa') return (details?.modulusLength ?? 0) >= 2048;
  return type === 'ed25519' || (type === 'ec' && details?.namedCurve === 'prime256v1');
}

function parseEncryptionKeys(text: string): EncryptionKey[] | null {
  const keys = text.split(',').map((item) => {
    const match = /^([\w.-]{1,64}):([A-Za-z0-9+/_-]{43}=?)$/.exec(item.trim());
    return match?.[1] && match[2] ? { id: match[1], key: createSecretKey(Buffer.from(match[2], 'base64')) } : null;
  });
  const valid = keys.filter((key) => key !== null);
  return valid.length === keys.length && new Set(valid.map((key) => key.id)).size === keys.length ? valid : null;
}

function parseBaseUrls(text: string): Record<string, string> | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const urls = Object.entries(value);
    return urls.every(([, url]) => isBaseUrl(url)) ? Object.fromEntries(urls) : null;
  } catch {
    return null;
  }
}

/** If a provider is listed under its id and an alias, the id wins. */
function byProvider(urls: Readonly<Record<string, string>>): Record<string, string> {
  const byId: Record<string, string> = {};
  for (const [name, url] of Object.entries(urls)) {
    const id = findProvider(name)?.id;
    if (id && (name === id || !(id in byId))) byId[id] = url;
  }
  return byId;
}

/** A misspelt name may be shown; a long one, or one with digits, may be a key in the wrong place. */
const readableName = (name: string) => (/^[a-z_]{1,20}$/i.test(name) ? name : 'a text that may be a key');

/** Keys are sent there, so plain http is only for this machine, and the URL has no credentials, query or fragment. */
function isBaseUrl(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(url);
  if (username || password || search || hash) return false;
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname));
}
