import { type Command, InvalidArgumentError } from 'commander';
import { type Scaling, scaledText, scale as scaleServices } from '../../app/scale.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { consentOf } from '../io.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';
import { showOutcome } from './outcome.ts';

export function scale(world: World): Command {
  const command = commandLine({
    words: 'scale',
    summary: 'change how many instances a service has: in the file, and then as `up`',
    examples: ['relevo scale web=4', 'relevo scale web=4 api=2 --yes'],
    exits: [[0, 'all is as the file now says']],
    failures: [...projectFailures, 'busy', 'build-failed', 'unhealthy', 'refused', 'conflict', 'interrupted'],
  });
  return command
    .argument('<service=number...>', 'services, and the replicas that each shall have', parseScaling)
    .option('-y, --yes', 'do not ask')
    .action(
      onProject(
        world,
        (call: Call) => showOutcome(call, scaleServices(call.project, consentOf(call.io, call.options.yes === true))),
        {
          ...{ exclusive: true, prepares: true, assets: true, stream: true },
          edit: (text, words) => scaledText(text, words[0] as unknown as readonly Scaling[]),
          whenInterrupted: 'run `relevo up` to go on: the file has the new number',
        },
      ),
    );
}

function parseScaling(word: string, before: readonly Scaling[] | undefined): readonly Scaling[] {
  const [, service = '', number = ''] = /^([^=]+)=(\d{1,5})$/.exec(word) ?? [];
  if (service === '') throw new InvalidArgumentError('Write SERVICE=NUMBER, such as web=4.');
  return [...(before ?? []), { service, replicas: Number(number) }];
}
