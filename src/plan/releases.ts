import type { Desired, InstancePlan, ReleasePlan } from '../domain/desired.ts';
import { hashOf } from '../domain/hash.ts';
import type { Spec } from '../domain/spec.ts';
import type { Step } from '../domain/step.ts';
import { givenSecret } from '../render/secrets.ts';
import { environmentFile } from '../render/systemd.ts';
import type { Steps } from './steps.ts';

/** Beside the first instance of each service that has a release command. */
export function releasesOf({ services }: Spec, instances: readonly InstancePlan[]): ReleasePlan[] {
  return services.flatMap(({ name: service, releaseCommand: command, user, workingDir, secrets }) => {
    const first = instances.find((instance) => instance.service === service);
    if (command === undefined || first === undefined) return [];
    const { image, machine, files } = first;
    const targets = new Set([environmentFile, ...secrets.flatMap((secret) => givenSecret(secret)?.target ?? [])]);
    const given = files.filter(({ target }) => targets.has(target)); // templates tell instances apart
    const run = { command, user, workingDir, image };
    return [{ service, machine, files, ...run, revision: hashOf({ ...run, given }) }];
  });
}

/** By service, after which its new revision may get requests; nothing where its release was made before. */
export function releaseStep(
  steps: Steps,
  { releases }: Pick<Desired, 'releases'>,
  service: string,
  done: Readonly<Record<string, string>>,
  after: (release: ReleasePlan) => readonly Step[],
): readonly Step[] {
  const release = releases.find((each) => each.service === service);
  if (release === undefined || done[service] === release.revision) return [];
  const reason = done[service] === undefined ? 'it was never run' : 'another release';
  const body = { kind: 'release.run', release, machine: release.machine } as const;
  return steps.add(`release ${service}`, body, reason, after(release));
}
