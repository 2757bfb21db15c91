import { type Described, type DescribedOption, isAsked, type Kind, shells, valueFlags, withPaths } from './tree.ts';

export function fishScript(commands: readonly Described[]): string {
  return `# fish completion for relevo
function __relevo_names
    set -l words (commandline -opc)
    set -l file relevo.yaml
    for i in (seq 2 (count $words))
        contains -- $words[$i] -f --file; and set file $words[(math $i + 1)]
    end
    set -l before (string match -r '^.*:' -- (commandline -ct))
    for name in ($words[1] completion $argv[1] -f $file 2>/dev/null)
        echo "$before$name"
    end
end
# Whether the commands and arguments so far match.
function __relevo_at
    set -l words
    set -l value no
    for word in (commandline -opc)[2..-1]
        switch "$value $word"
            case 'yes *'
                set value no
            case ${['--file', '-f', ...valueFlags(commands)].map((flag) => `'no ${flag}'`).join(' ')}
                set value yes
            case 'no -*'
            case '*'
                set -a words $word
        end
    end
    string match -qr -- $argv[1] "$words"
end
complete -c relevo -f
complete -c relevo ${at('^$')} -s V -l version -d 'show the version'
complete -c relevo -s h -l help -d 'show help'
${withPaths(commands).flatMap(commandLines).join('\n')}
`;
}

function commandLines([path, { description, options, takes }]: readonly [string, Described]): string[] {
  const [name = '', ...above] = path.split(' ').reverse();
  const inside = `complete -c relevo ${at(`^${path}( |$)`)}`;
  return [
    `complete -c relevo ${at(`^${above.join(' ')}$`)} -a ${name} -d ${quoted(description)}`,
    ...options.filter(({ flags }) => !flags.includes('--help')).map((option) => `${inside} ${optionWords(option)}`),
    ...takes.flatMap((kind, index) => {
      const place = at(`^${path}( [^ ]+){${index}}$`);
      if (kind === 'files') return [`complete -c relevo ${place} -F`];
      const words = candidates(kind);
      return words ? [`complete -c relevo ${place} ${kind === 'plans' ? '-F ' : ''}-a ${quoted(words)}`] : [];
    }),
  ];
}

function at(pattern: string): string {
  return `-n ${quoted(`__relevo_at ${quoted(pattern)}`)}`;
}

function optionWords({ flags, description, value }: DescribedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const takes = value === 'files' ? ['-r -F'] : value ? ['-x'] : [];
  return [...names, ...takes, `-d ${quoted(description)}`].join(' ');
}

function candidates(kind: Kind): string {
  if (kind === 'shells') return shells.join(' ');
  return isAsked(kind) ? `(__relevo_names ${kind})` : '';
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
