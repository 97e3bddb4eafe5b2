import {
  type CanActivate,
  ForbiddenException,
  Injectable,
  Module,
  ValidationPipe,
  type ExecutionContext,
} from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, type Environment } from '../../src/ground/config/configuration.js';
import { OnboardingModule } from '../../src/onboarding.module.js';
import { OnboardingProgressService } from '../../src/onboarding/progress/onboarding-progress.service.js';
import { KeyLending } from '../../src/operations/internal/key-lending.service.js';
import { ArticleBriefs, HostModule } from '../example/host-application.js';
import { TestDatabase } from '../support/database/database.js';
import { API_ROUTES } from '../support/service/routes.js';
import { scratchDirectory } from '../support/process/scratch-directory.js';
import { sample } from '../support/data/samples.js';

const API_KEY_ENCRYPTION_KEYS = `host:${Buffer.alloc(32, 7).toString('base64')}`;

const settingsOf = ({ appUrl }: TestDatabase) => ({ DATABASE_URL: appUrl, API_KEY_ENCRYPTION_KEYS });

const QUIET = { logger: false, abortOnError: false } as const;

/** The host's own way to let callers in. */
class HostGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.switchToHttp().getRequest<FastifyRequest>().headers['x-host'] !== 'let me in')
      throw new ForbiddenException();
    return true;
  }
}

/** The host as it starts: its own pipe and guard, and nothing of the service's `configureApp()`. */
async function startHost(database: TestDatabase): Promise<NestFastifyApplication> {
  const host = await NestFactory.create<NestFastifyApplication>(
    HostModule.forRoot(settingsOf(database)),
    new FastifyAdapter(),
    QUIET,
  );
  host.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
  host.useGlobalGuards(new HostGuard());
  return host.init();
}

describe('another application that imports OnboardingModule', () => {
  let database: TestDatabase;
  let host: NestFastifyApplication;
  let briefs: ArticleBriefs;

  beforeAll(async () => {
    database = await TestDatabase.create();
    host = await startHost(database);
    briefs = host.get(ArticleBriefs);
  });
  afterAll(async () => {
    await host.close();
    await database.drop();
  });

  const headers = { 'x-host': 'let me in' };

  it('has its own routes and none of onboarding’s', async () => {
    const routes = host.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
    expect(routes).toMatch(/articles/);
    expect(routes).not.toMatch(/onboarding|health|docs|openapi|step|internal/);
    expect(API_ROUTES.length).toBeGreaterThan(40);
    for (const route of API_ROUTES) {
      const [method = '', path = ''] = route.split(' ');
      const answer = await host.inject({ method: method as 'GET', url: path.replaceAll(/:\w+/g, '1'), headers });
      expect([route, answer.statusCode]).toEqual([route, 404]);
    }
  });

  it('keeps its pipe: it makes an instance of the class, and refuses what the class does not know', async () => {
    const post = (payload: object) => host.inject({ method: 'POST', url: '/articles', headers, payload });
    const created = await post({ title: 'Bicycles' });
    expect([created.statusCode, created.json()]).toEqual([201, { title: 'Bicycles', kind: 'NewArticle' }]);
    const refused = await post({ title: 'Bicycles', more: true });
    expect([refused.statusCode, refused.headers['content-type']]).toEqual([400, 'application/json; charset=utf-8']);
    expect(refused.json()).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      message: ['property more should not exist'],
    });
  });

  it('keeps its guard and its way to say no: no token is asked for', async () => {
    const refused = await host.inject({ method: 'GET', url: '/articles/alice/brief' });
    expect([refused.statusCode, refused.json()]).toEqual([403, { statusCode: 403, message: 'Forbidden' }]);
    expect(refused.headers['www-authenticate']).toBeUndefined();
    expect((await host.inject({ method: 'GET', url: '/articles/alice/brief', headers })).statusCode).toBe(200);
  });

  it('uses the services for the user that it names, and no other', async () => {
    const progress = await briefs.progress.forUser('host.alice');
    await progress.markStepCompleted(2, sample(2).data);
    expect(await briefs.keys.save('host.alice', 'openai', 'sk-of-the-host-1')).toEqual([]);
    await briefs.database.saveResearchPreferences('host.alice', { research_depth: 'Deep' });

    expect(await briefs.brief('host.alice')).toMatchObject({ has_key: true, website_url: 'https://example.com' });
    expect(await briefs.keys.list('host.alice')).toEqual({ openai: '********st-1' });
    expect(await briefs.keys.use('host.alice', 'openai', (key) => Promise.resolve(key.reveal()))).toBe(
      'sk-of-the-host-1',
    );
    expect(await briefs.data.getUserResearchPreferences('host.alice')).toMatchObject({ research_depth: 'Deep' });
    expect((await briefs.data.getPersonalizedAiInputs('host.alice')).meta.personalized).toBe(true);

    for (const other of ['host_alice', 'Host.alice', 'host.bob']) {
      expect(await briefs.brief(other)).toMatchObject({ current_step: 1, has_key: false, website_url: null });
      expect(await briefs.keys.list(other)).toEqual({});
      expect(await briefs.data.getUserWebsiteAnalysis(other)).toBeNull();
      expect((await briefs.data.getPersonalizedAiInputs(other)).meta.personalized).toBe(false);
      expect(await briefs.database.getSessionByUser(other)).toBeNull();
    }
    const owners = await database.query<{ user_id: string }>('select distinct user_id from onboarding_sessions');
    expect(owners).toEqual([{ user_id: 'host.alice' }]);
  });

  it('lends keys to services of the host, and records who took them', async () => {
    @Injectable()
    class Lender {
      constructor(readonly lending: KeyLending) {}
    }
    @Module({ imports: [OnboardingModule.forRoot(settingsOf(database))], providers: [Lender] })
    class HostThatLends {}
    await briefs.keys.save('host.lent', 'openai', 'sk-of-the-host-3');
    const context = await NestFactory.createApplicationContext(HostThatLends, QUIET);
    try {
      const service = { id: 'host.writer', email: null, firstName: null, lastName: null, scopes: new Set<string>() };
      const lent = await context.get(Lender).lending.lend(service, 'host.lent', 'openai');
      expect(lent).toEqual({ provider: 'openai', api_key: 'sk-of-the-host-3', source: 'user' });
    } finally {
      await context.close();
    }
    expect(await database.query('select user_id, actor, action, subject from access_events')).toEqual([
      { user_id: 'host.lent', actor: 'host.writer', action: 'api_key_lent', subject: 'openai' },
    ]);
  });

  it.each([
    ['as it comes', undefined, false],
    ['but where the host wants them there', 'true', true],
  ])('keeps saved keys out of files, %s', async (_when, WRITE_ENV_FILE, isWritten) => {
    const directory = scratchDirectory();
    const ENV_FILE = join(directory, '.env');
    const settings = { ...settingsOf(database), ENV_FILE, ...(WRITE_ENV_FILE ? { WRITE_ENV_FILE } : {}) };
    const context = await NestFactory.createApplicationContext(HostModule.forRoot(settings), QUIET);
    try {
      await context.get(ArticleBriefs).keys.save('host.files', 'openai', 'sk-of-the-host-2');
      expect(existsSync(ENV_FILE)).toBe(isWritten);
    } finally {
      await context.close();
      rmSync(directory, { recursive: true });
    }
  });
});

describe('what OnboardingModule is given', () => {
  const url = 'postgres://app@127.0.0.1:1/none';
  const complaintsOf = (settings: Environment): unknown => {
    try {
      return OnboardingModule.forRoot(settings);
    } catch (error) {
      if (error instanceof ConfigurationError) return error.complaints;
      throw error;
    }
  };

  it.each<[string, Environment, string[]]>([
    ['no database', { API_KEY_ENCRYPTION_KEYS }, ['DATABASE_URL must be set']],
    ['an empty one', { API_KEY_ENCRYPTION_KEYS, DATABASE_URL: ' ' }, ['DATABASE_URL must be set']],
    ['no keys', { DATABASE_URL: url }, ['API_KEY_ENCRYPTION_KEYS must be set']],
    ['neither', {}, ['DATABASE_URL must be set', 'API_KEY_ENCRYPTION_KEYS must be set']],
    ['no URL', { API_KEY_ENCRYPTION_KEYS, DATABASE_URL: 'here' }, ['DATABASE_URL must be a postgres:// URL']],
    [
      'no key that is one',
      { DATABASE_URL: url, API_KEY_ENCRYPTION_KEYS: 'a:b' },
      ['API_KEY_ENCRYPTION_KEYS must be a comma-separated list of id:base64 of 32 bytes, each id once'],
    ],
  ])('is refused before anything starts: %s', (_what, settings, complaints) => {
    expect(complaintsOf(settings)).toEqual(complaints);
  });

  it('comes from nowhere else', () => {
    process.env['DATABASE_URL'] = url;
    process.env['API_KEY_ENCRYPTION_KEYS'] = API_KEY_ENCRYPTION_KEYS;
    try {
      expect(complaintsOf({})).toEqual(['DATABASE_URL must be set', 'API_KEY_ENCRYPTION_KEYS must be set']);
    } finally {
      delete process.env['DATABASE_URL'];
      delete process.env['API_KEY_ENCRYPTION_KEYS'];
    }
  });
});

describe('two databases in one process', () => {
  let databases: [TestDatabase, TestDatabase];

  beforeAll(async () => {
    databases = [await TestDatabase.create(), await TestDatabase.create()];
  });
  afterAll(async () => {
    for (const database of databases) await database.drop();
  });

  it('do not mix in two applications, and each ends with its own', async () => {
    const [first, second] = [await startHost(databases[0]), await startHost(databases[1])];
    try {
      const [one, two] = [first.get(ArticleBriefs), second.get(ArticleBriefs)];
      expect(one).not.toBe(two);
      // At once, so that whatever they shared would show.
      await Promise.all([
        one.progress.updateProgress('same', 30),
        two.progress.updateProgress('same', 60),
        one.keys.save('same', 'openai', 'sk-in-the-first-1'),
        two.keys.save('same', 'gemini', 'key-in-the-second-1'),
      ]);
      expect(await one.keys.list('same')).toEqual({ openai: '********st-1' });
      expect(await two.keys.list('same')).toEqual({ gemini: '********nd-1' });
      const providersIn = (database: TestDatabase) =>
        database.query(`select provider from api_keys where user_id = 'same'`);
      expect(await Promise.all(databases.map(providersIn))).toEqual([
        [{ provider: 'openai' }],
        [{ provider: 'gemini' }],
      ]);
      expect((await one.progress.getOnboardingStatus('same')).completion_percentage).toBe(30);
      await first.close();
      expect((await two.progress.getOnboardingStatus('same')).completion_percentage).toBe(60);
      await expect(one.progress.getOnboardingStatus('same')).rejects.toThrow();
    } finally {
      await first.close();
      await second.close();
    }
  });

  it('are refused in one application, where they would mix', async () => {
    @Module({ imports: databases.map((database) => OnboardingModule.forRoot(settingsOf(database))) })
    class TwoDatabases {}
    const started = NestFactory.createApplicationContext(TwoDatabases, QUIET);
    await expect(started).rejects.toThrow(ConfigurationError);
    await expect(started).rejects.toThrow('imported twice with different settings');
  });

  it('do not touch settings that the host has under names of its own', async () => {
    const [database] = databases;
    @Module({
      imports: [
        ConfigModule.forRoot({ ignoreEnvFile: true, isGlobal: true, load: [() => ({ onboarding: 'the host’s own' })] }),
        OnboardingModule.forRoot(settingsOf(database)),
      ],
    })
    class HostWithSettings {}
    const context = await NestFactory.createApplicationContext(HostWithSettings, QUIET);
    try {
      expect(context.get(ConfigService).get('onboarding')).toBe('the host’s own');
      const progress = context.get(OnboardingProgressService, { strict: false });
      expect((await progress.getOnboardingStatus('nobody')).current_step).toBe(1);
    } finally {
      await context.close();
    }
  });
});
