import { entries, isBranch, pick, texts } from './data.ts';
import { didYouMean } from './nearest.ts';
import { textComplaint } from './rules-load.ts';
import { methods } from './schema-load.ts';
import type { Complaint, Finding, Path } from './source.ts';
import { parseThreshold } from './threshold.ts';
import { parseDuration } from './units.ts';

/** What the keys of a load plan must agree on. */
export function loadFindings(data: unknown): Finding[] {
  return entries(data, ['load']).flatMap(([name, plan]) => {
    const path: Path = ['load', name];
    const own = isBranch(plan) && !Array.isArray(plan) ? planFindings(data, path, plan) : [];
    return [...nameFindings(path, String(name)), ...own];
  });
}

/** `relevo load report` is a command: a plan of that name could never be run. */
function nameFindings(path: Path, name: string): Finding[] {
  if (!['check', 'export', 'report'].includes(name)) return [];
  const message = `\`relevo load ${name}\` is a command, so no load plan has that name`;
  return [{ path, key: true, message, hint: `for example \`${name}-plan\`` }];
}

const models = ['users', 'rate', 'plan'] as const;

/** Keys that mean something only beside others. */
const belongs: Readonly<Record<string, readonly (typeof models)[number][]>> = {
  ...{ ramp_up: ['users'], pace: ['users'], properties: ['plan'] },
  ...{ duration: ['users', 'rate'], requests: ['users', 'rate'] },
};

function planFindings(data: unknown, path: Path, plan: Readonly<Record<string | number, unknown>>): Finding[] {
  const given = models.filter((key) => key in plan);
  const [model] = given;
  if (model === undefined) {
    const hint = 'for example `users: 100`, `rate: 200/s` or `plan: shop.jmx`';
    return [{ path, key: true, message: 'a load plan has `users`, a `rate` or a `plan`', hint }];
  }
  const clashes = given.slice(1).map((key) => clash([...path, key], model, key));
  const requests = pick(data, [...path, 'requests']);
  return [
    ...clashes,
    ...(clashes.length > 0 ? [] : [...strangers(path, plan, model), ...missing(path, plan, model)]),
    ...(Array.isArray(requests) ? requests : []).flatMap((_, index) =>
      requestFindings(data, [...path, 'requests', index]),
    ),
    ...rampUpFindings(path, plan),
    ...(model === 'plan' ? [] : labelFindings(data, path, requests)),
  ];
}

function clash(path: Path, model: string, key: string): Finding {
  const message = `\`${model}\` and \`${key}\` are different kinds of load plans`;
  return { path, key: true, message, hint: 'keep one of them, or make two load plans' };
}

function strangers(path: Path, plan: object, model: (typeof models)[number]): Finding[] {
  return Object.entries(belongs).flatMap(([key, homes]) =>
    !(key in plan) || homes.includes(model)
      ? []
      : [
          {
            path: [...path, key],
            key: true,
            message: `\`${key}\` belongs to \`${homes.join('` or `')}\`, and this load plan has \`${model}\``,
            hint: 'delete the line',
          },
        ],
  );
}

function missing(path: Path, plan: object, model: string): Finding[] {
  if (model === 'plan') return [];
  const examples = { duration: '60s', requests: '[{get: /}]' };
  return Object.entries(examples).flatMap(([key, example]) =>
    key in plan
      ? []
      : [{ path: [...path, key], message: `\`${key}\` is missing`, hint: `for example \`${key}: ${example}\`` }],
  );
}

function rampUpFindings(path: Path, plan: Readonly<Record<string | number, unknown>>): Finding[] {
  const [rampUp, duration] = [plan['ramp_up'], plan['duration']].map((text) =>
    typeof text === 'string' ? parseDuration(text) : undefined,
  );
  if (rampUp === undefined || duration === undefined || rampUp <= duration) return [];
  const message = '`ramp_up` is part of `duration`, and longer than it';
  return [{ path: [...path, 'ramp_up'], message, hint: 'make `duration` longer' }];
}

const bodies = ['json', 'form', 'body'] as const;
const bodiless: readonly string[] = ['get', 'head', 'options'];

function requestFindings(data: unknown, path: Path): Finding[] {
  const request = pick(data, path);
  if (!isBranch(request) || Array.isArray(request)) return [];
  const [method, second] = methods.filter((each) => each in request);
  const [body, other] = bodies.filter((each) => each in request);
  const found: Finding[] = jsonFindings(request['json'], [...path, 'json']);
  if (method === undefined) {
    found.push({ path, message: 'a request has a method and a path', hint: 'for example `get: /`' });
  }
  if (second !== undefined) {
    const message = `this request has \`${method}\` already`;
    found.push({ path: [...path, second], key: true, message, hint: 'make it two requests' });
  }
  if (other !== undefined) {
    const message = `\`${body}\` and \`${other}\` are two bodies, and a request has one`;
    found.push({ path: [...path, other], key: true, message, hint: 'keep one of them' });
  }
  if (body !== undefined && method !== undefined && bodiless.includes(method)) {
    const message = `a ${method.toUpperCase()} request has no body`;
    found.push({ path: [...path, body], key: true, message, hint: 'did you mean `post`?' });
  }
  return found;
}

/** Texts anywhere in it may have placeholders. */
function jsonFindings(value: unknown, path: Path): Finding[] {
  if (typeof value === 'string') return complained(path, textComplaint(value));
  if (Array.isArray(value)) return value.flatMap((each, index) => jsonFindings(each, [...path, index]));
  if (!isBranch(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => [
    ...complained([...path, key], textComplaint(key), true),
    ...jsonFindings(each, [...path, key]),
  ]);
}

function complained(path: Path, complaint: Complaint | undefined, key = false): Finding[] {
  return complaint === undefined ? [] : [{ path, key, ...complaint }];
}

/** A threshold of a label that no request has would never be judged. */
function labelFindings(data: unknown, path: Path, requests: unknown): Finding[] {
  const labels = Array.isArray(requests) ? requests.flatMap(labelOf) : [];
  return texts(data, [...path, 'expect']).flatMap(({ text, path: at }) => {
    const parsed = parseThreshold(text);
    const label = 'message' in parsed ? undefined : parsed.label;
    if (label === undefined || labels.includes(label)) return [];
    const hint = didYouMean(label, labels) ?? `there are ${labels.map((each) => `\`${each}\``).join(', ')}`;
    return [{ path: at, message: `no request is called \`${label}\``, hint }];
  });
}

function labelOf(request: unknown): string[] {
  if (!isBranch(request)) return [];
  const method = methods.find((each) => each in request);
  const label = request['name'] ?? (method && `${method.toUpperCase()} ${request[method]}`);
  return typeof label === 'string' ? [label] : [];
}
