import { describe, expect, it } from 'vitest';
import { checkProcessor } from '../../src/app/processor.ts';
import type { Project } from '../../src/app/project.ts';

const image = { base: 'debian/12', packages: [], files: [], run: [] };

/** Asked from a computer of that kind, where machines say this of themselves. */
function check(platform: string, processor: string, uname: string, states: readonly string[], made = false) {
  const asked: string[] = [];
  const doors = {
    controller: { platform, processor },
    provider: {
      exec: async (machine: string) => {
        asked.push(machine);
        const [own = '', other = own] = uname.split(' ');
        if (own === 'silent') throw new Error('it does not answer');
        return { code: 0, stdout: `${machine === 'm1' ? own : other}\n`, stderr: '', whole: true };
      },
    },
  };
  const at = (path: readonly (string | number)[], said: object) => ({
    file: 'relevo.yaml',
    path: path.join('.'),
    ...said,
  });
  const project = { at, doors } as unknown as Project;
  const machines = states.map((state, index) => ({ name: `m${index + 1}`, address: '', joined: false, state }));
  const observed = { machines, ...(made && { machineImage: image }) } as unknown as Parameters<
    typeof checkProcessor
  >[1];
  return { asked, ended: checkProcessor(project, observed) };
}

describe('what machines must run', () => {
  it.each([
    ['linux', 'x64', 'x86_64', ['running']],
    ['linux', 'arm64', 'aarch64', ['stopped', 'running']],
    ['linux', 'x64', 'aarch64', ['unknown']],
    ['linux', 'x64', 'silent', ['running', 'running']],
  ])('is what a computer of %s on %s does: %s, %j', async (platform, processor, uname, states) => {
    await expect(check(platform, processor, uname, states).ended).resolves.toBeUndefined();
  });

  it('is refused from another system and from another processor, with the way on', async () => {
    const hint = expect.stringContaining('run Relevo on Linux with the machines');
    const failure = (message: string) => ({ failure: { code: 'host-lacks', message, diagnostics: [{ hint }] } });
    const mac = check('darwin', 'arm64', 'aarch64', ['running']);
    await expect(mac.ended).rejects.toMatchObject(failure('this computer runs darwin, and the machines run Linux'));
    expect(mac.asked).toEqual([]);
    await expect(check('linux', 'x64', 'aarch64', ['running']).ended).rejects.toMatchObject(
      failure("the processor of m1 is aarch64, and this computer's is x86_64"),
    );
    await expect(check('linux', 'x64', 'x86_64 aarch64', ['running', 'running']).ended).rejects.toMatchObject(
      failure("the processor of m2 is aarch64, and this computer's is x86_64"),
    );
  });

  it('is no question where this computer makes the machines', async () => {
    const { asked, ended } = check('linux', 'x64', 'aarch64', ['running'], true);
    await ended;
    expect(asked).toEqual([]);
  });
});
