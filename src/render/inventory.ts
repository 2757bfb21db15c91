import type { SshWay } from './ssh-words.ts';

/** Machines and instances as Ansible takes them. */
export interface Inventory {
  readonly machines: readonly InventoryMachine[];
  readonly instances: readonly InventoryInstance[];
}

export interface InventoryMachine {
  readonly name: string;
  readonly address: string;
  /** Absent where it has no SSH server. */
  readonly way?: SshWay;
}

export interface InventoryInstance {
  readonly name: string;
  /** Its service, or `balancer`. */
  readonly group: string;
  readonly machine: string;
  /** On the bridge of its machine. */
  readonly address: string | null;
  readonly state: string;
}

type Variables = Readonly<Record<string, string | number>>;

/** What an inventory script prints for `--list`. Source: Ansible's docs/dev_guide/developing_inventory. */
export function inventoryJson(inventory: Inventory): Record<string, unknown> {
  const groups = groupsOf(inventory);
  return {
    _meta: { hostvars: Object.fromEntries(hostsOf(inventory)) },
    all: { children: ['machines', 'instances'] },
    machines: { hosts: inventory.machines.map(({ name }) => name) },
    instances: { children: [...groups.keys()] },
    ...Object.fromEntries([...groups].map(([group, hosts]) => [group, { hosts }])),
  };
}

/** What it prints for `--host`. */
export function hostVariables(inventory: Inventory, name: string): Variables {
  return new Map(hostsOf(inventory)).get(name) ?? {};
}

/** The same as a file. Values are quoted as its parser reads them: as Python's. */
export function inventoryIni(inventory: Inventory): string {
  const variables = new Map(hostsOf(inventory));
  const line = (name: string) =>
    [name, ...Object.entries(variables.get(name) ?? {}).map(([key, value]) => `${key}=${iniValue(value)}`)].join(' ');
  const groups = groupsOf(inventory);
  const sections = [
    ['[machines]', ...inventory.machines.map(({ name }) => line(name))],
    ...[...groups].map(([group, hosts]) => [`[${group}]`, ...hosts.map(line)]),
    ['[instances:children]', ...groups.keys()],
  ];
  return sections.map((section) => `${section.join('\n')}\n`).join('\n');
}

function iniValue(value: string | number): string {
  return typeof value === 'number' || /^[\w./:@-]+$/.test(value)
    ? String(value)
    : `'${value.replace(/[\\']/g, '\\$&')}'`;
}

function groupsOf({ instances }: Inventory): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { name, group } of instances) {
    const key = groupName(group);
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return groups;
}

/** Names of variables, as Ansible wants them; those that mean something else here, and those it keeps for itself, are set apart. */
function groupName(service: string): string {
  const name = service.replaceAll('-', '_');
  return ['all', 'ungrouped', 'machines', 'instances'].includes(name) || /^\d/.test(name) ? `service_${name}` : name;
}

function hostsOf({ machines, instances }: Inventory): (readonly [string, Variables])[] {
  return [
    ...machines.map((machine) => [machine.name, machineVariables(machine)] as const),
    ...instances.map((instance) => [instance.name, instanceVariables(instance)] as const),
  ];
}

function machineVariables({ address, way }: InventoryMachine): Variables {
  const common = [
    ...(way?.config === undefined ? [] : [`-F "${way.config}"`]),
    ...(way?.jump === undefined ? [] : [`-J ${way.jump}`]),
  ];
  return {
    ansible_host: way?.address ?? address,
    ...(way?.user !== undefined && { ansible_user: way.user }),
    ...(way?.port !== undefined && { ansible_port: way.port }),
    ...(common.length > 0 && { ansible_ssh_common_args: common.join(' ') }),
  };
}

/** They have no SSH server: who wants in goes by `relevo exec`, or through their machine. */
function instanceVariables({ group, machine, address, state }: InventoryInstance): Variables {
  return {
    ...(address !== null && { ansible_host: address }),
    ...{ relevo_service: group, relevo_machine: machine, relevo_state: state },
  };
}
