import { isOnline } from '../../domain/member.ts';
import type {
  Answering,
  BalancerStatus,
  InstanceStatus,
  MachineStatus,
  MemberStatus,
  RunState,
  Status,
} from '../../domain/status.ts';
import type { Paint, Style } from './style.ts';
import { type Cell, type Column, renderTable } from './table.ts';
import { clean, indent } from './text.ts';

const none = '–';

/** Everything that exists, table by table; tables without rows are left out. */
export function renderStatus(status: Status, style: Style, width?: number): string {
  const sections = [
    section('Machines', machineColumns(status), status.machines.map(machineRow(status, style)), style, width),
    section('Members', memberColumns, status.members.map(memberRow(style)), style, width),
    section('Instances', instanceColumns, status.instances.map(instanceRow(style)), style, width),
    section('Balancers', balancerColumns(status), status.balancers.map(balancerRow(status, style)), style, width),
    status.unreadable === null ? undefined : style.yellow(clean(status.unreadable)),
  ].filter((text) => text !== undefined);
  if (sections.length === 0) return `${style.bold(status.name)}  nothing exists yet`;
  return [title(status, style), ...sections].join('\n\n');
}

function title({ name, url, link, address }: Status, style: Style): string {
  const way = link === 'routed' && address !== null ? style.dim('  link: routed') : '';
  return `${style.bold(name)}  ${url === null ? style.dim('not published') : style.cyan(url)}${way}`;
}

function section(
  heading: string,
  columns: readonly Column[],
  rows: readonly Cell[][],
  style: Style,
  width: number | undefined,
): string | undefined {
  if (rows.length === 0) return undefined;
  const table = renderTable(columns, rows, style, width === undefined ? undefined : width - 2);
  return `${style.bold(heading)}\n${indent(table, '  ')}`;
}

/** Names of columns; a number after one tells how early a narrow terminal may do without it. */
function columns(...names: readonly string[]): Column[] {
  return names.map((name) => {
    const [title = '', spare] = name.split(':');
    return spare === undefined ? { title } : { title, spare: Number(spare) };
  });
}

/** From here on a pool is worth a column: what fills it stops all that lies in it. */
const nearlyFull = 0.9;

const share = ({ disk }: MachineStatus) => (disk === null || disk.total === 0 ? undefined : disk.used / disk.total);
const fills = ({ machines }: Status) => machines.some((machine) => (share(machine) ?? 0) >= nearlyFull);

const machineColumns = (status: Status) =>
  columns('NAME', 'ADDRESS', 'STATE', 'LXD:1', ...(fills(status) ? ['DISK'] : []));
const machineRow =
  (status: Status, style: Style) =>
  (machine: MachineStatus): Cell[] => [
    machine.name,
    machine.address ?? none,
    runState(machine.state, style),
    answering(machine.lxd, style),
    ...(fills(status) ? [disk(share(machine), style)] : []),
  ];

function disk(used: number | undefined, style: Style): Cell {
  if (used === undefined) return { text: 'unknown', paint: style.magenta };
  const text = `${Math.floor(used * 100)}% full`;
  return used < nearlyFull ? text : { text, paint: style.red };
}

const memberColumns = columns('NAME', 'STATE', 'MESSAGE');
const memberRow =
  (style: Style) =>
  ({ name, state, message }: MemberStatus): Cell[] => [
    name,
    { text: state, paint: isOnline(state) ? style.green : style.red },
    message,
  ];

const instanceColumns = columns('NAME', 'SERVICE:3', 'ROLE:2', 'MACHINE', 'ADDRESS:1', 'STATE', 'SERVER');
const instanceRow =
  (style: Style) =>
  (instance: InstanceStatus): Cell[] => [
    instance.name,
    instance.service,
    instance.role,
    instance.machine,
    instance.address ?? none,
    runState(instance.state, style),
    server(instance.server, style),
  ];

const balancerColumns = ({ link }: Status) =>
  columns('NAME', 'MACHINE', 'ADDRESS:2', 'STATE', 'HAPROXY:1', link === null ? 'URL' : 'SHARED ADDRESS');
const balancerRow =
  ({ address, link }: Status, style: Style) =>
  (balancer: BalancerStatus): Cell[] => [
    balancer.name,
    balancer.machine,
    balancer.address ?? none,
    runState(balancer.state, style),
    answering(balancer.haproxy, style),
    link === null ? (balancer.url ?? none) : holder(balancer, address, style),
  ];

function holder({ holder: holds }: BalancerStatus, address: string | null, style: Style): Cell {
  if (holds === null) return { text: 'unknown', paint: style.magenta };
  return holds ? (address ?? none) : { text: none, paint: style.dim };
}

function answering(word: Answering, style: Style): Cell {
  const paints: Record<Answering, Paint> = { answers: style.green, silent: style.red, unknown: style.magenta };
  return { text: word, paint: paints[word] };
}

function runState(state: RunState, style: Style): Cell {
  const paints: Record<RunState, Paint> = {
    running: style.green,
    stopped: style.yellow,
    absent: style.red,
    unknown: style.magenta,
  };
  return { text: state, paint: paints[state] };
}

/** HAProxy's words, which may carry a count: `UP 1/2`. */
function server(state: string | null, style: Style): Cell {
  if (state === null) return { text: none, paint: style.dim };
  if (state === 'UP') return { text: state, paint: style.green };
  return { text: state, paint: state.startsWith('DOWN') ? style.red : style.yellow };
}
