import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';

/** The schemas of an OpenAPI document that these refer to, and what those refer to, in draft 7 of JSON Schema. */
export function schemasUnder(
  parts: readonly unknown[],
  all: Readonly<Record<string, JsonObject>>,
): Readonly<Record<string, JsonObject>> {
  const found = new Map<string, JsonObject>();
  const look = (part: unknown) => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      const schema = all[name];
      if (!schema || found.has(name)) continue;
      found.set(name, draftSevenOf(schema) as JsonObject);
      look(schema);
    }
  };
  look(parts);
  return Object.fromEntries([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** A schema of OpenAPI 3.0 in draft 7 of JSON Schema, which has neither `nullable` nor `example`. */
export function draftSevenOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(draftSevenOf);
  if (!isJsonObject(schema)) return schema;
  const { nullable, example, ...others } = schema;
  const members = Object.entries(others).map(([key, value]) => [key, draftSevenOf(value)] as const);
  const same: JsonObject = {
    ...Object.fromEntries(members),
    ...(example !== undefined && { examples: [example] }),
  };
  return nullable === true ? orNull(same) : same;
}

function orNull({ type, enum: values, allOf, ...others }: JsonObject): JsonObject {
  if (allOf) return { ...others, anyOf: [{ allOf }, { type: 'null' }] };
  const enumeration = Array.isArray(values) && { enum: [...(values as unknown[]), null] };
  return { ...others, type: [type, 'null'], ...enumeration };
}
