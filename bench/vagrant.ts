/**
 * Times an exported mini-project from plain `vagrant up` to alternating answers: `npm run bench:vagrant [-- --runs N]`. Machines are those
 * of LXC; box and images are there already. Prints seconds, each beside its goal.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { title } from '../test/rig/load.ts';
import { VagrantLab } from '../test/rig/vagrant-lab.ts';

const goals: Readonly<Record<string, number>> = { 'vagrant up': 120, 'again, nothing to do': 20 };
const port = 1080;

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

function tell(what: string, took: number): void {
  const goal = goals[what] === undefined ? '' : `goal ${goals[what]}`;
  console.log(`${what.padEnd(22)} ${took.toFixed(1).padStart(7)} s  ${goal}`);
}

/** Resolves once two requests in a row are answered by different servers. */
async function alternating(host: string): Promise<void> {
  const [first, second] = [await title(port, false, host), await title(port, false, host)];
  if (!/^Web\d\d$/.test(first) || !/^Web\d\d$/.test(second) || first === second)
    throw new Error(`no alternating answers: ${first}, ${second}`);
}

const { values } = parseArgs({ options: { runs: { type: 'string', default: '1' } } });
using lab = new VagrantLab('relevo-bench-vagrant');
const file = lab.file();
const site = join(lab.directory, 'site');
tell('vagrant export', await seconds(async () => lab.run('./relevo', 'vagrant', 'export', site, '-f', file)));
lab.giveImages(file, join(site, 'cache'));
const vagrant = async (...argv: string[]) => {
  const { code, output } = await lab.start(site, 'vagrant', ...argv);
  if (code !== 0) throw new Error(`vagrant ${argv.join(' ')} ended with ${code}\n${output}`);
};
console.log(`${cpus().length} CPUs`);
for (let run = 0; run < Number(values.runs); run += 1) {
  const up = async () => {
    await vagrant('up');
    await alternating(lab.entry);
  };
  tell('vagrant up', await seconds(up));
  tell('again, nothing to do', await seconds(up));
  tell('vagrant destroy', await seconds(() => vagrant('destroy', '-f')));
}
