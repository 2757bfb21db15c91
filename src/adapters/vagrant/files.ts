import { basename, dirname, join, resolve } from 'node:path';
import type { Spec } from '../../domain/spec.ts';
import type { Files } from '../../ports/system.ts';
import { type VagrantMachine, vagrantfile, vagrantMachinesOf, vagrantOf } from '../../render/vagrantfile.ts';
import { type SshBlock, sshConfig } from './output.ts';
import type { VagrantDirectory } from './vagrant.ts';

const remark = [
  'Written by Relevo from the file, and written again when that changes.',
  'With `vagrantfile: PATH` under `machines` it takes one of your own instead.',
];

/** What Relevo keeps for one project of Vagrant's machines, in a directory of the project's state. */
export class VagrantFiles {
  readonly #spec: Spec;
  readonly #files: Files;
  /** Absolute. */
  readonly directory: string;
  readonly place: VagrantDirectory;

  /** `state`: the project's directory; `from`: that of the user's file. Both absolute. */
  constructor(spec: Spec, files: Files, state: string, from: string) {
    this.#spec = spec;
    this.#files = files;
    this.directory = join(state, 'vagrant');
    const { vagrantfile: own, hypervisor } = vagrantOf(spec);
    const path = own === undefined ? join(this.directory, 'Vagrantfile') : resolve(from, own);
    const name = basename(path);
    this.place = { directory: dirname(path), hypervisor, ...(name !== 'Vagrantfile' && { file: name }) };
  }

  get sshConfig(): string {
    return join(this.directory, 'ssh_config');
  }

  get isOwn(): boolean {
    return vagrantOf(this.#spec).vagrantfile !== undefined;
  }

  /** The Vagrantfile says what the file does. */
  async isCurrent(): Promise<boolean> {
    const path = join(this.place.directory, this.place.file ?? 'Vagrantfile');
    const text = await this.#files.readText(path);
    return this.isOwn ? text !== undefined : text === this.#render(await this.#leaving());
  }

  /** There is a Vagrantfile, so that Vagrant can be asked. */
  isWritten(): Promise<boolean> {
    return this.#files.exists(join(this.place.directory, this.place.file ?? 'Vagrantfile'));
  }

  async write(): Promise<void> {
    const leaving = await this.#leaving();
    if (!this.isOwn) await this.#files.write(join(this.directory, 'Vagrantfile'), this.#render(leaving), 0o600);
    await this.#remember([...vagrantMachinesOf(this.#spec), ...leaving]);
  }

  /** A machine that the file no longer has is gone. */
  async forget(name: string): Promise<void> {
    await this.#remember((await this.#known()).filter((machine) => machine.name !== name));
    await this.write();
  }

  /** All that may be there still. */
  async names(): Promise<readonly string[]> {
    return [...new Set([...this.#spec.machines.hosts, ...(await this.#leaving()).map(({ name }) => name)])];
  }

  /** Resolves to whether ssh gets elsewhere now than before. */
  async writeSshConfig(blocks: readonly SshBlock[]): Promise<boolean> {
    const known = [...(await this.#known()), ...vagrantMachinesOf(this.#spec)];
    const text = sshConfig(blocks, Object.fromEntries(known.map(({ name, address }) => [name, address])));
    if ((await this.#files.readText(this.sshConfig)) === text) return false;
    await this.#files.write(this.sshConfig, text, 0o600);
    return true;
  }

  remove(): Promise<void> {
    return this.#files.remove(this.directory);
  }

  /** Vagrant forgets machines that its Vagrantfile no longer has, so they stay in it until they are destroyed. */
  async #leaving(): Promise<VagrantMachine[]> {
    const own = new Set(this.#spec.machines.hosts);
    return (await this.#known()).filter(({ name }) => !own.has(name));
  }

  async #known(): Promise<VagrantMachine[]> {
    const text = await this.#files.readText(join(this.directory, 'machines.json'));
    return text === undefined ? [] : (JSON.parse(text) as VagrantMachine[]);
  }

  #remember(machines: readonly VagrantMachine[]): Promise<void> {
    return this.#files.write(join(this.directory, 'machines.json'), `${JSON.stringify(machines, null, 2)}\n`, 0o600);
  }

  #render(leaving: readonly VagrantMachine[]): string {
    const machines = [...vagrantMachinesOf(this.#spec), ...leaving];
    return vagrantfile({ project: this.#spec.name, vagrant: vagrantOf(this.#spec), machines, remark, site: false });
  }
}
