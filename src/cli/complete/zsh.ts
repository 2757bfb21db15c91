import { type Described, type DescribedOption, type Kind, shells } from './tree.ts';

/** For `source <(relevo completion zsh)` as well as for a file `_relevo` in $fpath. */
export function zshScript(commands: readonly Described[]): string {
  const options = [`'(- *)'{-h,--help}'[show help]'`, `'(- *)'{-V,--version}'[show the version]'`];
  return `#compdef relevo
_relevo_names() {
  local file=\${opt_args[-f]:-\${opt_args[--file]:-relevo.yaml}}
  local -a names=(\${(f)"$($relevo_program completion $1 -f $file 2>/dev/null)"})
  compset -P '*:' # web/1:web/2 is completed from its colon on
  compadd -a names
}
_relevo_plans() {
  _relevo_names plans
  _files -g '*.jmx'
}
${group('_relevo', options, commands)}
if [ "$funcstack[1]" = _relevo ]; then _relevo "$@"; else compdef _relevo relevo; fi
`;
}

/** A function for a command that has commands, after those for the ones among them that have some as well. */
function group(name: string, options: readonly string[], commands: readonly Described[], takes?: Kind): string {
  const inner = commands.filter((command) => command.commands.length > 0);
  const functions = inner.map((each) =>
    group(`${name}_${each.name}`, each.options.map(optionSpec), each.commands, each.takes[0]),
  );
  const own = `${name}() {
  local curcontext=$curcontext state line relevo_program=\${relevo_program:-$words[1]}
  typeset -A opt_args
  _arguments -C ${options.join(' ')} '1: :->command' '*:: :->rest'
  case $state in
    command)
      local -a commands=(
${commands.map(({ name, description }) => `        ${quoted(`${name}:${description}`)}`).join('\n')}
      )
      _describe command commands${takes === undefined ? '' : `\n      ${action(takes).trim()}`} ;;
    rest)
      case $words[1] in
${commands.map((command) => commandCase(name, command)).join('\n')}${takes === undefined ? '' : `\n        *) _arguments ${options.join(' ')} ;;`}
      esac ;;
  esac
}`;
  return [...functions, own].join('\n');
}

function commandCase(group: string, { name, options, takes, commands }: Described): string {
  if (commands.length > 0) return `        ${name}) ${group}_${name} ;;`;
  const parts = [...options.map(optionSpec), ...takes.map((kind, index) => quoted(`${index + 1}: :${action(kind)}`))];
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
    faults: ' _relevo_names faults',
    targets: ' _relevo_names targets',
    plans: ' _relevo_plans',
    shells: `(${shells.join(' ')})`,
    files: '_files',
    text: ' ',
  };
  return actions[kind];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
