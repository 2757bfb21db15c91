import type { Command } from 'commander';
import { RelevoError } from '../../domain/failure.ts';
import { type CommonOptions, commandLine } from '../commandline.ts';
import { bashScript } from '../complete/bash.ts';
import { fishScript } from '../complete/fish.ts';
import { completeNames } from '../complete/names.ts';
import { type Described, describeCommands, isAsked } from '../complete/tree.ts';
import { zshScript } from '../complete/zsh.ts';
import { guarded, terminal } from '../io.ts';
import type { World } from '../world.ts';

const scripts: Readonly<Record<string, (commands: readonly Described[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export function completion({ process }: World, whole: () => Promise<Command>): Command {
  return commandLine({
    words: 'completion <shell>',
    summary: 'print the completions for bash, zsh or fish',
    examples: [
      'source <(relevo completion bash)   # in ~/.bashrc; zsh: the same in ~/.zshrc',
      'relevo completion fish > ~/.config/fish/completions/relevo.fish',
    ],
    exits: [[0, 'printed']],
    failures: [],
  }).action(async (shell: string, { json = false, file }: CommonOptions) => {
    const io = terminal(process, { json });
    await guarded(process, io, async () => {
      if (isAsked(shell)) return completeNames(io, shell, file, process);
      const script = scripts[shell]?.(describeCommands(await whole()));
      if (script === undefined) throw unknownShell(shell);
      io.print(json ? JSON.stringify({ shell, script }) : script.trimEnd());
      return 0;
    });
  });
}

function unknownShell(shell: string): RelevoError {
  const hint = `there are: ${Object.keys(scripts).join(', ')}`;
  return new RelevoError({ code: 'usage', message: `no completions for the shell ${shell}`, hint });
}
