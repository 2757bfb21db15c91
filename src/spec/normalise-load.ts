import { partsOf } from '../domain/placeholder.ts';
import type { LoadSpec, RequestSpec, Threshold } from '../domain/spec.ts';
import { defaults } from './defaults.ts';
import { certain } from './normalise-pieces.ts';
import type { SpecFile } from './schema.ts';
import { methods } from './schema-load.ts';
import type { Path } from './source.ts';
import { parseThreshold } from './threshold.ts';
import { parseDuration, parseRate } from './units.ts';

type PlanFile = NonNullable<SpecFile['load']>[string];
type RequestFile = NonNullable<PlanFile['requests']>[number];
type Written = (path: Path) => string | undefined;

export function loadSpecs(file: SpecFile['load'], written: Written): LoadSpec[] {
  return Object.entries(file ?? {}).map(([name, plan]) => loadSpec(name, plan, written));
}

function loadSpec(name: string, file: PlanFile, written: Written): LoadSpec {
  const common = { name, expect: (file.expect ?? []).map(threshold) };
  if (file.plan !== undefined) {
    const properties = asWritten(file.properties, ['load', name, 'properties'], written);
    return { ...common, model: 'plan', plan: file.plan, properties };
  }
  const requests = certain(file.requests).map((request, index) =>
    requestSpec(request, ['load', name, 'requests', index], written),
  );
  const duration = certain(parseDuration(certain(file.duration)));
  if (file.rate !== undefined) {
    return { ...common, model: 'open', rate: certain(parseRate(file.rate)), duration, requests };
  }
  return {
    ...{ ...common, model: 'closed', users: certain(file.users), duration, requests },
    rampUp: certain(parseDuration(file.ramp_up ?? defaults.rampUp)),
    pace: certain(parseDuration(file.pace ?? defaults.pace)),
  };
}

function threshold(text: string): Threshold {
  const parsed = parseThreshold(text);
  return certain('message' in parsed ? undefined : parsed);
}

function requestSpec(file: RequestFile, path: Path, written: Written): RequestSpec {
  const method = certain(methods.find((each) => file[each] !== undefined));
  const target = certain(file[method]);
  const { status, body } = file.expect ?? {};
  return {
    name: file.name ?? `${method.toUpperCase()} ${target}`,
    method: method.toUpperCase(),
    path: target,
    ...bodyOf(file, path, written),
    expect: { ...(status !== undefined && { status }), ...(body !== undefined && { body }) },
  };
}

/** A body with its type, unless the file's own headers have another. */
function bodyOf(file: RequestFile, path: Path, written: Written): Pick<RequestSpec, 'headers' | 'body'> {
  const [type, body] =
    file.json !== undefined
      ? ['application/json', JSON.stringify(file.json)]
      : file.form !== undefined
        ? ['application/x-www-form-urlencoded', formBody(asWritten(file.form, [...path, 'form'], written))]
        : ['text/plain; charset=UTF-8', file.body];
  const given = file.headers ?? {};
  if (body === undefined) return { headers: given };
  const typed = Object.keys(given).some((name) => name.toLowerCase() === 'content-type');
  return { headers: typed ? given : { 'Content-Type': type, ...given }, body };
}

function formBody(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .join('&');
}

/** Placeholders are left as they are: what they give needs no encoding. */
function encoded(text: string): string {
  return partsOf(text)
    .map((part) => (typeof part === 'string' ? encodeURIComponent(part).replaceAll('%20', '+') : part.token))
    .join('');
}

/** Values as written: `1.10` stays `1.10`. */
function asWritten(
  given: Readonly<Record<string, string | number | boolean>> | undefined,
  path: Path,
  written: Written,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given ?? {}).map(([name, value]) => [name, written([...path, name]) ?? String(value)]),
  );
}
