import { RelevoError } from '../../domain/failure.ts';
import type { PackageChange, Upgrades } from '../../ports/provider.ts';
import { dialect } from '../../render/dialect.ts';
import { hostPackages } from '../../render/machine.ts';
import { beforeDirectory } from './record.ts';
import { type Exec, must } from './remote.ts';

/** Ours are those that were installed for us, and those that we need. Prints apt's `Inst` lines. Source: apt-get(8). */
export const lookForNewer = `
apt-get update -q -o DPkg::Lock::Timeout=300 >/dev/null || exit
LC_ALL=C apt-get -s -q install --only-upgrade --no-install-recommends "$@" $(sort -u ${beforeDirectory}/added) | grep '^Inst ' || :
`;

export const upgradeScript = `
export DEBIAN_FRONTEND=noninteractive
dpkg --configure -a
apt-get install -y -q --only-upgrade --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold "$@" $(sort -u ${beforeDirectory}/added)
`;

/** Debian's packages on hosts that Relevo installed them on. */
export function sshUpgrades(exec: (name: string) => Exec, existing: () => Promise<boolean>): Upgrades {
  const script = (text: string, name: string, timeout: number, what: string) =>
    must(exec(name), ['sh', '-c', text, 'sh', ...hostPackages], { timeout, what: `${what} on ${name}` });
  return {
    async look(machine) {
      if (await existing()) throw notOurs();
      return changesIn(await script(lookForNewer, machine, 300, 'looking for newer packages'));
    },
    async run(machine) {
      await script(upgradeScript, machine, 1200, 'upgrading packages');
      const { code, stdout, stderr } = await exec(machine)(['systemctl', 'is-active', dialect.unit], {
        onlyLooks: true,
      });
      if (code !== 0)
        throw new RelevoError({
          code: 'failed',
          message: `LXD does not run on ${machine} after its upgrade`,
          hint: 'the others were not touched',
          evidence: { title: dialect.unit, lines: [`${stdout}${stderr}`.trim()] },
        });
    },
  };
}

/** `Inst lxd [5.0.2-5] (5.0.2-5+deb12u1 Debian:12.5/stable [amd64])`; what is new has nothing in brackets. Pure. */
export function changesIn(text: string): PackageChange[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', from = '', to = ''] = /^Inst (\S+) (?:\[(\S+)\] )?\((\S+)/.exec(line) ?? [];
    return name === '' ? [] : [{ name, from, to, isDaemon: name === dialect.package }];
  });
}

function notOurs(): RelevoError {
  const message = 'the cluster was there before the project, so its LXD is not upgraded by Relevo';
  return new RelevoError({ code: 'refused', message, hint: 'upgrade it as you do: one host after another' });
}
