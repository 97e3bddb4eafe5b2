import { expect } from '@jest/globals';
import type { FlowId } from '../../../src/ground/config/wizard-flows.js';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import type { FieldError } from '../../../src/ground/problems/problem.js';
import type { TestApp } from '../service/app.js';
import type { Answer, Client } from '../service/client.js';
import { headersOf } from './operated-user.js';
import type { StepPost } from './step-posts.js';

const DAY_MS = 24 * 60 * 60 * 1000;

type Requirements = JsonObject & { readonly position: string; readonly deadline: string | null };

/** One user whose posts are previewed before they are sent. */
export class PreviewedUser {
  readonly #earlier: string[] = [];

  private constructor(
    private readonly client: Client,
    /** Days that a user of the deployment has. */
    private readonly deadlineDays: number,
  ) {}

  static async of(app: TestApp, userId: string, deadlineDays = 0): Promise<PreviewedUser> {
    return new PreviewedUser(await app.as(userId), deadlineDays);
  }

  /** Holds that a preview said what completing the step then answers and leads to. Returns the status of that. */
  async post({ number, flow, posted }: StepPost): Promise<number> {
    const data = await this.#textOf(posted, flow);
    this.#earlier.push(data);
    return this.send(number, `{"data":${data}}`, flow);
  }

  /** The same of a body as it is. */
  async send(number: number, body: string, flow?: FlowId): Promise<number> {
    const headers = headersOf(flow);
    const before = await this.#requirements(flow);
    const since = Date.now();
    const preview = await this.client.send('POST', `/step/${number}/validate`, body, headers);
    const answer = await this.client.send('POST', `/step/${number}/complete`, body, headers);
    const after = await this.#requirements(flow);
    const at = { number, flow, body: body.slice(0, 3000) };
    if (preview.status !== 200) {
      // The request is none: no step of that number, or no JSON object that can be kept.
      expect({ at, status: preview.status, ...sayingsOf(preview) }).toEqual({
        ...{ at, status: answer.status },
        ...sayingsOf(answer),
      });
      expect([at, [400, 404].includes(preview.status)]).toEqual([at, true]);
      expect(after).toEqual(before);
      return answer.status;
    }
    const { requirements_after: expected, ...outcome } = preview.body as JsonObject;
    expect({ at, ...outcome }).toEqual({ at, ...outcomeOf(answer) });
    const { position, ...rest } = this.#ofThatMoment(expected as Requirements, since);
    expect([at, position]).toEqual([at, before.position]);
    const { position: _, ...reached } = this.#ofThatMoment(answer.status === 200 ? after : before, since);
    expect({ at, status: answer.status, requirements: rest }).toEqual({
      ...{ at, status: answer.status },
      requirements: reached,
    });
    if (answer.status !== 200) expect([at, after]).toEqual([at, before]);
    return answer.status;
  }

  async #textOf(posted: StepPost['posted'], flow: FlowId | undefined): Promise<string> {
    switch (posted.is) {
      case 'text':
        return posted.data;
      case 'earlier':
        return this.#earlier.at(-posted.back) ?? 'null';
      case 'read': {
        const { body } = await this.client.get(`/step/${posted.step}`, headersOf(flow));
        return JSON.stringify({ ...body.data, ...posted.more });
      }
    }
  }

  async #requirements(flow: FlowId | undefined): Promise<Requirements> {
    const { status, body } = await this.client.get('/requirements', headersOf(flow));
    expect([status, body]).toEqual([200, expect.anything()]);
    return body as Requirements;
  }

  /** Times from a moment on are the same for all: a preview and what it is about have each their own. */
  #ofThatMoment(requirements: Requirements, since: number): Requirements {
    const start = (time: string) => new Date(time).getTime() - this.deadlineDays * DAY_MS;
    const dated = JSON.stringify(requirements, (key, value: unknown) => {
      if (typeof value !== 'string') return value;
      if (key === 'since') return new Date(value).getTime() >= since ? 'then' : value;
      if (key === 'deadline' || key === 'due_at') return start(value) >= since ? 'in time' : value;
      return value;
    });
    return JSON.parse(dated) as Requirements;
  }
}

function sayingsOf({ body }: Answer): { readonly detail: unknown; readonly errors: unknown } {
  return { detail: body.detail, errors: body.errors };
}

/** What a preview of this answer is to say. */
function outcomeOf({ status, body }: Answer): JsonObject {
  if (status === 200) return { can_proceed: true, validation_errors: [], errors: [], warnings: body.warnings ?? [] };
  const errors = (body.errors as FieldError[] | undefined) ?? [{ pointer: '', detail: body.detail as string }];
  expect([status, body]).toEqual([[400, 413].includes(status) ? status : '400 or 413', expect.anything()]);
  return { can_proceed: false, validation_errors: errors.map(({ detail }) => detail), errors, warnings: [] };
}
