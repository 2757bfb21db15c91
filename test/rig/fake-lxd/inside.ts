import { adminSocket, configFile } from '../../../src/render/haproxy.ts';
import { workerMark } from '../../../src/render/haproxy-workers.ts';
import type { Instance, World } from './world.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Command {
  readonly world: World;
  readonly instance: Instance;
  readonly argv: readonly string[];
  readonly stdin: string;
}

const ok = (stdout = ''): Outcome => ({ code: 0, stdout, stderr: '' });
const bad = (stderr: string, code = 1): Outcome => ({ code, stdout: '', stderr });

/**
 * Programs that Relevo runs in containers, each known by a word of its text; one that is not known here is a fault of the
 * test, not a result. What a program does, it does to the end, whoever began it.
 */
const programs: readonly (readonly [RegExp, (command: Command) => Outcome | Promise<Outcome>])[] = [
  [/^socat .*UNIX-CONNECT:/, runtimeApi],
  [/cat > \S+\.next; exec haproxy -c/, stage],
  [/flock 9[\s\S]*reload-or-restart haproxy/, load],
  [/relevo-trial/, tryChecks],
  [/relevo_handover/, handOver],
  [/^ip -4 -o address show/, addresses],
  [/^systemctl is-system-running --wait/, awaitBoot],
  [/^systemctl restart relevo-controller/, restartController],
  [/^ln -sfn \/lib\/systemd\/systemd \/sbin\/init$/, () => ok()],
  [/haproxy-master\.sock/, askWorkers],
  [/^bash -c [\s\S]*dev\/tcp/, look],
  [/^journalctl/, () => ok('no entries\n')],
  [/keepalived|openssl/, () => ok()],
];

export async function runInside(command: Command): Promise<Outcome> {
  const { world, instance, argv } = command;
  world.commands.push(argv);
  await world.clock.sleep(5 + world.clock.chance() * 40);
  if (instance.status !== 'Running') return bad('killed', 137);
  const text = argv.join(' ');
  const [, program] = programs.find(([pattern]) => pattern.test(text)) ?? [];
  if (program === undefined) throw new Error(`the fake instance has no program for \`${text}\``);
  return program(command);
}

function runtimeApi({ instance, stdin, argv }: Command): Outcome {
  if (!argv.join(' ').includes(adminSocket)) return bad('no such socket');
  const answer = instance.haproxy.runtime(stdin);
  return answer === undefined ? bad('Connection refused') : ok(answer);
}

/** Of one worker: here a reload ends the one before at once. */
function askWorkers({ instance, argv }: Command): Outcome {
  if (!instance.haproxy.running) return ok();
  const answer = instance.haproxy.runtime(argv.slice(4).join('; '));
  return answer === undefined ? bad('HAProxy runs and does not answer') : ok(`${workerMark} 7\n${answer}`);
}

function stage({ instance, stdin }: Command): Outcome {
  if (!/^frontend /m.test(stdin)) return bad('no frontend');
  instance.files.set(`${configFile}.next`, stdin);
  return ok();
}

async function load({ world, instance }: Command): Promise<Outcome> {
  await world.clock.sleep(30 + world.clock.chance() * 100);
  const staged = instance.files.get(`${configFile}.next`);
  if (staged === undefined) return bad('nothing is staged');
  if (instance.status !== 'Running') return bad('killed', 137);
  instance.files.delete(`${configFile}.next`);
  instance.files.set(configFile, staged);
  instance.haproxyEnabled = true;
  instance.haproxy.load(staged);
  return ok();
}

/** What the balancer itself sees, for as long as the script asks. */
async function tryChecks({ world, instance, argv, stdin }: Command): Promise<Outcome> {
  const [, , , , , ...names] = argv;
  const servers = [...stdin.matchAll(/^ *server (\S+) ([\d.]+):(\d+)/gm)].filter(([, name = '']) =>
    names.includes(name),
  );
  const serves = ([, , address = '', port]: RegExpMatchArray) =>
    world.answerAt(instance, address, Number(port)) === 'serves';
  const stat = () => {
    const rows = servers.map((each) => `web,${each[1]},UP,${serves(each) ? 'L7OK' : 'L4CON'}`);
    return ['# pxname,svname,status,check_status', ...rows, ''].join('\n');
  };
  for (const end = world.clock.elapsed() + 3000; world.clock.elapsed() < end; await world.clock.sleep(100)) {
    if (servers.every(serves)) return ok(stat());
  }
  return { code: 1, stdout: stat(), stderr: '' };
}

async function handOver({ world, instance }: Command): Promise<Outcome> {
  if (world.holder !== instance.name) return ok();
  await world.clock.sleep(2500);
  const other = world.balancers.find(({ name, haproxy }) => name !== instance.name && haproxy.running);
  if (other !== undefined) world.holder = other.name;
  return ok();
}

function addresses({ world, instance }: Command): Outcome {
  const own = '3: eth1 inet 198.18.0.2/24 scope global eth1\n';
  return ok(world.holder === instance.name ? `${own}3: eth1 inet 198.18.0.10/24 scope global secondary eth1\n` : own);
}

/** What an instance says of itself: how old its service is, and whether it answers. */
function look({ world, instance }: Command): Outcome {
  const now = Math.floor(world.clock.elapsed() / 1000);
  const started = `now ${now}\nInactiveExitTimestamp=@${Math.floor(instance.startedAt / 1000)}\n`;
  return ok(world.serves(instance) ? `answer HTTP/1.1 200 OK\n${started}` : started);
}

async function awaitBoot({ world, instance }: Command): Promise<Outcome> {
  while (instance.status === 'Running' && !world.booted(instance)) await world.clock.sleep(100);
  return instance.status === 'Running' ? ok('running\n') : bad('killed', 137);
}

function restartController({ world, instance }: Command): Outcome {
  world.tell(instance, 'controller-restarted');
  return ok();
}
