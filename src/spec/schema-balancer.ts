import { defaults } from './defaults.ts';
import { balancerImages, imageRule } from './names.ts';
import { either, flag, mapOf, oneOf, section, some, text, whole } from './pieces.ts';
import * as rules from './rules.ts';
import * as traffic from './rules-traffic.ts';
import { image, place, port } from './schema-cluster.ts';
import { algorithm, rawLines } from './schema-traffic.ts';

const forBalancers = imageRule(balancerImages, 'has an HAProxy that is too old for balancers');

const key = text('a path', rules.sourceComplaint, {
  description: 'The certificate’s private key, a PEM file relative to this one.',
  examples: ['site.key'],
});

const pair = section(
  '`certificate` and `key`',
  {
    certificate: text('a path', rules.sourceComplaint, {
      description: 'The certificate with its chain, a PEM file relative to this one.',
      examples: ['shop.pem'],
    }),
    key,
  },
  { description: 'A certificate for the host names that it covers.' },
);

const tls = section(
  'keys such as `certificate`',
  {
    certificate: text('`self-signed`, or the path of a PEM file', rules.sourceComplaint, {
      description:
        'The certificate with its chain, a PEM file relative to this one; `self-signed` makes one for a lab.',
      examples: ['site.pem', 'self-signed'],
    }).optional(),
    key: key.optional(),
    certificates: some('a list of at least one, each with `certificate` and `key`', pair, {
      description:
        'More certificates, or all of them: each visitor gets the one that covers the host name, and the first one where none does.',
      examples: [[{ certificate: 'shop.pem', key: 'shop.key' }]],
    }).optional(),
    publish: port('The port for HTTPS, where `publish` has the one for HTTP.', {
      default: defaults.tlsPublish,
      examples: [443],
    }).optional(),
    redirect: flag({ description: 'HTTP answers with a redirect to HTTPS.', default: defaults.redirect }).optional(),
    hsts: flag({
      description: 'Tell browsers to use HTTPS only; true unless said, false for a self-signed certificate.',
      examples: [false],
    }).optional(),
  },
  { description: 'HTTPS, with HTTP/2.' },
);

const stats = either(
  'true, or a port',
  [flag({ description: `On port ${defaults.statsPort}.` }), port('On this port.', { examples: [defaults.statsPort] })],
  {
    description: 'Statistics page and Prometheus endpoint (`/metrics`), with a generated password.',
    default: false,
    examples: [true, defaults.statsPort],
  },
);

const errors = mapOf(
  'a map of status codes and HTML files',
  text('a status code', traffic.errorCodeComplaint, {
    description: 'A status code that the balancer itself answers with.',
    pattern: `^(${traffic.errorCodes.join('|')})$`,
  }),
  text('a path', rules.sourceComplaint, { description: 'An HTML file, relative to this one.' }),
  { description: 'Your own error pages.', examples: [{ 503: 'errors/503.html' }] },
);

const raw = section(
  'keys such as `frontend`',
  {
    global: rawLines('Lines for `global`.').optional(),
    defaults: rawLines('Lines for `defaults`.').optional(),
    frontend: rawLines('Lines for the `frontend`.').optional(),
  },
  { description: 'Raw lines of haproxy.cfg, by section: for what Relevo has no key.' },
);

const links = ['auto', 'macvlan', 'routed'] as const;

export const balancerSection = section(
  'keys such as `publish`',
  {
    image: image('Base image of the balancers.', defaults.image, forBalancers, balancerImages).optional(),
    algorithm: algorithm(
      'Who gets the next request: each server in turn, the one with the fewest connections, always the same for a source address or a URI, or by reported load.',
      { default: defaults.algorithm },
    ).optional(),
    place: place('The machines that carry a balancer; all of them unless said.').optional(),
    replicas: whole('1 or 2', 1, 2, {
      description: 'How many balancers; two of them share the address `vip`.',
      default: defaults.balancers,
      examples: [2],
    }).optional(),
    vip: text('an IPv4 address', traffic.vipComplaint, {
      description:
        'The address where users come in, which two balancers share: a free one of the hosts’ network. Without it each balancer answers at its machine’s own address.',
      pattern: traffic.ipv4Pattern,
      examples: ['192.0.2.10'],
    }).optional(),
    vip6: text('an IPv6 address', traffic.vip6Complaint, {
      description:
        'An IPv6 address for users, which goes where `vip` goes: a free one of the hosts’ network, a /64 with router advertisements. Needs `link: macvlan`, which it implies.',
      pattern: traffic.vip6Pattern,
      examples: ['2001:db8::10'],
    }).optional(),
    addresses: some(
      'a list of IPv4 addresses',
      text('an IPv4 address', traffic.vipComplaint, {
        description: 'A free address of the machines’ network.',
        pattern: traffic.ipv4Pattern,
      }),
      {
        description:
          'Addresses of the balancers’ own, for hosts over SSH: one for each balancer, and as many to spare for those that take their place.',
        uniqueItems: true,
        examples: [['192.0.2.20', '192.0.2.21']],
      },
    ).optional(),
    link: oneOf(links, {
      description:
        '`macvlan`: balancers have hardware addresses of their own on the hosts’ network. `routed`: their hosts stand in for them, for networks that drop frames of strangers. `auto`, unless said: the first `up` tries it out.',
      examples: ['routed'],
    }).optional(),
    publish: port('The port where the services answer, on this host’s loopback and on the balancer’s machine.', {
      default: defaults.publish,
      examples: [8080],
    }).optional(),
    tls: tls.optional(),
    trusted_proxies: some(
      'a list of addresses and networks',
      text('an address or network', traffic.networkComplaint, {
        description: 'An address, or a network such as `10.0.0.0/8` or `2001:db8::/32`.',
        pattern: traffic.networkPattern,
      }),
      {
        description:
          'Proxies in front of the balancers: what they say of the client (`X-Forwarded-For`, `-Proto`, `-Host`) counts. Nobody else’s word does.',
        uniqueItems: true,
        examples: [['192.0.2.5', '198.51.100.0/24']],
      },
    ).optional(),
    stats: stats.optional(),
    errors: errors.optional(),
    haproxy: raw.optional(),
  },
  { description: 'HAProxy in instances of its own.' },
);
