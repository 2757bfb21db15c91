import type { PlanFinding } from '../../src/domain/load.ts';
import { fakeTools, type Script } from './fake-engine.ts';
import { VirtualCluster } from './virtual-cluster.ts';
import { type TerminalOptions, VirtualTerminal } from './virtual-terminal.ts';

const text = `version: 1
name: shop
machines: { hosts: [m1, m2] }
services:
  web: { packages: [apache2], port: 80, place: [m2] }
balancer: { place: [m1], publish: 8080 }
load:
  stress: { users: 20, ramp_up: 1s, pace: 500ms, duration: 10s, requests: [{ get: / }], expect: ["p99 < 400ms"] }
`;
const sampler = (host: string) => `<?xml version="1.0" encoding="UTF-8"?>
<jmeterTestPlan version="1.2" properties="5.0" jmeter="5.6.3"><hashTree>
  <TestPlan guiclass="TestPlanGui" testclass="TestPlan" testname="Shop"/><hashTree>
    <ThreadGroup guiclass="ThreadGroupGui" testclass="ThreadGroup" testname="Users"/><hashTree>
      <HTTPSamplerProxy guiclass="HttpTestSampleGui" testclass="HTTPSamplerProxy" testname="GET /">
        <stringProp name="HTTPSampler.domain">${host}</stringProp>
      </HTTPSamplerProxy><hashTree/>
    </hashTree></hashTree></hashTree></jmeterTestPlan>
`;
export const home = '/home/ana';
const files = () =>
  new Map([
    [`${home}/relevo.yaml`, text],
    [`${home}/shop.jmx`, sampler('')],
    [`${home}/plans/housed.jmx`, sampler('shop.test')],
  ]);

/** A user's desk, with engines that do as the script says. */
export async function desk(script: Script = {}, before: 'bare' | 'up' = 'bare') {
  const cluster = before === 'up' ? await VirtualCluster.after(text) : new VirtualCluster();
  const tools = fakeTools(script);
  const desktop = files();
  const type = (line: readonly string[], options: Partial<TerminalOptions> = {}) =>
    new VirtualTerminal(cluster, line, { files: desktop, loadTools: tools.loadTools, ...options });
  return {
    ...{ cluster, ...tools, files: desktop, type },
    async relevo(line: string | readonly string[], options?: Partial<TerminalOptions>) {
      const terminal = type(typeof line === 'string' ? line.split(' ') : line, options);
      const code = await cluster.clock.until(terminal.code);
      return { code, stdout: terminal.stdout, stderr: terminal.stderr, terminal };
    },
  };
}

/** A part of a plan that can't be honoured. */
export const left: PlanFinding = {
  ...{ kind: 'unsupported', path: 'Shop > Users > Orders', line: 7, what: 'JDBC Request' },
  consequence: 'its statements are not sent',
};
