import { type Described, type DescribedOption, type Kind, shells } from './tree.ts';

export function fishScript(commands: readonly Described[]): string {
  return `# fish completion for relevo
function __relevo_names
    set -l words (commandline -opc)
    set -l file relevo.yaml
    for i in (seq 2 (count $words))
        contains -- $words[$i] -f --file; and set file $words[(math $i + 1)]
    end
    $words[1] completion $argv[1] -f $file 2>/dev/null
end
complete -c relevo -f
complete -c relevo -n __fish_use_subcommand -s V -l version -d 'show the version'
complete -c relevo -s h -l help -d 'show help'
${commands.flatMap(commandLines).join('\n')}
`;
}

function commandLines({ name, description, options, argument }: Described): string[] {
  const inside = `complete -c relevo -n '__fish_seen_subcommand_from ${name}'`;
  const words = argument && candidates(argument);
  return [
    `complete -c relevo -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
    ...options.filter(({ flags }) => !flags.includes('--help')).map((option) => `${inside} ${optionWords(option)}`),
    ...(words ? [`${inside} -a ${quoted(words)}`] : []),
  ];
}

function optionWords({ flags, description, value }: DescribedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const takes = value === 'files' ? ['-r -F'] : value ? ['-x'] : [];
  return [...names, ...takes, `-d ${quoted(description)}`].join(' ');
}

function candidates(kind: Kind): string {
  if (kind === 'shells') return shells.join(' ');
  return kind === 'instances' || kind === 'services' ? `(__relevo_names ${kind})` : '';
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
