import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { validate, type ValidationError } from 'class-validator';
import { InvalidInput, type FieldError } from './problem.js';
import { isJsonObject, pointer } from './json.js';

/**
 * Checks bodies and queries against their DTO class. Unknown fields are dropped, known ones are taken as they are: open
 * documents must come through untouched, so nothing is converted or copied deeply (class-transformer would leave out keys such
 * as `toString`).
 */
@Injectable()
export class DtoPipe implements PipeTransform {
  async transform(value: unknown, { type, metatype }: ArgumentMetadata): Promise<unknown> {
    if ((type !== 'body' && type !== 'query') || !metatype || metatype === Object || metatype === String) return value;
    const given = value ?? {};
    if (!isJsonObject(given)) throw new InvalidInput('The body must be a JSON object.');
    // An own `constructor` would hide the class from the validator, and with it every rule.
    const { constructor: _, ...fields } = given;
    const dto = Object.assign(new metatype() as object, fields);
    const errors = await validate(dto, { whitelist: true, forbidUnknownValues: false, stopAtFirstError: true });
    const [first, ...others] = errors.map(toFieldError);
    if (first) throw InvalidInput.of([first, ...others]);
    return dto;
  }
}

function toFieldError({ property, constraints }: ValidationError): FieldError {
  return { pointer: pointer(property), detail: Object.values(constraints ?? {})[0] ?? `${property} is invalid` };
}
