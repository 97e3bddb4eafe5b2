import { describe, expect, it } from '@jest/globals';
import { draftSevenOf, schemasUnder } from './json-schemas.js';

describe('draftSevenOf', () => {
  it.each([
    [{ type: 'string', nullable: true }, { type: ['string', 'null'] }],
    [
      { type: 'string', enum: ['a', 'b'], nullable: true },
      { type: ['string', 'null'], enum: ['a', 'b', null] },
    ],
    [
      { type: 'object', nullable: true, description: 'why', allOf: [{ $ref: '#/components/schemas/A' }] },
      { description: 'why', anyOf: [{ allOf: [{ $ref: '#/components/schemas/A' }] }, { type: 'null' }] },
    ],
    [
      { type: 'string', example: 'x' },
      { type: 'string', examples: ['x'] },
    ],
    [
      { type: 'array', items: { type: 'integer', nullable: true } },
      { type: 'array', items: { type: ['integer', 'null'] } },
    ],
    [
      { type: 'integer', minimum: 1, nullable: false },
      { type: 'integer', minimum: 1 },
    ],
  ])('of %j is %j', (schema, expected) => {
    expect(draftSevenOf(schema)).toEqual(expected);
  });
});

describe('schemasUnder', () => {
  const at = (name: string) => ({ $ref: `#/components/schemas/${name}` });

  it('has what is referred to, at any depth, once, and nothing else', () => {
    const all = {
      List: { type: 'array', items: at('Tree') },
      Tree: { type: 'object', properties: { left: at('Tree'), right: at('Leaf') } },
      Leaf: { type: 'string', nullable: true },
      Other: { type: 'string' },
    };
    const found = schemasUnder([at('List')], all);
    expect(Object.keys(found)).toEqual(['Leaf', 'List', 'Tree']);
    expect(found['Leaf']).toEqual({ type: ['string', 'null'] });
  });
});
