import type { Command } from 'commander';
import { jsonSchema } from '../../spec/schema.ts';
import { type CommonOptions, commandLine } from '../commandline.ts';
import { guarded, terminal } from '../io.ts';

export function schema(): Command {
  return commandLine({
    words: 'schema',
    summary: "print the file's JSON Schema, for editors to complete and check it",
    examples: ['relevo schema > relevo.schema.json'],
    exits: [[0, 'printed']],
    failures: [],
  }).action(({ json = false }: CommonOptions) => {
    const io = terminal({ json });
    return guarded(io, async () => {
      io.print(JSON.stringify(jsonSchema(), null, json ? undefined : 2));
      return 0;
    });
  });
}
