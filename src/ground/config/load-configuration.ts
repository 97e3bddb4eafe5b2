import { readFileSync } from 'node:fs';
import { Configuration, ConfigurationError, type Environment } from './configuration.js';
import { parseEnvFile } from './env-block.js';
import { localSecrets } from './local-secrets.js';

/**
 * The environment of the process over the lines of `.env`: what is set outside wins.
 * @throws ConfigurationError when there is a `.env` that cannot be read
 */
export function readEnvironment(file = '.env'): Environment {
  return { ...readEnvFile(file), ...process.env };
}

function readEnvFile(file: string): Environment {
  try {
    return parseEnvFile(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    throw code === undefined ? error : new ConfigurationError([`${file} cannot be read (${code})`]);
  }
}

/**
 * The configuration of this process. Local development gets the secrets that it lacks from DATA_DIR.
 * @throws ConfigurationError
 */
export function loadConfiguration(environment: Environment = readEnvironment()): Configuration {
  const configuration = new Configuration(environment);
  if (!configuration.isLocal) return configuration;
  const { AUTH_JWT_SECRET, AUTH_JWT_PUBLIC_KEY, AUTH_JWKS_URL, API_KEY_ENCRYPTION_KEYS } = configuration;
  const verificationKey = AUTH_JWT_SECRET ?? AUTH_JWT_PUBLIC_KEY ?? AUTH_JWKS_URL;
  if (verificationKey && API_KEY_ENCRYPTION_KEYS.length > 0) return configuration;
  const secrets = localSecrets(configuration.DATA_DIR);
  return new Configuration({
    ...environment,
    ...(verificationKey ? {} : { AUTH_JWT_SECRET: secrets.jwtSecret }),
    ...(API_KEY_ENCRYPTION_KEYS.length > 0 ? {} : { API_KEY_ENCRYPTION_KEYS: secrets.encryptionKey }),
  });
}
