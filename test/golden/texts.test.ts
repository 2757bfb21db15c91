import { expect, it } from 'vitest';
import type { ImageFile } from '../../src/domain/desired.ts';
import { imagePlan, imagesOf } from '../../src/plan/images.ts';
import { agentFiles } from '../../src/render/agent.ts';
import { callsFiles, callsNames } from '../../src/render/calls.ts';
import { controllerUnits } from '../../src/render/controller.ts';
import { logFiles } from '../../src/render/logs.ts';
import { portsFiles } from '../../src/render/ports.ts';
import { bootstrapPreseed, joinPreseed } from '../../src/render/preseed.ts';
import { packagesDropIn, serviceUnit } from '../../src/render/systemd.ts';
import { rich } from '../rig/scripts.ts';
import { machineImage, noAssets, specOf } from '../rig/world.ts';

/** Texts that other programs read, whole: who changes one sees here what became of it (`vitest -u` writes it anew). */
const shown = (files: readonly ImageFile[]) =>
  files.map(({ target, mode, content }) => `=== ${target} ${mode.toString(8)}\n${content}`).join('\n');

const spec = specOf(rich);

/** Their files have texts of their own. */
const images = [imagePlan('machine', machineImage), ...imagesOf(spec, noAssets)];
const recipes = images.map(({ name, recipe: { base, packages, users, directories, before, run } }) => ({
  name,
  base,
  packages,
  users,
  directories,
  before,
  run,
}));

it.each([
  ['preseed-bootstrap.yaml', bootstrapPreseed('m1', '198.18.7.11', '198.19.0.1/16', callsNames)],
  ['preseed-join.yaml', joinPreseed('198.18.7.12', 'TOKEN')],
  ['controller-units.txt', shown(controllerUnits())],
  ['agent.txt', shown(agentFiles())],
  ['ports.txt', shown(portsFiles('eth0'))],
  ['calls.txt', shown(callsFiles('eth0'))],
  [
    'service-units.txt',
    [...spec.services.filter(({ command }) => command).map(serviceUnit), packagesDropIn()].join('\n'),
  ],
  ['logs.txt', shown(logFiles(['apache2']))],
  ['images.txt', `${JSON.stringify(recipes, undefined, 2)}\n`],
])('%s is as it was', async (name, text) => {
  await expect(text).toMatchFileSnapshot(`./${name}`);
});
