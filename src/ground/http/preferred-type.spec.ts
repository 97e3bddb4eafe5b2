import { describe, expect, it } from '@jest/globals';
import { preferredType } from './preferred-type.js';

const JSON_TYPE = 'application/json';
const CSV = 'text/csv';

describe('the media type that a caller prefers', () => {
  it.each([
    [undefined, JSON_TYPE],
    ['', JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/json', JSON_TYPE],
    ['text/csv', CSV],
    ['TEXT/CSV', CSV],
    ['text/csv; charset=utf-8; header=present', CSV],
    ['text/*', CSV],
    ['text/csv, */*', CSV],
    ['*/*, text/csv', CSV],
    ['text/csv, */*;q=0.1', CSV],
    ['text/csv, application/json', CSV],
    ['application/json, text/csv', JSON_TYPE],
    ['text/csv;q=0.5, application/json;q=0.4', CSV],
    ['text/csv;q=0.4, application/json;q=0.5', JSON_TYPE],
    ['text/csv;q=0.4, */*', JSON_TYPE],
    ['application/json;q=0, */*', CSV],
    ['text/csv;q=0', JSON_TYPE],
    ['text/csv;q=0, text/*', JSON_TYPE],
    ['text/csv;q=high', JSON_TYPE],
    ['text/csv ; Q = 0.9', CSV],
    ['text/html', JSON_TYPE],
    ['nonsense;;,=', JSON_TYPE],
  ])('of %j is %s', (accept, expected) => {
    expect(preferredType(accept, [JSON_TYPE, CSV])).toBe(expected);
  });
});
