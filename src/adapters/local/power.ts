import { RelevoError } from '../../domain/failure.ts';
import type { Lxd } from '../../ports/lxd.ts';
import type { PowerCut } from '../../ports/provider.ts';
import type { System } from '../../ports/system.ts';
import { machineLabels } from './labels.ts';

/** On the machine's own config, so that nothing is left where the machine is removed meanwhile. */
const keys = (['cut', 'cut.record', 'cut.watcher'] as const).map(machineLabels.key);
const forgotten = Object.fromEntries(keys.map((key) => [key, '']));

/**
 * One process that sleeps, and then starts the machine unless that has been done: it goes on trying until it is, or until
 * the machine or its mark are gone. Perl, because Debian and Ubuntu have it.
 */
const watcher = String.raw`
my ($id, $seconds, $machine, $project, @keys) = @ARGV;
sub lxc {
    open(my $out, '-|', 'lxc', @_, '--project', $project) or return undef;
    my $answer = join '', <$out>;
    return close($out) ? $answer : undef;
}
select(undef, undef, undef, $seconds);
for (my $running = 0; $running < 60; ) {
    my $machines = lxc('list', '--format', 'csv', '--columns', 'ns', "^$machine\$");
    exit if defined $machines && $machines eq '';
    my $mark = lxc('config', 'get', $machine, $keys[0]);
    exit if defined $mark && $mark ne "$id\n";
    if (defined $machines && defined $mark) {
        last if $machines eq "$machine,STOPPED\n" && defined lxc('start', $machine);
        if ($machines eq "$machine,RUNNING\n") { # somebody started it, or it is still to be stopped
            $running++;
            my $cable = lxc('config', 'get', $machine, 'volatile.eth0.host_name') // '';
            system('ip', 'link', 'set', $1, 'up') if $cable =~ /^(\w+)$/;
        }
    }
    sleep 1;
}
lxc('config', 'unset', $machine, $_) for @keys;
`;

/**
 * Its watcher is there before the power is gone. The cable goes first: processes take a moment to die, and meanwhile the
 * kernel would refuse connections for them, which a machine without power does not.
 */
export async function cutPower(
  lxd: Lxd,
  project: string,
  system: System,
  machine: string,
  { id, seconds, record }: Omit<PowerCut, 'machine'> & { readonly seconds: number },
): Promise<Date> {
  const argv = ['perl', '-e', watcher, id, String(seconds), machine, project, ...keys];
  await lxd.instances.patchConfig(machine, machineLabels.config({ cut: id, 'cut.record': record }));
  const pid = await system.daemon(argv, { log: '/dev/null' }); // where its mark is not there it takes the cut for healed
  await lxd.instances.patchConfig(machine, machineLabels.config({ 'cut.watcher': String(pid) }));
  const at = system.now();
  await setCable(lxd, system, machine, 'down');
  try {
    await lxd.instances.stop(machine, { force: true });
  } catch (error) {
    await setCable(lxd, system, machine, 'up');
    throw error;
  }
  return at;
}

/** This host's end of it, which goes with the running container: the next start brings another one. */
async function setCable(lxd: Lxd, { run }: System, machine: string, state: 'up' | 'down'): Promise<void> {
  const cable = (await lxd.instances.get(machine))?.config['volatile.eth0.host_name'];
  if (cable === undefined) return;
  const { code, stderr } = await run(['ip', 'link', 'set', cable, state]);
  if (code === 0) return;
  throw new RelevoError({ code: 'failed', message: `the cable of ${machine} can't be set ${state}: ${stderr.trim()}` });
}

export async function powerCuts(lxd: Lxd): Promise<PowerCut[]> {
  const all = (await lxd.instances.list()).map(({ name, config }) => {
    const { cut: id = '', 'cut.record': record = '' } = machineLabels.of(config);
    return { machine: name, id, record };
  });
  return all.filter(({ id }) => id !== '');
}

export async function restorePower(lxd: Lxd, system: System, machine: string): Promise<void> {
  const known = await lxd.instances.get(machine);
  const { cut: id, 'cut.watcher': watching = '' } = machineLabels.of(known?.config ?? {});
  if (known === undefined || !id) return;
  await endWatcher(system, watching, id);
  if (known.status === 'Stopped') await lxd.instances.start(machine);
  else await setCable(lxd, system, machine, 'up');
  await lxd.instances.patchConfig(machine, forgotten);
}

/** A process of that number may be another one by now: its words tell. */
async function endWatcher({ files, run }: System, pid: string, id: string): Promise<void> {
  const words = (await files.readText(`/proc/${pid}/cmdline`))?.split('\0') ?? [];
  if (words.includes(id)) await run(['sh', '-c', 'kill "$1"', 'sh', pid]);
}
