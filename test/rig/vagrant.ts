import type { Spec } from '../../src/domain/spec.ts';
import { specOf } from './world.ts';

/** Three machines that Vagrant makes, with these keys (`hypervisor: libvirt, cpus: 1`). */
export function vagrantSpec(keys: string, hosts = '[m1, m2, m3]'): Spec {
  return specOf(`version: 1
name: shop
machines: { provider: vagrant, hosts: ${hosts}${keys === '' ? '' : `, ${keys}`} }
services: { web: { packages: [apache2], port: 80 } }
`);
}
