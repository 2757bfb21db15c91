import { spawnSync } from 'node:child_process';
import { askNeighbour, reach, stranger } from '../../src/adapters/ssh/addresses.ts';
import { estateScript, leaveScript, makeBridge } from '../../src/adapters/ssh/estate.ts';
import { examine, mendScripts } from '../../src/adapters/ssh/examine.ts';
import { lookScript } from '../../src/adapters/ssh/look.ts';
import { watcher } from '../../src/adapters/ssh/power.ts';
import { install, installSnap, raiseSettings, remember } from '../../src/adapters/ssh/prepare.ts';
import { echo, knock, listen } from '../../src/adapters/ssh/probe.ts';
import { undoMember, undoScript } from '../../src/adapters/ssh/undo.ts';
import { lookForNewer, lookForNewerSnap, refreshSnap, upgradeScript } from '../../src/adapters/ssh/upgrade.ts';
import { restorer } from '../../src/adapters/vagrant/power.ts';
import { faults } from '../../src/faults/catalogue.ts';
import { healArgv, injectArgv, listArgv } from '../../src/faults/keeper.ts';
import { imagePlan, imagesOf } from '../../src/plan/images.ts';
import { deb, snap } from '../../src/render/dialect.ts';
import { loopTest } from '../../src/render/loop-device.ts';
import { membershipFiles } from '../../src/render/membership.ts';
import { surroundingsScript } from '../../src/render/surroundings.ts';
import { giveIds } from '../../src/render/user-ids.ts';
import { installScript } from '../../src/render/vagrant-site.ts';
import { targetOf } from '../faults/scene.ts';
import { VirtualCluster } from './virtual-cluster.ts';
import { machineImage, noAssets, specOf } from './world.ts';

export interface Script {
  readonly name: string;
  readonly language: 'sh' | 'bash' | 'perl';
  readonly text: string;
}

/** A file that uses as much as it can. */
export const rich = `version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 80, replicas: 2, backups: { count: 1, kind: cold }, place: [m2, m3] }
  api: { command: [/bin/api], port: 8098, algorithm: resource, route: { path: /api }, user: api, place: [m3] }
balancer:
  place: [m1, m2]
  replicas: 2
  publish: 8080
  tls: { certificate: self-signed, publish: 8444 }
`;

/** What images bring, and what is run while they are built. */
function ofImages(): Script[] {
  const images = [imagePlan('machine', machineImage), ...imagesOf(specOf(rich), noAssets)];
  return images.flatMap(({ name, recipe }) => [
    ...recipe.files.flatMap(({ target, content }) => {
      const language = /^#!\S*?(sh|bash|perl)$/m.exec(String(content).split('\n')[0] ?? '')?.[1];
      return language === undefined
        ? []
        : [{ name: target, language: language as Script['language'], text: String(content) }];
    }),
    ...recipe.run.map((text, index) => ({ name: `${name}: run[${index}]`, language: 'sh' as const, text })),
  ]);
}

const samples = { instance: 'web/2', balancer: 'balancer/1', machine: 'm1', cut: 'web/1:balancer/1' } as const;

/** What machines are told of faults; who calls them brings the variables. */
function ofFaults(): Script[] {
  const kept = { id: 'a', seconds: 1, record: '', inject: '', heal: '', values: {} };
  const fixed = [injectArgv(kept)[3], injectArgv(kept)[10], healArgv('a')[3], listArgv()[3]];
  const keepers = fixed.map((text, index) => ({ name: `keeper ${index}`, language: 'sh' as const, text: text ?? '' }));
  const effects = faults.flatMap((fault) =>
    fault.takes.flatMap((kind) =>
      fault.effects(targetOf(samples[kind])).map((effect) => [`${fault.name} ${kind}`, effect] as const),
    ),
  );
  const texts = effects.flatMap(([name, effect]) =>
    effect.kind === 'script'
      ? ([
          [`${name}, inject`, effect.inject],
          [`${name}, heal`, effect.heal],
        ] as const)
      : [],
  );
  return [...keepers, ...texts.map(([name, text]) => ({ name, language: 'sh' as const, text }))];
}

/** Every script that is run in containers and on machines while a cluster comes up, is changed and repaired. */
async function ofCommands(): Promise<Script[]> {
  const cluster = await VirtualCluster.after(rich);
  const { world, clock } = cluster;
  const change = async (text: string) => clock.until(cluster.command(text).up());
  await change(rich.replace('[apache2]', '[nginx]').replace('port: 80,', 'port: 80, health: { path: /up },'));
  await change(rich.replace('replicas: 2\n', 'replicas: 1\n'));
  world.instance('web-1').sick = 'refuses';
  await clock.run(60_000);
  const scripts = world.commands.flatMap(([program = '', ...rest]): [string, Script][] => {
    const at = rest.findIndex((word) => /^-e?u?c$/.test(word));
    const text = rest[at + 1] ?? '';
    if (!/^(sh|bash)$/.test(program) || at === -1) return [];
    return [[text, { name: text.trim().slice(0, 40), language: program as Script['language'], text }]];
  });
  return [...new Map(scripts).values()];
}

/** What hosts over SSH are told. */
function ofHosts(): Script[] {
  const spoken = [deb, snap].flatMap((dialect) => {
    const { packaging } = dialect;
    const membership = String(membershipFiles('/record', dialect)[0]?.content);
    const all = { remember, undoScript, estateScript, makeBridge, leaveScript, membership: () => membership };
    return Object.entries(all).map(([name, text]) => [`${name} (${packaging})`, text(dialect)] as const);
  });
  const shell = {
    ...{
      examine,
      lookScript,
      askNeighbour,
      reach,
      stranger,
      installSnap,
      install,
      giveIds,
      raiseSettings,
      undoMember,
    },
    ...{ surroundingsScript, loopTest, lookForNewer, lookForNewerSnap, upgradeScript, refreshSnap, watcher },
    ...Object.fromEntries(spoken),
    ...{ restorer, installScript },
  };
  return [
    ...Object.entries({ ...shell, ...mendScripts }).map(([name, text]): Script => ({ name, language: 'sh', text })),
    ...Object.entries({ echo, knock, listen }).map(([name, text]): Script => ({ name, language: 'perl', text })),
  ];
}

export async function allScripts(): Promise<Script[]> {
  return [...ofImages(), ...ofFaults(), ...ofHosts(), ...(await ofCommands())];
}

/** What a program says against a text; empty: nothing. */
export function complaints(argv: readonly [string, ...string[]], text: string): string {
  const { status, error, stdout, stderr } = spawnSync(argv[0], argv.slice(1), { input: text, encoding: 'utf8' });
  if (error !== undefined) throw new Error(`${argv[0]} is missing: apt-get install ${argv[0]}`, { cause: error });
  return status === 0 ? '' : `${stdout}${stderr}`;
}
