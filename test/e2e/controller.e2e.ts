import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../src/domain/event.ts';
import type { InstanceStatus } from '../../src/domain/status.ts';
import { load, lost, title } from '../rig/load.ts';
import { Project } from '../rig/project.ts';

const project = new Project('relevo-keeper', 1193);
const repair = { timeout: 60_000, interval: 500 };

afterAll(() => project[Symbol.dispose]());

function onHost(...argv: string[]): void {
  const { status, stderr } = spawnSync('lxc', [...argv, '--project', `relevo-${project.name}`], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
}

/** Through the machine that carries it, behind the controllers' backs. */
function container(action: string, { name, machine }: InstanceStatus): void {
  const inside = ['lxc', ...action.split(' '), name, '--project', project.name];
  const { status } = spawnSync('lxc', ['exec', machine, '--project', `relevo-${project.name}`, '--', ...inside]);
  expect(status).toBe(0);
}

function events(): (Event & { by: string })[] {
  const lines = project.relevo('events', '--json', '-n', '1000').stdout.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Event & { by: string });
}

const noticed = (what: string) => events().filter((event) => event.type === 'noticed' && event.what === what);
const instance = (name: string) => project.status().instances.find((each) => each.name === name) as InstanceStatus;

/** Roles of those that run and are UP. */
function serving(): string[] {
  const up = project.status().instances.filter(({ state, server }) => state === 'running' && server === 'UP');
  return up.map(({ role }) => role).sort();
}

const whole = ['backup', 'primary', 'primary'];

describe('the controllers', () => {
  beforeAll(() => {
    project.edit('place: [virtualMachine1]', 'place: [virtualMachine1, virtualMachine2]\n  replicas: 2');
    project.edit('replicas: 2 # on', 'backups: 1\n    replicas: 2 # on');
    project.up();
  });

  it('have one leader', async () => {
    await expect.poll(() => noticed('leads').length, repair).toBeGreaterThan(0);
    expect(project.relevo('plan').code).toBe(0);
  });

  it('start a container that was stopped by force, and nobody notices', async () => {
    const stop = load(project.port);
    container('stop --force', instance('web-1'));
    await expect.poll(() => noticed('promoted').length, repair).toBeGreaterThan(0);
    await expect.poll(serving, repair).toEqual(whole);
    expect(lost(await stop())).toEqual([]);
    await expect.poll(() => events().some((event) => event.type === 'step-succeeded'), repair).toBe(true);
  });

  it('restart a container that was paused', async () => {
    container('pause', instance('web-2'));
    await expect.poll(() => instance('web-2').server, repair).toMatch(/^DOWN/);
    await expect.poll(serving, repair).toEqual(whole);
  });

  it('go on when the one that leads is killed in the middle of a repair', async () => {
    const leader = noticed('leads').at(-1)?.by ?? '';
    const stop = load(project.port);
    container('stop --force', instance('web-1'));
    project.relevo('exec', leader, '--', 'systemctl', 'kill', '--signal=KILL', 'relevo-controller');
    await expect.poll(serving, repair).toEqual(whole);
    expect(lost(await stop())).toEqual([]);
    expect(project.status().instances).toHaveLength(3);
  });

  it('make anew elsewhere what a machine carried that was powered off, and tidy up when it is back', async () => {
    const stop = load(project.port);
    onHost('stop', '--force', 'virtualMachine3');
    await expect.poll(serving, repair).toEqual(whole);
    expect(lost(await stop())).toEqual([]);
    expect(noticed('lost').length).toBeGreaterThan(0);
    onHost('start', 'virtualMachine3');
    const names = () => project.status().instances.map(({ name }) => name);
    await expect.poll(names, { ...repair, timeout: 120_000 }).toEqual(['web-1', 'web-2', 'web-3']);
    await expect.poll(serving, repair).toEqual(whole);
  });

  it('keep off a machine that is drained, until it is restored', async () => {
    const stop = load(project.port);
    expect(await project.beside('drain', 'virtualMachine3', '--yes')).toBe(0);
    const machines = () => new Set(project.status().instances.map(({ machine }) => machine));
    expect(machines()).toEqual(new Set(['virtualMachine2']));
    expect(await project.beside('restore', 'virtualMachine3', '--yes')).toBe(0);
    expect(machines()).toEqual(new Set(['virtualMachine2', 'virtualMachine3']));
    expect(lost(await stop())).toEqual([]);
    expect(project.relevo('drain', 'nowhere', '--yes').code).toBe(10);
  });

  it('wake a cold backup when the primaries are gone', async () => {
    project.edit('backups: 1', 'backups: { count: 1, kind: cold }');
    project.up();
    expect(instance('web-3').state).toBe('stopped');
    for (const name of ['web-1', 'web-2']) project.relevo('exec', name, '--', 'systemctl', 'stop', 'apache2');
    await expect.poll(() => title(project.port), { ...repair, interval: 100 }).toBe('Web03');
  });
});
