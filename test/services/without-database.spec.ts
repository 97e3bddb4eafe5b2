import { MikroORM } from '@mikro-orm/postgresql';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import { Configuration } from '../../src/ground/config/configuration.js';
import { ConfigurationModule } from '../../src/ground/config/configuration.module.js';
import { DatabaseModule } from '../../src/onboarding/database/database.module.js';
import { OnboardingDatabaseService } from '../../src/onboarding/database/onboarding-database.service.js';
import type { Session } from '../../src/onboarding/database/session.js';
import type { Row } from '../../src/storage/wire/statement.js';
import { UserDatabase } from '../../src/onboarding/database/user-database.js';
import { OnboardingProgressService } from '../../src/onboarding/progress/onboarding-progress.service.js';
import { ProgressModule } from '../../src/onboarding/progress/progress.module.js';
import { StepStatus } from '../../src/onboarding/flow/step-status.js';

const API_KEY_ENCRYPTION_KEYS = `test:${Buffer.alloc(32, 1).toString('base64')}`;
const STARTED = '2026-01-02T03:04:05.000Z';

/** Modules as they are, but for what stands in for the database: this is how a host application tests its own use of them. */
function without(database: Partial<UserDatabase>) {
  return Test.createTestingModule({
    imports: [
      ConfigurationModule.forRoot(new Configuration({ API_KEY_ENCRYPTION_KEYS })),
      DatabaseModule,
      ProgressModule,
    ],
  })
    .overrideProvider(MikroORM)
    .useValue({ close: () => Promise.resolve() })
    .overrideProvider(UserDatabase)
    .useValue(database);
}

describe('a service without a database', () => {
  it('OnboardingDatabaseService takes the door to users’ data by injection', async () => {
    const readers: string[] = [];
    const session: Row = {
      id: '019a0000-0000-7000-8000-000000000001',
      user_id: 'alice',
      revision: 3,
      steps: { api_keys: { status: StepStatus.Completed, completed_at: STARTED } },
      current_step: null,
      percentage_floor: 50,
      started_at: STARTED,
      updated_at: STARTED,
      completed_at: null,
      validation_errors: {},
    };
    const module = await without({
      readForUser: (userId, { parse }) => {
        readers.push(userId);
        return Promise.resolve(parse([{ session }]));
      },
    }).compile();
    const service = module.get(OnboardingDatabaseService);
    expect(await service.getSessionByUser('alice')).toMatchObject({ userId: 'alice', revision: 3 });
    expect(await service.getOnboardingStatus('alice')).toEqual({
      is_completed: false,
      current_step: 2,
      completion_percentage: 50,
      started_at: STARTED,
      completed_at: null,
    });
    expect(readers).toEqual(['alice', 'alice']);
    await module.close();
  });

  it('OnboardingProgressService takes OnboardingDatabaseService by injection', async () => {
    const sessions = new Map<string, Session>([
      [
        'alice',
        {
          id: '019a0000-0000-7000-8000-000000000001',
          userId: 'alice',
          revision: 1,
          updatedAt: new Date(STARTED),
          progress: {
            steps: {},
            currentStep: 'research',
            percentageFloor: 25,
            startedAt: new Date(STARTED),
            completedAt: null,
            flow: null,
            onboardingType: null,
          },
        },
      ],
    ]);
    const module = await without({})
      .overrideProvider(OnboardingDatabaseService)
      .useValue({ getSessionByUser: (userId: string) => Promise.resolve(sessions.get(userId) ?? null) })
      .compile();
    const service = module.get(OnboardingProgressService);
    expect(await service.getOnboardingStatus('alice')).toMatchObject({
      current_step: 3,
      completion_percentage: 25,
      started_at: STARTED,
    });
    expect(await service.getOnboardingStatus('bob')).toMatchObject({ current_step: 1, started_at: null });
    await module.close();
  });
});
