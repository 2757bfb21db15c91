import { defaults } from './defaults.ts';
import { atMost, either, mapOf, oneOf, section, some, spelledOnce, text, whole } from './pieces.ts';
import * as rules from './rules.ts';
import * as asked from './rules-health.ts';
import * as traffic from './rules-traffic.ts';

export const protocols = ['http', 'https', 'h2c'] as const;

export const protocol = oneOf(protocols, {
  description:
    'What the service speaks on its port. `https`: with any certificate; `h2c`: HTTP/2 without TLS, as gRPC servers do.',
  default: defaults.protocol,
});

const code = whole('a status code, 100 to 599', 100, 599, { description: 'This status.', examples: [204] });

const range = text('a range such as 200-399', asked.statusComplaint, {
  description: 'A range of statuses, or one.',
  pattern: asked.statusPattern,
  examples: ['200-399'],
});

const headers = mapOf(
  'a map Name: value',
  text('a name', asked.headerComplaint, { description: 'Name of a header.', pattern: traffic.headerNamePattern }),
  text('text', asked.headerValueComplaint, { description: 'Its value.' }),
  {
    description: 'Headers of the check, beside its `Host`.',
    maxProperties: traffic.mostHeaders,
    examples: [{ 'X-Forwarded-Proto': 'https' }],
  },
)
  .check(atMost(traffic.mostHeaders, 'headers', 'a check needs those that its answer depends on'))
  .check(spelledOnce);

export const health = section(
  'keys such as `path`',
  {
    path: text('a path such as /healthz', rules.healthPathComplaint, {
      description: 'What is asked for, by GET.',
      pattern: rules.pathPattern,
      default: defaults.healthPath,
      examples: ['/healthz'],
    }).optional(),
    host: text('a host name', rules.hostComplaint, {
      description:
        'The `Host` of the question. Unless said: the host of the first route; NAME.internal with `internal: true`; else `localhost`.',
      pattern: rules.hostPattern,
      examples: ['www.example.org'],
    }).optional(),
    status: either(
      'a status code, a range such as 200-399, or a list of them',
      [
        code,
        range,
        some('a list of at least one', either('a status code or a range', [code, range], { description: 'One.' }), {
          description: 'Several.',
        }),
      ],
      { description: 'Which answers are good.', default: defaults.healthStatus, examples: [200, ['200-399', 401]] },
    ).optional(),
    headers: headers.optional(),
    timeout: text('a duration such as 2s', asked.timeoutComplaint, {
      description: 'How long an answer may take. A silent instance is found after 1.2 intervals and 2 timeouts.',
      default: defaults.healthTimeout,
      examples: ['2s'],
    }).optional(),
    interval: text('a duration such as 5s', asked.intervalComplaint, {
      description: 'From one check to the next, by each balancer.',
      default: defaults.healthInterval,
      examples: ['5s'],
    }).optional(),
    start_period: text('a duration such as 30s', rules.durationComplaint, {
      description: 'How long a started instance may take until its first good answer.',
      default: defaults.startPeriod,
      examples: ['30s', '2m'],
    }).optional(),
  },
  { description: 'How the balancer knows that an instance is well.' },
);
