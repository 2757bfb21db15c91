import type { CgroupController } from '../../ports/host.ts';
import type { System } from '../../ports/system.ts';

/** `limits.cpu` pins to CPUs, so it is cpuset's business. */
const needed: readonly CgroupController[] = ['cpuset', 'memory'];

/** What LXD itself sees, which a mount namespace of its own may make less than the host has. */
export async function missingControllers(system: System, lxdPid: number): Promise<CgroupController[]> {
  const root = `/proc/${lxdPid}/root/sys/fs/cgroup`;
  const unified = (await system.files.readText(`${root}/cgroup.controllers`))?.trim().split(/\s+/) ?? [];
  const missing: CgroupController[] = [];
  for (const controller of needed) {
    const ownHierarchy = await system.files.exists(`${root}/${controller}/tasks`); // cgroup v1
    if (!unified.includes(controller) && !ownHierarchy) missing.push(controller);
  }
  return missing;
}
