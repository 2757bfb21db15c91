import { z } from 'zod';
import { defaults } from './defaults.ts';
import { nameComplaint, namePattern, planName } from './names.ts';
import { either, expected, list, mapOf, section, some, spelledOnce, text, whole } from './pieces.ts';
import * as load from './rules-load.ts';
import * as traffic from './rules-traffic.ts';

/** The load plans of the file. Which keys go together is `check-load.ts`'s. */

export const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'] as const;

const paths = Object.fromEntries(
  methods.map((method) => [
    method,
    text('a path such as /orders', load.requestPathComplaint, {
      description: `A ${method.toUpperCase()} request of this path, or of a whole URL.`,
      examples: ['/orders'],
    }).optional(),
  ]),
) as Record<(typeof methods)[number], z.ZodOptional<ReturnType<typeof text>>>;

const headers = mapOf(
  'a map Name: value',
  text('a name', traffic.headerNameComplaint, {
    description: 'Name of a request header.',
    pattern: traffic.headerNamePattern,
  }),
  text('text', load.headerComplaint, { description: 'Its value.' }),
  { description: 'Headers of the request.', examples: [{ Accept: 'application/json' }] },
).check(spelledOnce);

const word = either(
  'text, a number, true or false',
  [text('text', load.textComplaint, { description: 'Text.' }), z.number(), z.boolean()],
  {
    description: 'The value, taken as written.',
  },
);

const answer = section(
  'keys such as `status`',
  {
    status: whole('a status code', 100, 599, {
      description: 'The status code that it must have; any from 200 to 399 unless said.',
      examples: [200],
    }).optional(),
    body: text('text', load.literalComplaint, {
      description: 'Text that must be in its body, as written.',
      examples: ['Web'],
    }).optional(),
  },
  { description: 'What a good answer has.' },
);

const request = section(
  'a request such as `get: /`',
  {
    ...paths,
    name: text('a name', load.labelComplaint, {
      description: 'What its results are listed under; method and path unless said.',
      examples: ['home page'],
    }).optional(),
    headers: headers.optional(),
    json: z
      .unknown()
      .refine((value) => value !== null, { error: (issue) => expected('a value', issue.input) })
      .meta({ description: 'Any value, sent as JSON.', examples: [{ id: '{{uuid}}' }] })
      .optional(),
    form: mapOf('a map name: value', text('a name', load.textComplaint, { description: 'Name of a field.' }), word, {
      description: 'Fields, sent as a browser sends a form.',
      examples: [{ name: 'Ana' }],
    }).optional(),
    body: text('text', load.textComplaint, { description: 'A body, sent as it is.' }).optional(),
    expect: answer.optional(),
  },
  { description: 'A request.' },
);

const threshold = text('a threshold such as `p99 < 400ms`', load.thresholdComplaint, {
  description: 'A figure, optionally `of "LABEL"`, what it is compared by (<, <=, ==, >=, >), and a value.',
  examples: ['errors == 0', 'p99 < 400ms', 'p95 of "GET /" < 1s', 'rate >= 190/s', 'apdex > 0.9'],
});

const plan = section(
  'keys such as `users` and `requests`',
  {
    users: whole('a whole number, 1 or more', 1, 1_000_000, {
      description: 'So many users, each of whom waits for an answer before going on.',
      examples: [100],
    }).optional(),
    ramp_up: text('a duration such as 10s', load.rampUpComplaint, {
      description: 'How long it takes until all users are at work; part of `duration`.',
      default: defaults.rampUp,
      examples: ['10s'],
    }).optional(),
    pace: text('a duration such as 500ms', load.paceComplaint, {
      description:
        'From the beginning of a user’s round of requests to the beginning of the next one, if the first has ended by then.',
      default: defaults.pace,
      examples: ['500ms'],
    }).optional(),
    rate: text('a rate such as 200/s', load.rateComplaint, {
      description: 'So many rounds of requests begin in a second or minute, whether or not earlier ones were answered.',
      pattern: '^[0-9]+(\\.[0-9]+)?/(s|min)$',
      examples: ['200/s', '12000/min'],
    }).optional(),
    duration: text('a duration such as 60s', load.durationComplaint, {
      description: 'How long it takes.',
      examples: ['60s'],
    }).optional(),
    requests: some('a list of at least one request', request, {
      description: 'A round of requests, made one after another.',
      examples: [[{ get: '/' }]],
    }).optional(),
    plan: text('a path', load.planFileComplaint, {
      description: 'A JMeter test plan, relative to this file.',
      pattern: '\\.jmx$',
      examples: ['plans/shop.jmx'],
    }).optional(),
    properties: mapOf(
      'a map name: value',
      text('a name', load.propertyNameComplaint, { description: 'Name of a property.' }),
      word,
      {
        description: 'JMeter’s properties, as `-J` sets them.',
        examples: [{ users: 100 }],
      },
    ).optional(),
    expect: list('a list of thresholds', threshold, {
      description: 'What a good result is; and `errors == 0`, unless one of them is about errors.',
      examples: [['errors == 0', 'p99 < 400ms']],
    }).optional(),
  },
  { description: 'A load plan: `users` or a `rate` with `requests`, or a `plan` of JMeter’s.' },
);

export const loadSection = mapOf(
  'a map of load plans by name',
  text('a name', (name) => nameComplaint(name, planName), {
    description: 'Name of the load plan.',
    pattern: namePattern(planName),
  }),
  plan,
  { description: 'What `relevo load` can load the services with, by name. It changes nothing of what runs.' },
);
