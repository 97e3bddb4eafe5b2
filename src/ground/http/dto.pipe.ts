import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { getMetadataStorage, validate, type ValidationError } from 'class-validator';
import { InvalidInput, type FieldError } from '../problems/problem.js';
import { isJsonObject, pointer, type JsonObject } from '../problems/json.js';

type DtoClass = new () => object;

/**
 * Checks bodies and queries against their DTO class. Fields that the class does not declare are dropped; declared ones are passed
 * on as they are. Open documents must stay unchanged, so nothing is converted or copied deeply (class-transformer would leave out
 * keys such as `toString`).
 */
@Injectable()
export class DtoPipe implements PipeTransform {
  async transform(value: unknown, { type, metatype }: ArgumentMetadata): Promise<unknown> {
    if ((type !== 'body' && type !== 'query') || !metatype || metatype === Object || metatype === String) return value;
    const input = value ?? {};
    if (!isJsonObject(input)) throw new InvalidInput('The body must be a JSON object.');
    const dto = new (metatype as DtoClass)() as JsonObject;
    for (const name of fieldsOf(metatype as DtoClass)) {
      if (Object.hasOwn(input, name)) dto[name] = input[name];
    }
    const errors = await validate(dto, { whitelist: true, forbidUnknownValues: false, stopAtFirstError: true });
    const [first, ...others] = errors.map(toFieldError);
    if (first) throw InvalidInput.of([first, ...others]);
    return dto;
  }
}

const fieldsByClass = new WeakMap<DtoClass, ReadonlySet<string>>();

/** The fields that a DTO class has rules for. */
function fieldsOf(dto: DtoClass): ReadonlySet<string> {
  const earlier = fieldsByClass.get(dto);
  if (earlier) return earlier;
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  const fields = new Set(rules.map(({ propertyName }) => propertyName));
  fieldsByClass.set(dto, fields);
  return fields;
}

function toFieldError({ property, constraints }: ValidationError): FieldError {
  return { pointer: pointer(property), detail: Object.values(constraints ?? {})[0] ?? `${property} is invalid` };
}
