import type { Dialect } from '../../domain/dialect.ts';
import { RelevoError } from '../../domain/failure.ts';
import type { PackageChange, Upgrades } from '../../ports/provider.ts';
import { aptUpdate, dpkgLock } from '../../render/apt.ts';
import { deb, snap } from '../../render/dialect.ts';
import { addedPackages, logged } from './added.ts';
import { packagesOf } from './own-files.ts';
import { type Exec, must } from './remote.ts';
import { askStore, listSnap, snapsIn } from './snap.ts';

/** Ours are those that were installed for us, and those that we need. Prints apt's `Inst` lines. Source: apt-get(8). */
export const lookForNewer = `
${addedPackages}
${aptUpdate}
apt_update >/dev/null || exit
LC_ALL=C apt-get -s -q install --only-upgrade --no-install-recommends "$@" $(added) | grep '^Inst ' || :
`;

export const upgradeScript = `
${addedPackages}
export DEBIAN_FRONTEND=noninteractive
dpkg --configure -a
apt-get install -y -q --only-upgrade --no-install-recommends ${dpkgLock} ${logged} -o Dpkg::Options::=--force-confold "$@" $(added)
`;

export const lookForNewerSnap = `${listSnap}
${askStore}`;

/** Being held stops it from being refreshed by itself, not by its name. Source: snapcraft.io/docs/managing-updates. */
export const refreshSnap = 'snap refresh lxd --cohort=+';

/** What Relevo installed on hosts. */
export function sshUpgrades(
  exec: (name: string) => Exec,
  existing: () => Promise<boolean>,
  dialect: () => Promise<Dialect>,
): Upgrades {
  const script = async (text: string, name: string, timeout: number, what: string) =>
    must(exec(name), ['sh', '-c', text, 'sh', ...packagesOf(await dialect())], { timeout, what: `${what} on ${name}` });
  return {
    async look(machine) {
      if (await existing()) throw notOurs();
      const packages = changesIn(await script(lookForNewer, machine, 300, 'looking for newer packages'));
      if ((await dialect()) !== snap) return packages;
      return [...packages, ...snapChange(await script(lookForNewerSnap, machine, 60, 'looking for a newer snap'))];
    },
    async run(machine) {
      await script(upgradeScript, machine, 1200, 'upgrading packages');
      if ((await dialect()) === snap) await script(refreshSnap, machine, 1200, 'refreshing LXD');
      const { unit } = await dialect();
      const { code, stdout, stderr } = await exec(machine)(['systemctl', 'is-active', unit], {
        onlyLooks: true,
      });
      if (code !== 0)
        throw new RelevoError({
          code: 'failed',
          message: `LXD does not run on ${machine} after its upgrade`,
          hint: 'the others were not touched',
          evidence: { title: unit, lines: [`${stdout}${stderr}`.trim()] },
        });
    },
  };
}

/** `Inst lxd [5.0.2-5] (5.0.2-5+deb12u1 Debian:12.5/stable [amd64])`; what is new has nothing in brackets. Pure. */
export function changesIn(text: string): PackageChange[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', from = '', to = ''] = /^Inst (\S+) (?:\[(\S+)\] )?\((\S+)/.exec(line) ?? [];
    return name === '' ? [] : [{ name, from, to, isDaemon: name === deb.package }];
  });
}

/** By revision, since a version may be built anew. Pure. */
export function snapChange(text: string): PackageChange[] {
  const lines = text.split('\n').map((line): [string, string] => {
    const at = line.indexOf(' ');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  const { snap: own, store } = snapsIn(lines);
  const next = store.find(({ channel }) => channel === own?.channel);
  if (own === undefined || next?.revision === own.revision) return [];
  if (next === undefined) {
    const message = `the snap store does not tell of LXD ${own.channel}`;
    throw new RelevoError({ code: 'unreachable', message, hint: '`snap info lxd` on the host says why' });
  }
  return [{ name: snap.package, from: own.version, to: next.version, isDaemon: true }];
}

function notOurs(): RelevoError {
  const message = 'the cluster was there before the project, so its LXD is not upgraded by Relevo';
  return new RelevoError({ code: 'refused', message, hint: 'upgrade it as you do: one host after another' });
}
