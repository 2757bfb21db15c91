import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Status } from '../../src/domain/status.ts';
import { load, lost, title } from '../rig/load.ts';
import { type Outcome, VagrantLab } from '../rig/vagrant-lab.ts';

/** A directory that is exported once, and then Vagrant alone. */
let lab: VagrantLab;
let site: string;
let host: string;
const port = 1080;

beforeAll(() => {
  lab = new VagrantLab('relevo-e2e-vagrant');
  const file = lab.file();
  site = join(lab.directory, 'site');
  host = lab.entry;
  lab.run('./relevo', 'vagrant', 'export', site, '-f', file);
  lab.giveImages(file, join(site, 'cache'));
});

afterAll(() => lab?.[Symbol.dispose]());

const vagrant = (...argv: string[]): Promise<Outcome> => lab.start(site, 'vagrant', ...argv);

async function status(): Promise<Status> {
  const { output } = await vagrant('ssh', 'virtualMachine1', '-c', 'relevo status --json 2>/dev/null');
  return JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)) as Status;
}

async function pages(count: number): Promise<string[]> {
  const shown: string[] = [];
  for (let request = 0; request < count; request += 1) shown.push(await title(port, false, host));
  return shown;
}

describe('plain `vagrant up` in an exported directory', () => {
  it('ends with a site whose two servers answer in turn', async () => {
    const { code, output } = await vagrant('up');
    expect([code, output.slice(-2000)]).toEqual([0, expect.stringContaining('Done')]);
    const shown = await pages(4);
    expect([...new Set(shown)].sort()).toEqual(['Web01', 'Web02']);
    expect([shown[2], shown[3]]).toEqual([shown[0], shown[1]]);
  });

  it('has nothing to do the second time, and leaves the site alone with --no-provision', async () => {
    const before = [1, 2, 3].map((number) => lab.pid(number));
    const again = await vagrant('up');
    expect(again.code, again.output).toBe(0);
    expect(again.output).toContain('Up to date');
    const without = await vagrant('up', '--no-provision');
    expect([without.code, without.output]).toEqual([0, expect.not.stringContaining('Up to date')]);
    expect([1, 2, 3].map((number) => lab.pid(number))).toEqual(before);
  });

  it('loses no request when one machine loses its power, and has it back with the next', async () => {
    const stop = load(port, host);
    await new Promise((done) => setTimeout(done, 2000));
    await lab.cutPower(3);
    await new Promise((done) => setTimeout(done, 10_000)); // as long as users would notice
    const outcomes = await stop();
    expect([...outcomes.values()].reduce((a, b) => a + b, 0)).toBeGreaterThan(500);
    expect(lost(outcomes)).toEqual([]);
    const { code, output } = await vagrant('up');
    expect([code, output.slice(-2000)]).toEqual([0, expect.stringContaining(host)]);
    expect((await status()).members.map(({ state }) => state)).toEqual(['ONLINE', 'ONLINE', 'ONLINE']);
  });

  it('makes the site what the file says by `vagrant provision`', async () => {
    const file = join(site, 'project/relevo.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('replicas: 2 #', 'replicas: 3 #'));
    expect((await vagrant('provision')).code).toBe(0);
    expect((await status()).instances.filter(({ server }) => server === 'UP')).toHaveLength(3);
  });

  it('fails where a machine was not provisioned to its end, and names it', async () => {
    await vagrant('ssh', 'virtualMachine2', '-c', 'sudo rm /etc/relevo-provisioned');
    const { code, output } = await vagrant('up');
    expect([code, output]).toEqual([1, expect.stringContaining('run "vagrant provision virtualMachine2"')]);
    const again = await vagrant('provision', 'virtualMachine2');
    expect([again.code, again.output]).toEqual([0, expect.stringContaining('Up to date')]);
  });

  it('waits for machines that are missing, and says which', async () => {
    await vagrant('destroy', '-f', 'virtualMachine3');
    const { code, output } = await vagrant('up', 'virtualMachine1', 'virtualMachine2');
    expect([code, output]).toEqual([0, expect.stringContaining('The site waits for virtualMachine3.')]);
    expect(lost(new Map((await pages(4)).map((page) => [page, 1])))).toEqual([]);
  });

  it('puts a machine in the place of one that was destroyed, when it is told to', async () => {
    const { code, output } = await vagrant('up');
    expect([code, output]).toEqual([1, expect.stringContaining('virtualMachine3 is a member of the cluster')]);
    expect(output).toContain("vagrant ssh virtualMachine1 -c 'relevo status'");
    const replaced = await vagrant('ssh', 'virtualMachine1', '-c', 'relevo replace virtualMachine3 --yes');
    expect(replaced.code, replaced.output.slice(-2000)).toBe(0);
    expect((await status()).members.map(({ state }) => state)).toEqual(['ONLINE', 'ONLINE', 'ONLINE']);
  });

  it('leaves nothing when it is destroyed', async () => {
    expect((await vagrant('destroy', '-f')).code).toBe(0);
    expect(lab.containers()).toEqual([]);
  });
});
