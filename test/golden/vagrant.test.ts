import { expect, it } from 'vitest';
import { exportReadme } from '../../src/render/vagrant-readme.ts';
import { installScript } from '../../src/render/vagrant-site.ts';
import { vagrantfile, vagrantMachinesOf } from '../../src/render/vagrantfile.ts';
import { hypervisors } from '../../src/spec/schema-vagrant.ts';
import { vagrantSpec } from '../rig/vagrant.ts';

const remark = ['Written by a test.'];

/** What Vagrant reads, whole, for each hypervisor. */
it.each(hypervisors)('the Vagrantfile for %s is as it was', async (hypervisor) => {
  const { name: project, machines } = vagrantSpec(`hypervisor: ${hypervisor}, box: example/debian-12, memory: 1GiB`);
  const vagrant = machines.vagrant ?? { hypervisor };
  const text = vagrantfile({ project, vagrant, machines: vagrantMachinesOf({ machines }), remark, site: false });
  await expect(text).toMatchFileSnapshot(`./vagrantfile-${hypervisor}`);
});

it.each([
  ['vagrantfile-exported', exportedFile()],
  ['vagrant-install.sh', installScript],
  ['vagrant-readme.md', exportReadme('shop', vagrantMachinesOf(vagrantSpec('')), 1080)],
])('%s is as it was', async (name, text) => {
  await expect(text).toMatchFileSnapshot(`./${name}`);
});

function exportedFile(): string {
  const spec = vagrantSpec('');
  const vagrant = spec.machines.vagrant ?? { hypervisor: 'virtualbox' };
  return vagrantfile({ project: spec.name, vagrant, machines: vagrantMachinesOf(spec), remark, site: true });
}
