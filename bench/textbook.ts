import { slotPort } from '../src/domain/slots.ts';
import type { Arena } from '../test/rig/arena.ts';

export const textbookPort = 8099;

const unit = 'textbook';

/**
 * What most tutorials show, with HAProxy's own defaults for all else: one more HAProxy in a balancer's container that the
 * failure will leave alone, before the same servers. Resolves to its address.
 */
export async function startTextbook(arena: Arena, victim: string): Promise<string> {
  const { balancers, address } = arena.status();
  const place = balancers.find(({ machine }) => machine !== victim);
  if (place === undefined) throw new Error('no balancer for the textbook');
  const inside = (...argv: string[]) => arena.told('exec', place.name, '--', ...argv);
  const file = '/run/textbook.cfg';
  await inside('systemctl', 'stop', unit); // where an earlier one runs
  await arena.must(
    'exec',
    place.name,
    '--',
    'sh',
    '-c',
    'printf %s "$1" > "$2"',
    'sh',
    textbook(arena, place.machine),
    file,
  );
  await arena.must(
    'exec',
    place.name,
    '--',
    'systemd-run',
    '--quiet',
    '--collect',
    `--unit=${unit}`,
    'haproxy',
    '-db',
    '-f',
    file,
  );
  const number = Number(place.name.split('-').at(-1));
  return `${(address ?? '').split('.').slice(0, 3).join('.')}.${number + 1}`;
}

function textbook(arena: Arena, here: string): string {
  const { machines, instances } = arena.status();
  const servers = instances.map(({ name, machine, address, role }) => {
    const slot = Number(address?.split('.')[3]) - 10;
    const at = machines.find((each) => each.name === machine)?.address;
    const server = machine === here ? `${address}:80` : `${at}:${slotPort(slot)}`;
    return `    server ${name} ${server} check${role === 'backup' ? ' backup' : ''}`;
  });
  return `defaults
    mode http
    timeout connect 5s
    timeout client 50s
    timeout server 50s
frontend web
    bind :${textbookPort}
    default_backend web
backend web
    balance roundrobin
    option httpchk GET /
${servers.join('\n')}
`;
}
