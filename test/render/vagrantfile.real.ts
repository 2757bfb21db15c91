import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../../src/domain/spec.ts';
import { rubyString, vagrantfile, vagrantMachinesOf } from '../../src/render/vagrantfile.ts';
import { hypervisors } from '../../src/spec/schema-vagrant.ts';
import { vagrantSpec } from '../rig/vagrant.ts';

const directory = mkdtempSync(join(tmpdir(), 'relevo-vagrantfile-'));
afterAll(() => rmSync(directory, { recursive: true }));

function textFor(hypervisor: Hypervisor, site: boolean): string {
  const { name: project, machines } = vagrantSpec(`hypervisor: ${hypervisor}, box: "it's/a#{box}"`);
  const vagrant = machines.vagrant ?? { hypervisor };
  return vagrantfile({ project, vagrant, machines: vagrantMachinesOf({ machines }), remark: [], site });
}

/** What the real Vagrant says of it; its plugins for the hypervisors need not be there. */
function validate(name: string, text: string): { readonly code: number | null; readonly output: string } {
  const home = join(directory, name);
  for (const part of ['relevo', 'project']) mkdirSync(join(home, part), { recursive: true });
  writeFileSync(join(home, 'Vagrantfile'), text);
  const { VAGRANT_DEFAULT_PROVIDER: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync('vagrant', ['validate', '--ignore-provider'], {
    ...{ cwd: home, encoding: 'utf8' },
    env: { ...env, VAGRANT_HOME: join(directory, 'home'), VAGRANT_CHECKPOINT_DISABLE: '1' },
  });
  return { code: status, output: `${stdout}${stderr}` };
}

const valid = { code: 0, output: expect.stringContaining('Vagrantfile validated successfully.') };

describe('the real Vagrant', { timeout: 120_000 }, () => {
  it.each(hypervisors)('takes the Vagrantfile for %s', (hypervisor) => {
    expect(validate(hypervisor, textFor(hypervisor, false))).toEqual(valid);
  });

  it('takes an exported one', () => {
    expect(validate('exported', textFor('virtualbox', true))).toEqual(valid);
  });

  it('finds a mistake there, so that the other rows say something', () => {
    const wrong = textFor('virtualbox', false).replace('machine.vm.hostname', 'machine.vm.hostnam');
    expect(validate('wrong', wrong)).toEqual({
      code: 1,
      output: expect.stringContaining("The following settings shouldn't exist: hostnam"),
    });
  });
});

it('Ruby reads each text of the file as it is', () => {
  const hard = ["it's", '\\', "\\'", '#{exit 3}', '"; exit 3; "', 'a\nb', "'); exit 3 #", '%q(x)', 'ñ', '\\\\', 'a\\'];
  const program = `print [${hard.map(rubyString).join(', ')}].map { |text| text.unpack1('H*') }.join(' ')`;
  const { status, stdout } = spawnSync('ruby', ['-'], { input: program, encoding: 'utf8' });
  expect([status, stdout.split(' ')]).toEqual([0, hard.map((text) => Buffer.from(text).toString('hex'))]);
});
