import { defaults } from './defaults.ts';
import { atMost, either, flag, list, mapOf, oneOf, section, some, spelledOnce, text, whole } from './pieces.ts';
import * as rules from './rules.ts';
import * as traffic from './rules-traffic.ts';
import { port } from './schema-cluster.ts';
import { health, protocol } from './schema-health.ts';

/** How requests travel: what services and the balancer have in common, and the traffic keys of a service. */

export const algorithms = ['roundrobin', 'leastconn', 'source', 'uri', 'resource'] as const;
export const backupKinds = ['warm', 'cold'] as const;

export const algorithm = (description: string, extra: object) => oneOf(algorithms, { description, ...extra });

export const rawLines = (description: string) =>
  either(
    'lines of haproxy.cfg',
    [
      text('lines of haproxy.cfg', traffic.rawBlockComplaint, { description: 'A block of lines.' }),
      list(
        'a list of lines',
        text('a line', traffic.rawLineComplaint, { description: 'A line of haproxy.cfg.', pattern: '^[^\\n]*$' }),
        { description: 'Line by line.' },
      ),
    ],
    { description, examples: [['option http-buffer-request']] },
  );

const timeout = (description: string, fallback: string) =>
  text(`a duration such as ${fallback}`, rules.timeoutComplaint, {
    description,
    default: fallback,
    examples: [fallback],
  });

const timeouts = section(
  'keys such as `server`',
  {
    connect: timeout('How long a connection to an instance may take.', defaults.connectTimeout).optional(),
    server: timeout('How long an instance may be silent while it answers.', defaults.serverTimeout).optional(),
    queue: timeout('How long a request waits for a place under `maxconn`.', defaults.queueTimeout).optional(),
    tunnel: timeout(
      'How long a WebSocket may be silent, and how long one outlives a change of the balancer’s configuration.',
      defaults.tunnelTimeout,
    ).optional(),
    drain: timeout(
      'How long what is in flight on an instance is waited for before the instance is stopped for a change.',
      defaults.drainTimeout,
    ).optional(),
  },
  { description: 'How long the balancer waits.' },
);

const backupCount = whole('a whole number, 0 or more', 0, 9999, { description: 'How many.', examples: [1] });

const backups = either(
  'a whole number, or `count` and `kind`',
  [
    backupCount,
    section(
      'keys such as `count`',
      {
        count: backupCount,
        kind: oneOf(backupKinds, {
          description: '`warm`: running. `cold`: created and stopped; it costs disk only.',
          default: defaults.backupKind,
        }).optional(),
      },
      { description: 'How many, and whether they run.' },
    ),
  ],
  {
    description: 'Instances that get requests only when none of the `replicas` can.',
    examples: [1, { count: 1, kind: 'cold' }],
  },
);

const header = mapOf(
  'a map Name: value',
  text('a name', traffic.headerNameComplaint, {
    description: 'Name of a request header.',
    pattern: traffic.headerNamePattern,
  }),
  text('text', traffic.headerValueComplaint, { description: 'Its value, exactly.' }),
  {
    description: 'Requests with these headers, all of them.',
    minProperties: 1,
    maxProperties: traffic.mostHeaders,
    examples: [{ 'X-Version': 'beta' }],
  },
)
  .check(atMost(traffic.mostHeaders, 'headers', 'a route needs those that tell its requests from others'))
  .check(spelledOnce)
  .check((context) => {
    if (Object.keys(context.value).length > 0) return;
    const params = { hint: 'for example `{X-Version: beta}`' };
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: 'there is no header here',
      params,
      continue: true,
    });
  });

const host = text('a host name', rules.routeHostComplaint, {
  description: 'A host name, or `*.example.org` for each name below that one.',
  pattern: rules.routeHostPattern,
});

const oneRoute = section(
  '`host`, `path`, `header`, or several of them',
  {
    host: either(
      'a host name or a list of them',
      [host, some('at least one host name', host, { description: 'Several hosts.', uniqueItems: true })],
      { description: 'Requests for this host.', examples: ['api.example.org', ['example.org', '*.example.org']] },
    ).optional(),
    path: text('a path such as /api', rules.prefixComplaint, {
      description: 'Requests for this path and those below it.',
      pattern: rules.prefixPattern,
      examples: ['/api'],
    }).optional(),
    header: header.optional(),
    port: port('Another port of the instances for these requests; the service’s `port` unless said.', {
      examples: [6001],
    }).optional(),
  },
  { description: 'Requests that fit all of these.' },
);

export const route = either(
  '`host`, `path`, `header`, or several of them, or a list of such routes',
  [oneRoute, some('at least one route', oneRoute, { description: 'Several routes.' })],
  {
    description: 'Which requests this service gets. One service may do without: it gets the rest.',
    examples: [{ host: 'api.example.org', path: '/v1' }],
  },
);

export const trafficKeys = {
  protocol: protocol.optional(),
  health: health.optional(),
  route: route.optional(),
  internal: flag({
    description: 'Only other services reach it, as http://NAME.internal; nobody does from outside.',
    default: defaults.internal,
  }).optional(),
  algorithm: algorithm('Who gets the next request; the balancer’s `algorithm` unless said.', {
    examples: ['leastconn'],
  }).optional(),
  sticky: flag({ description: 'A visitor stays with one instance, by a cookie.', default: defaults.sticky }).optional(),
  idempotent: flag({
    description: 'A request that came twice does no harm, a POST neither: so all may be tried again elsewhere.',
    default: defaults.idempotent,
  }).optional(),
  timeouts: timeouts.optional(),
  stop_grace_period: timeout(
    'How long an instance may take to end after SIGTERM, before it is ended by force.',
    defaults.stopGracePeriod,
  ).optional(),
  maxconn: whole('a whole number, 1 or more', 1, 1_000_000, {
    description: 'Requests that one instance gets at a time; more wait in the balancer.',
    examples: [100],
  }).optional(),
  backups: backups.optional(),
  haproxy: rawLines('Raw lines for this service’s `backend` in haproxy.cfg.').optional(),
};
