import { type Described, type DescribedOption, type Kind, shells } from './tree.ts';

/** For `source <(relevo completion zsh)` as well as for a file `_relevo` in $fpath. */
export function zshScript(commands: readonly Described[]): string {
  return `#compdef relevo
_relevo_names() {
  local file=\${opt_args[-f]:-\${opt_args[--file]:-relevo.yaml}}
  local -a names=(\${(f)"$($relevo_program completion $1 -f $file 2>/dev/null)"})
  compadd -a names
}
_relevo() {
  local curcontext=$curcontext state line relevo_program=$words[1]
  typeset -A opt_args
  _arguments -C '(- *)'{-h,--help}'[show help]' '(- *)'{-V,--version}'[show the version]' '1: :->command' '*:: :->rest'
  case $state in
    command)
      local -a commands=(
${commands.map(({ name, description }) => `        ${quoted(`${name}:${description}`)}`).join('\n')}
      )
      _describe command commands ;;
    rest)
      case $words[1] in
${commands.map(commandCase).join('\n')}
      esac ;;
  esac
}
if [ "$funcstack[1]" = _relevo ]; then _relevo "$@"; else compdef _relevo relevo; fi
`;
}

function commandCase({ name, options, argument }: Described): string {
  const parts = options.map(optionSpec);
  if (argument) parts.push(quoted(`1: :${action(argument)}`));
  if (name === 'exec') parts.push(`'*:: :_normal'`);
  return `        ${name}) _arguments ${parts.join(' ')} ;;`;
}

function optionSpec({ flags, description, value }: DescribedOption): string {
  const [first, second] = flags;
  const tail = `[${description.replace(/[[\]]/g, '\\$&')}]${value ? `:value:${action(value)}` : ''}`;
  if (second === undefined) return quoted(`${first}${tail}`);
  return `'(${first} ${second})'{${first},${second}}${quoted(tail)}`;
}

function action(kind: Kind): string {
  const actions: Readonly<Record<Kind, string>> = {
    // The space keeps zsh from putting words of its own before ours.
    instances: ' _relevo_names instances',
    services: ' _relevo_names services',
    shells: `(${shells.join(' ')})`,
    files: '_files',
    text: ' ',
  };
  return actions[kind];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
